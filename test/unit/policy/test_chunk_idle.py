"""What a model does with arms that its step doesn't use."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from things import standing

from tandem.cell import names
from tandem.cell.plan import Step
from tandem.cell.robot import home_positions
from tandem.cell.scene import Scene
from tandem.policy.chunks.idle import IdleArms
from tandem.policy.chunks.settings import Chunking

Array = NDArray[np.float64]

PICK = Step("pick", "left", "red_cube", text="pick the red cube with the left hand")
RIGHT, RIGHT_FINGERS = names.ARM_COLUMNS["right"], names.GRIPPER_COLUMN["right"]
HOME = home_positions()


def _scene(held_by: str, name: str = "blue_cube") -> Scene:
    cubes = (standing("red_cube", 0.42, 0.05), standing("blue_cube", 0.42, -0.2))
    return Scene(0.0, tuple(replace(cube, held_by=held_by) if cube.name == name else cube for cube in cubes))


def _rows(arm: float = 0.0, fingers: float = 0.0) -> Array:
    rows = np.tile(HOME, (8, 1))
    rows[:, RIGHT] += arm
    rows[:, RIGHT_FINGERS] += fingers
    return rows


def _kept(rows: Array, scene: Scene, step: Step = PICK) -> Array:
    return IdleArms(step, Chunking(), scene).kept_still(rows, HOME)


def test_small_motions_are_left_out_and_large_ones_meant() -> None:
    np.testing.assert_array_equal(_kept(_rows(0.01, 0.001), _scene("")), _rows())
    np.testing.assert_array_equal(_kept(_rows(0.2, 0.02), _scene("")), _rows(0.2, 0.02))


def test_motions_that_were_meant_once_are_left_to_the_model() -> None:
    idle = IdleArms(PICK, Chunking(), _scene(""))
    idle.kept_still(_rows(0.2, 0.02), HOME)
    np.testing.assert_array_equal(idle.kept_still(_rows(0.01, 0.001), HOME), _rows(0.01, 0.001))


@pytest.mark.parametrize("held_by", ["right", "both"])
def test_what_the_other_hand_holds_stays_in_it_while_it_may_move(held_by: str) -> None:
    np.testing.assert_array_equal(_kept(_rows(0.2, 0.03), _scene(held_by)), _rows(0.2))


@pytest.mark.parametrize(
    ("held_by", "name", "step"),
    [
        ("left", "blue_cube", PICK),
        ("right", "blue_cube", Step("place", "right", "blue_cube", "red_cube", "on")),
        ("both", "red_cube", PICK),
        ("right", "blue_cube", Step("hand_over", "right", "blue_cube")),
    ],
)
def test_only_what_the_step_is_not_about_must_stay(held_by: str, name: str, step: Step) -> None:
    np.testing.assert_array_equal(_kept(_rows(0.2, 0.03), _scene(held_by, name), step), _rows(0.2, 0.03))
