"""What becomes of some hundreds of sentences."""

import pytest
from language_scenes import SCENES
from sentence_tables import Group, cases, check_as_written, table

from tandem.language.parser import parse

CASES = cases(table("sentences.yaml"))


@pytest.mark.parametrize(("group", "text"), CASES)
def test_sentence(group: Group, text: str) -> None:
    check_as_written(parse(text, SCENES[group["scene"]]), text, group)


def test_there_are_enough_of_them() -> None:
    assert len(CASES) > 300
