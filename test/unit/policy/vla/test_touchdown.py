"""A peg that is higher over the hole than it seems, found by touch."""

from dataclasses import replace

import numpy as np
import pytest

from tandem.cell import socket
from tandem.cell.names import SIDES, Side
from tandem.cell.observation import Observation
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.props import default_size
from tandem.cell.scene import Scene, SceneObject
from tandem.policy.vla.touchdown import Touchdown

STEP = Step("insert", "left", "red_peg", "blue_socket", text="insert the red peg into the blue socket with the left arm")
HANDS: dict[Side, Pose] = {"left": Pose((0.43, 0.0, 0.25)), "right": Pose((0.43, -0.13, 0.19))}
WEIGHT_N = 0.6


def _held(above_floor: float) -> Scene:
    """A peg and a socket in the hands, the peg's end so far above the floor of the hole [m]."""
    size, length = default_size("socket"), default_size("peg")[2]
    base = SceneObject("blue_socket", "socket", "blue", Pose((0.43, -0.05, 0.19)), size, held_by="right")
    floor = base.pose @ socket.hole_frame(size)
    x, y, z = floor.position
    peg = SceneObject("red_peg", "peg", "red", Pose((x, y, z + above_floor + length / 2)), default_size("peg"), held_by="left")
    return Scene(1.0, tuple(replace(item, pose_in_tcp=HANDS[item.held_by].inverse @ item.pose) for item in (peg, base)))  # type: ignore[index]


def _seen(scene: Scene, force: float = WEIGHT_N) -> Observation:
    wrenches = {side: np.array([0.0, 0.0, force, 0.0, 0.0, 0.0]) for side in SIDES}
    return Observation(1.0, np.zeros(14), np.zeros(14), scene, wrenches=wrenches)


def _higher(touchdown: Touchdown, seen: Observation, looks: int = 4) -> float:
    left, right = [touchdown.higher(seen, STEP, HANDS) for _ in range(looks)][-1]
    assert right == 0.0
    return float(left)


def test_where_nothing_is_felt_at_the_floor_the_peg_is_higher() -> None:
    assert _higher(Touchdown(), _seen(_held(0.001)), looks=4) == pytest.approx(0.003)


def test_not_for_ever() -> None:
    assert _higher(Touchdown(), _seen(_held(0.001)), looks=50) == pytest.approx(0.008)


def test_what_was_found_stays_when_something_is_felt() -> None:
    touchdown = Touchdown()
    _higher(touchdown, _seen(_held(0.001)), looks=3)
    assert _higher(touchdown, _seen(_held(0.001), force=8.0)) == pytest.approx(0.002)


@pytest.mark.parametrize(
    "seen",
    [
        _seen(_held(0.001), force=8.0),
        _seen(_held(0.020)),
        replace(_seen(_held(0.001)), wrenches={}),
        _seen(Scene(1.0, tuple(replace(item, held_by="") for item in _held(0.001)))),
        _seen(Scene(1.0)),
    ],
    ids=["felt", "far above", "not measured", "nobody holds it", "not there"],
)
def test_nothing_is_made_of(seen: Observation) -> None:
    assert _higher(Touchdown(), seen) == 0.0


def test_hands_on_the_move_tell_nothing() -> None:
    touchdown, seen = Touchdown(), _seen(_held(0.001))
    for look in range(5):
        down = Pose((0.43, 0.0, 0.25 - 0.001 * look))
        assert not touchdown.higher(seen, STEP, HANDS | {"left": down}).any()


def test_a_further_attempt_knows_of_it_and_other_steps_do_not() -> None:
    touchdown, seen = Touchdown(), _seen(_held(0.001))
    found = _higher(touchdown, seen)
    assert touchdown.higher(seen, replace(STEP, text="once more"), HANDS)[0] >= found
    assert not touchdown.higher(seen, replace(STEP, verb="place"), HANDS).any()
    assert not touchdown.higher(seen, STEP, HANDS).any()
