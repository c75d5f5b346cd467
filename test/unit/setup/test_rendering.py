import sys
from pathlib import Path

import pytest

from tandem.setup import rendering


@pytest.mark.parametrize(
    ("working", "chosen"), [({"egl", "osmesa"}, "egl"), ({"osmesa"}, "osmesa"), (set(), "none")], ids=["both", "osmesa", "none"]
)
def test_the_first_that_draws_is_chosen(monkeypatch: pytest.MonkeyPatch, working: set[str], chosen: str) -> None:
    monkeypatch.setattr(rendering, "works", lambda renderer, python, env: renderer in working)
    assert rendering.choose(Path(sys.executable), {}) == chosen


def test_a_renderer_that_mujoco_does_not_know_does_not_work() -> None:
    assert not rendering.works("crayons", Path(sys.executable), {"PATH": "", "_ROS_WHEELS_BOOTSTRAP_COMPLETE": "1"})
