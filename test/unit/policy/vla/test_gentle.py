"""Fragile things are let go above where they are to stand."""

from dataclasses import replace

import pytest

from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.props import default_size
from tandem.cell.scene import Scene, SceneObject
from tandem.policy.vla.gentle import lower

EGG = SceneObject("white_egg", "egg", "white", Pose((0.4, 0.1, 0.2)), default_size("egg"), held_by="left")
CUBE = SceneObject("red_cube", "cube", "red", Pose((0.4, 0.1, 0.2)), default_size("cube"), held_by="left")
PLACE = Step("place", "left", "white_egg", "blue_bin", "in")


def test_the_hand_with_the_egg_is_told_to_be_lower() -> None:
    left, right = lower(Scene(0.0, (EGG,)), PLACE)
    assert left > 0.0
    assert right == 0.0


@pytest.mark.parametrize(
    ("item", "step"),
    [
        (EGG, replace(PLACE, verb="pick")),
        (replace(EGG, held_by=""), PLACE),
        (CUBE, replace(PLACE, object="red_cube")),
        (CUBE, PLACE),
    ],
    ids=["not being placed", "let go", "not fragile", "not there"],
)
def test_otherwise_hands_are_where_they_are(item: SceneObject, step: Step) -> None:
    assert not lower(Scene(0.0, (item,)), step).any()
