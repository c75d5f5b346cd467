"""Steps in other words."""

import numpy as np

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
