"""Arms give way like springs at their tools."""

import mujoco
import numpy as np
import pytest

from tandem.cell import description, names
from tandem.cell.robot import home_positions
from tandem.sim.model import build
from tandem.sim.servo import Servo
from tandem.sim.spline import JointSample

PUSH_N = 10.0


@pytest.fixture(scope="module")
def pushed() -> dict[int, np.ndarray]:
    """How far a push along each axis of the world moves the right tool from where it rests [m]."""
    cell = build(())
    data, home = mujoco.MjData(cell.model), home_positions()
    data.qpos[cell.qpos] = home
    for side in names.SIDES:
        data.qpos[cell.mimic(side)[0]] = home[names.GRIPPER_COLUMN[side]]
    servo, tool = Servo(cell), cell.model.body(names.TCP_FRAME["right"]).id
    still = {side: JointSample.at_rest(home[names.ARM_COLUMNS[side]]) for side in names.SIDES}

    def settled(force: np.ndarray) -> np.ndarray:
        data.xfrc_applied[tool, :3] = force
        for _ in range(1500):
            servo.command(data, still, {})
            mujoco.mj_step(cell.model, data)
        return np.array(data.xpos[tool])

    rest = settled(np.zeros(3))
    return {axis: settled(PUSH_N * np.eye(3)[axis]) - rest for axis in range(3)}


@pytest.mark.parametrize("axis", range(3))
def test_a_tool_gives_way_along_the_push_and_not_across(pushed: dict[int, np.ndarray], axis: int) -> None:
    expected = PUSH_N / float(description.settings("sim.yaml")["arm"]["tool_stiffness"]["position"])
    along = pushed[axis][axis]
    assert 0.6 * expected < along < expected, "the weak springs in the joints add to those at the tool"
    assert np.abs(np.delete(pushed[axis], axis)).max() < 0.15 * along
