from dataclasses import replace

import numpy as np
import pytest
from things import standing

from tandem.cell import names
from tandem.cell.collision import CollisionModel
from tandem.cell.observation import Observation
from tandem.cell.robot import RobotModel, home_positions
from tandem.cell.scene import Scene
from tandem.policy.skills.actions import Go, Report
from tandem.policy.skills.feeling import TOUCH_N, centre_by_feel, pads_difference
from tandem.policy.skills.situation import Situation

HALF = 0.02


def feel(robot: RobotModel, collision: CollisionModel, offset: float) -> tuple[Situation, list[Go]]:
    """Motions asked for when the object is ``offset`` along the hand's y axis [m]."""
    home = home_positions()
    seen = Observation(0.0, home.copy(), np.zeros(names.DOF), Scene(0.0, (standing("red_cube", 0.4, 0.0),)))
    situation = Situation(robot, collision, seen, home.copy())
    skill = centre_by_feel(situation, "left", HALF, ())
    asked = [next(skill)]
    assert isinstance(asked[0], Go)
    assert asked[0].enough is not None
    assert not asked[0].enough(seen)
    touched = home.copy()
    touched[names.GRIPPER_COLUMN["left"]] = HALF + abs(offset)
    push = np.array([0.0, 10.0 * np.sign(offset), 0.0, 0.0, 0.0, 0.0])
    situation.observation = replace(seen, positions=touched, wrenches={"left": push})
    assert asked[0].enough(situation.observation) == (abs(push[1]) > TOUCH_N)
    try:
        while True:
            asked.append(skill.send(Report(True)))
    except StopIteration:
        return situation, asked


@pytest.mark.parametrize("offset", [0.0036, -0.002])
def test_moves_the_hand_to_where_the_object_was_felt(robot: RobotModel, collision: CollisionModel, offset: float) -> None:
    situation, asked = feel(robot, collision, offset)
    assert len(asked) == 2
    before, after = situation.tcp("left"), asked[1].goals[0].tcp["left"]
    assert np.allclose((before.inverse @ after).position, (0.0, offset, 0.0), atol=1e-9)


def test_stays_where_nothing_is_felt(robot: RobotModel, collision: CollisionModel) -> None:
    assert len(feel(robot, collision, 0.0)[1]) == 1


def test_something_fragile_is_felt_with_the_pads() -> None:
    pads = np.zeros((2, 8, 4, 3))
    pads[0, 0, 0, 0], pads[1, 3, 2, 0] = 3.0, 1.0
    seen = Observation(0.0, home_positions(), np.zeros(names.DOF), Scene(), tactile={"left": pads})
    assert pads_difference(seen, "left") == pytest.approx(2.0)
    assert pads_difference(seen, "right") == 0.0
