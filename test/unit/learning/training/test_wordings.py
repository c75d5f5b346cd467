"""Steps in other words."""

import numpy as np
import pytest

from tandem.cell.plan import Step
from tandem.language.words import step_in_words
from tandem.learning.training.wordings import reword

TEXT = "place the red cube in the blue bin with the right arm"


def test_what_matters_stays() -> None:
    rng = np.random.default_rng(0)
    said = {reword(TEXT, rng) for _ in range(200)}
    assert TEXT in said
    assert len(said) > 20
    for text in said:
        assert "red" in text
        assert "blue" in text
        assert "right" in text
        assert text.index("red") < text.index("blue")


def test_a_hand_over_keeps_its_hands() -> None:
    rng = np.random.default_rng(0)
    for _ in range(100):
        text = reword("hand the blue cube over from the left hand to the right hand", rng)
        assert "from the left hand to the right hand" in text


@pytest.mark.parametrize(
    ("step", "stays"),
    [
        (Step("press", "left", "box/buttons/red"), ("red button", "left")),
        (Step("slide", "right", "box/sliders/top", setting="4"), ("top slider to position 4", "right")),
        (Step("turn", "right", "box/knob/knob", setting="2"), ("to position 2", "right")),
        (Step("flip", "left", "box/switches/bottom", setting="on"), ("bottom", " on ", "left")),
        (Step("flip", "left", "box/switches/bottom", setting="off"), ("bottom", " off ", "left")),
        (Step("pull", "left", "box/wires/blue"), ("blue", " out ", "left")),
        (Step("plug", "left", "box/wires/blue"), ("blue", " in ", "left")),
        (Step("rotate", "both", "box", relation="clockwise"), (" clockwise", "both")),
        (Step("move", "both", "box", relation="left"), ("box to the left", "both")),
    ],
)
def test_steps_on_the_busybox_keep_their_settings(step: Step, stays: tuple[str, ...]) -> None:
    rng = np.random.default_rng(0)
    text = step_in_words(step)
    said = {reword(text, rng) for _ in range(200)}
    assert text in said
    assert len(said) > 5
    for other in said:
        assert all(part in f"{other} ".replace(",", " ,") for part in stays), other


def test_other_motions_are_no_motions_of_the_box() -> None:
    rng = np.random.default_rng(0)
    for text in ("move both arms home", "move the left hand to the left"):
        assert all(reword(text, rng).startswith("move ") for _ in range(50))
