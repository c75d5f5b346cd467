"""Joints that follow hands."""

import numpy as np

from tandem.cell.robot import RobotModel, home_positions
from tandem.policy.vla.following import follow
from tandem.policy.vla.poses import tcp_poses


def test_hands_get_where_they_are_wanted() -> None:
    robot, home = RobotModel(), home_positions()
    start = tcp_poses(robot, home)
    targets = np.tile(start, (10, 1, 1, 1))
    targets[:, 0, 0, 3] += np.linspace(0.0, 0.1, 10)
    targets[:, 1, 2, 3] -= np.linspace(0.0, 0.08, 10)
    joints = follow(robot, targets, home, 0.1)
    np.testing.assert_allclose(tcp_poses(robot, joints), targets, atol=1e-6)
    assert np.abs(np.diff(joints, axis=0)).max() < 0.2


def test_what_is_out_of_reach_leaves_the_arm_where_it_is() -> None:
    robot, home = RobotModel(), home_positions()
    targets = np.tile(tcp_poses(robot, home), (4, 1, 1, 1))
    targets[:, 0, 0, 3] += 3.0
    joints = follow(robot, targets, home, 0.1)
    np.testing.assert_allclose(joints[:, :6], np.tile(home[:6], (4, 1)))
    assert np.isfinite(joints).all()


def test_no_joint_jumps_to_another_branch() -> None:
    robot, home = RobotModel(), home_positions()
    targets = np.tile(tcp_poses(robot, home), (6, 1, 1, 1))
    targets[3:, 0, :3, :3] = targets[3:, 0, :3, :3] @ np.diag([-1.0, -1.0, 1.0])
    joints = follow(robot, targets, home, 0.1)
    assert np.abs(np.diff(joints, axis=0)).max() <= 0.3 + 1e-9
