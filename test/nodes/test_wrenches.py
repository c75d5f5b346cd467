"""Wrenches of sensors that measure elsewhere than at the grasp centre."""

import numpy as np
import pytest

from tandem.cell import names
from tandem.cell.robot import RobotModel, home_positions
from tandem.nodes import conversions
from tandem.nodes.wrenches import WrenchFrames


@pytest.mark.parametrize("side", names.SIDES)
def test_a_wrench_at_the_tcp_stays_as_it_is(side: names.Side) -> None:
    given = np.array([1.0, -2.0, 3.0, 0.1, 0.2, -0.3])
    message = conversions.to_wrench(given, 0.0, names.TCP_FRAME[side])
    np.testing.assert_allclose(WrenchFrames(side).at_tcp(message), given)


@pytest.mark.parametrize("side", names.SIDES)
@pytest.mark.parametrize("frame", ["tool0", "wrist_camera_link"])
def test_a_force_on_the_fingertips_makes_no_torque_there(side: names.Side, frame: str) -> None:
    """A sensor elsewhere measures its lever arm; brought to the tcp, only the force is left."""
    robot, force = RobotModel(), np.array([3.0, -1.0, 5.0])
    sensor = robot.frame_pose(home_positions(), f"{side}_{frame}")
    tcp = robot.tcp_pose(home_positions(), side)
    seen = sensor.rotation.T @ tcp.rotation @ force
    lever = (sensor.inverse @ tcp).position
    message = conversions.to_wrench(np.concatenate([seen, np.cross(lever, seen)]), 0.0, f"{side}_{frame}")
    np.testing.assert_allclose(WrenchFrames(side, robot).at_tcp(message), [*force, 0, 0, 0], atol=1e-9)


@pytest.mark.parametrize(
    ("frame", "words"),
    [("", "hasn't"), ("nowhere", "'nowhere', which the robot description hasn't"), ("right_tool0", "isn't fixed to that hand")],
)
def test_a_frame_that_makes_no_sense_is_refused(frame: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        WrenchFrames("left").at_tcp(conversions.to_wrench(np.zeros(6), 0.0, frame))


def test_what_is_not_finite_is_refused() -> None:
    with pytest.raises(ValueError, match="not finite"):
        WrenchFrames("left").at_tcp(conversions.to_wrench(np.full(6, np.nan), 0.0, "left_tcp"))
