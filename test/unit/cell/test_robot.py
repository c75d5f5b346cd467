"""The robot model against what is published and against numbers."""

import numpy as np
import pytest

from tandem.cell import limits, names
from tandem.cell.names import Side
from tandem.cell.robot import Array, RobotModel, home_positions

ROBOT = RobotModel()


def test_the_configuration_is_the_14_wide_layout() -> None:
    for column, joint in enumerate(names.JOINTS):
        nudged = home_positions().copy()
        nudged[column] += 0.01 * (-1 if joint.endswith("gripper_joint") else 1)
        side = "left" if column < 7 else "right"
        other = names.other_side(side)
        moved = [
            not np.allclose(ROBOT.frame_matrix(nudged, f), ROBOT.frame_matrix(home_positions(), f))
            for f in (f"{side}_finger_a_link", f"{other}_finger_a_link")
        ]
        assert moved == [True, False]


def test_stretched_out_the_arm_has_its_published_reach() -> None:
    """At zero the UR5e lies along its base frame's -x, which is turned by half a turn: tool at a2 + a3 and d4 + d6."""
    pose = ROBOT.frame_pose(np.zeros(14), "left_tool0")
    assert np.allclose(pose.position, (0.425 + 0.3922, 0.35 + 0.1333 + 0.0996, 0.1625 - 0.0997), atol=1e-9)


def test_the_grasp_centre_lies_along_the_tool_axis() -> None:
    tool, tcp = (ROBOT.frame_matrix(home_positions(), f"left_{frame}") for frame in ("tool0", "tcp"))
    assert np.allclose(tool[:3, :3], tcp[:3, :3])
    assert np.allclose(tcp[:3, 3] - tool[:3, 3], 0.145 * tool[:3, 2])


@pytest.mark.parametrize("side", names.SIDES)
def test_the_jacobian_is_the_derivative_of_the_grasp_centre(side: Side) -> None:
    positions = home_positions() + np.random.default_rng(3).normal(0, 0.2, names.DOF)
    jacobian = ROBOT.tcp_jacobian(positions, side)
    step = 1e-6
    for index, column in enumerate(range(*names.ARM_COLUMNS[side].indices(names.DOF))):
        ahead, behind = positions.copy(), positions.copy()
        ahead[column] += step
        behind[column] -= step
        after, before = (ROBOT.frame_matrix(q, names.TCP_FRAME[side]) for q in (ahead, behind))
        assert np.allclose((after[:3, 3] - before[:3, 3]) / (2 * step), jacobian[:3, index], atol=1e-6)
        spin = (after[:3, :3] - before[:3, :3]) / (2 * step) @ positions_rotation(positions, side).T
        assert np.allclose([spin[2, 1], spin[0, 2], spin[1, 0]], jacobian[3:, index], atol=1e-6)


def positions_rotation(positions: Array, side: Side) -> Array:
    return ROBOT.frame_matrix(positions, names.TCP_FRAME[side])[:3, :3]


def test_home_is_within_limits_and_read_only() -> None:
    home, bounds = home_positions(), limits.joint_limits()
    assert np.all(home >= bounds.lower)
    assert np.all(home <= bounds.upper)
    with pytest.raises(ValueError, match="read-only"):
        home[0] = 1.0


def test_an_unknown_frame_is_named() -> None:
    with pytest.raises(KeyError, match="middle_tcp"):
        ROBOT.frame_pose(home_positions(), "middle_tcp")
