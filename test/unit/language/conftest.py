"""Scenes that sentences are tried on."""

import pytest
from language_scenes import SCENES

from tandem.cell.scene import Scene

pytest.register_assert_rewrite("any_text", "sentence_tables")  # so that what fails there is told as in a test


@pytest.fixture
def tabletop() -> Scene:
    return SCENES["tabletop"]


@pytest.fixture(params=sorted(SCENES))
def any_scene(request: pytest.FixtureRequest) -> Scene:
    return SCENES[request.param]
