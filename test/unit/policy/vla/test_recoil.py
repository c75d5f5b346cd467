"""Hands that back off from what pushes them hard."""

from dataclasses import replace

import numpy as np
import pytest

from tandem.cell.names import SIDES, Side
from tandem.cell.observation import Observation
from tandem.cell.plan import Arm, Step, Verb
from tandem.cell.pose import Pose
from tandem.cell.scene import Scene, SceneObject
from tandem.policy.vla.recoil import Recoil

DOWN = Pose.from_xyz_rpy((0.4, 0.0, 0.2), (np.pi, 0.0, 0.0))
HANDS: dict[Side, Pose] = {"left": DOWN, "right": DOWN}
CUBE = SceneObject("red_cube", "cube", "red", Pose((0.4, 0.0, 0.2)), (0.04, 0.04, 0.04))
PRESS, MOVE = Step("press", "left", "box/buttons/red"), Step("move", "both", "box", relation="closer")
BEFORE = np.tile(DOWN.matrix, (2, 1, 1))
TARGETS = np.tile(BEFORE, (3, 8, 1, 1, 1))


def _seen(stamp: float, left_n: float, scene: Scene | None = None) -> Observation:
    wrenches = {side: np.array([0.0, 0.0, -left_n if side == "left" else 0.0, 0.0, 0.0, 0.0]) for side in SIDES}
    return Observation(stamp, np.zeros(14), np.zeros(14), scene or Scene(stamp, ()), wrenches=wrenches)


def test_a_hand_that_is_pushed_hard_goes_back_for_a_while_and_the_other_one_goes_on() -> None:
    recoil = Recoil()
    recoil.feel(_seen(1.0, 40.0), PRESS)
    backed = recoil.backing(TARGETS, BEFORE, 1.0, 0.1)
    heights = backed[0, :, 0, 2, 3]
    assert (np.diff(heights) > 0.0).all()
    assert heights[0] > 0.2
    np.testing.assert_array_equal(backed[:, :, 1], TARGETS[:, :, 1])
    np.testing.assert_array_equal(recoil.backing(TARGETS, BEFORE, 2.0, 0.1), TARGETS)


def test_what_tasks_take_it_bears() -> None:
    recoil = Recoil()
    recoil.feel(_seen(1.0, 10.0), PRESS)
    np.testing.assert_array_equal(recoil.backing(TARGETS, BEFORE, 1.0, 0.1), TARGETS)
    np.testing.assert_array_equal(recoil.beside(HANDS), np.zeros((2, 3)))


def test_it_comes_again_a_little_beside_each_time_elsewhere() -> None:
    recoil, places = Recoil(), []
    for attempt in range(4):
        recoil.feel(_seen(2.0 * attempt, 40.0), PRESS)
        left, right = recoil.beside(HANDS)
        assert 0.001 < np.linalg.norm(left) < 0.0045
        assert abs(left[2]) < 1e-12
        assert not right.any()
        places.append(left)
    apart = [np.linalg.norm(one - other) for index, one in enumerate(places) for other in places[:index]]
    assert min(apart) > 0.001


def test_while_it_backs_off_it_does_not_begin_again() -> None:
    recoil = Recoil()
    for stamp in (1.0, 1.1, 1.3):
        recoil.feel(_seen(stamp, 60.0), PRESS)
    once = Recoil()
    once.feel(_seen(1.0, 60.0), PRESS)
    np.testing.assert_array_equal(recoil.beside(HANDS), once.beside(HANDS))


def test_a_hand_that_holds_something_presses_on() -> None:
    held = Scene(1.0, (replace(CUBE, held_by="left", pose_in_tcp=Pose((0.0, 0.0, 0.0))),))
    recoil = Recoil()
    recoil.feel(_seen(1.0, 60.0, held), PRESS)
    np.testing.assert_array_equal(recoil.backing(TARGETS, BEFORE, 1.0, 0.1), TARGETS)


@pytest.mark.parametrize(
    ("verb", "arm", "push", "backs"),
    [
        ("turn", "right", 50.0, False),  # the left hand holds the box
        ("turn", "right", 65.0, True),
        ("turn", "left", 15.0, True),  # it works on the knob
        ("plug", "left", 50.0, False),
        ("slide", "right", 25.0, True),  # it does nothing
    ],
)
def test_who_holds_the_box_bears_more_than_who_works_on_it(verb: Verb, arm: Arm, push: float, backs: bool) -> None:
    recoil = Recoil()
    recoil.feel(_seen(1.0, push), Step(verb, arm, "box/knob/knob"))
    assert recoil.beside(HANDS).any() == backs


def test_hooks_that_move_the_box_bear_its_weight_sideways() -> None:
    for way, step, backs in (
        ([60.0, 0.0, 0.0], MOVE, False),
        ([30.0, 18.0, -45.0], MOVE, False),
        ([0.0, 0.0, -10.0], MOVE, False),
        ([4.0, 2.0, -20.0], MOVE, True),
        ([4.0, 2.0, 20.0], MOVE, False),
        ([60.0, 0.0, 0.0], PRESS, True),
    ):
        recoil, seen = Recoil(), _seen(1.0, 0.0)
        recoil.feel(replace(seen, wrenches={**seen.wrenches, "left": np.array([*way, 0.0, 0.0, 0.0])}), step)
        assert recoil.beside(HANDS).any() == backs


def test_a_new_step_forgets() -> None:
    recoil = Recoil()
    recoil.feel(_seen(1.0, 60.0), PRESS)
    recoil.forget()
    assert not recoil.beside(HANDS).any()
