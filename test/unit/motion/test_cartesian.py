"""Straight lines of the grasp centres."""

import numpy as np
import pytest

from tandem.cell import ik, limits, names
from tandem.cell.names import Side
from tandem.cell.pose import Pose
from tandem.cell.reach import top_down
from tandem.cell.robot import RobotModel, home_positions
from tandem.cell.trajectory import Array
from tandem.motion import cartesian

ROBOT = RobotModel()
HOME = home_positions()


def posture(**goals: Pose) -> Array:
    found = ik.solve_both(ROBOT, {side: goals[side] for side in names.SIDES if side in goals}, HOME)
    assert found is not None
    return found


def test_a_line_is_followed_from_where_the_hand_is_to_the_goal() -> None:
    start = posture(left=top_down((0.40, 0.10, 0.20)))
    goal = top_down((0.50, 0.00, 0.10), 1.0)
    line = cartesian.straight(ROBOT, start, {"left": goal})
    assert line.fraction == 1.0
    assert line.reason == ""
    assert np.allclose(line.points[0], start, atol=1e-7)
    assert np.allclose(ROBOT.tcp_pose(line.points[-1], "left").matrix, goal.matrix, atol=1e-7)
    assert np.allclose(line.points[:, 6:], start[6:])
    assert np.abs(np.diff(line.points, axis=0)).max() < 0.2
    yaws = [ROBOT.tcp_pose(row, "left").yaw for row in line.points]
    assert np.allclose(np.diff(yaws), 1.0 / (len(yaws) - 1), atol=1e-6)


def test_a_last_joint_beyond_half_a_turn_is_followed_without_a_jump() -> None:
    start = posture(left=top_down((0.40, 0.10, 0.20), 0.0))
    start[5] += np.pi - 0.05 - start[5]
    goal = ROBOT.tcp_pose(start, "left") @ Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, 0.0, 0.4))
    line = cartesian.straight(ROBOT, start, {"left": goal})
    assert line.fraction == 1.0
    assert line.points[-1, 5] == pytest.approx(np.pi + 0.35, abs=1e-6)


def test_where_reach_ends_the_line_ends() -> None:
    start = posture(left=top_down((0.50, 0.20, 0.20)))
    line = cartesian.straight(ROBOT, start, {"left": top_down((1.10, 0.20, 0.20))})
    assert 0.3 < line.fraction < 0.95
    assert "left" in line.reason
    last = ROBOT.tcp_pose(line.points[-1], "left").position
    assert last[0] == pytest.approx(0.5 + 0.6 * line.fraction, abs=1e-6)


def test_a_joint_limit_ends_the_line() -> None:
    start = posture(left=top_down((0.40, 0.10, 0.20)))
    start[5] = 6.2
    goal = ROBOT.tcp_pose(start, "left") @ Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, 0.0, 0.5))
    line = cartesian.straight(ROBOT, start, {"left": goal})
    assert line.fraction < 0.5
    assert "limit" in line.reason
    assert np.all(line.points <= limits.joint_limits().upper)


def test_a_singularity_ends_the_line() -> None:
    """Through the axis of its own first joint, the arm would have to swing round."""
    start = posture(left=top_down((0.12, 0.60, 0.30)))
    line = cartesian.straight(ROBOT, start, {"left": top_down((-0.12, 0.10, 0.30))})
    assert line.fraction < 1.0
    assert line.reason


def test_the_slower_arm_sets_the_pace_and_the_first_to_end_ends_both() -> None:
    start = posture(left=top_down((0.45, 0.20, 0.20)), right=top_down((0.45, -0.20, 0.20)))
    goals: dict[Side, Pose] = {"left": top_down((0.45, 0.20, 0.19)), "right": top_down((1.2, -0.20, 0.20))}
    line = cartesian.straight(ROBOT, start, goals)
    assert "right" in line.reason
    moved = start[[0]] * 0 + ROBOT.tcp_pose(line.points[-1], "left").position[2]
    assert moved == pytest.approx(0.20 - 0.01 * line.fraction, abs=1e-6)


def test_a_grip_is_kept_only_by_goals_that_move_alike() -> None:
    start = posture(left=top_down((0.45, 0.15, 0.20)), right=top_down((0.45, -0.15, 0.20)))
    moved = Pose.from_xyz_rpy((0.05, 0.02, 0.1), (0.0, 0.1, 0.3))
    alike: dict[Side, Pose] = {side: moved @ ROBOT.tcp_pose(start, side) for side in names.SIDES}
    assert cartesian.keeps_grip(ROBOT, start, alike)
    assert not cartesian.keeps_grip(ROBOT, start, alike | {"left": ROBOT.tcp_pose(start, "left")})
    turned = alike["right"] @ Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, 0.0, 0.1))
    assert not cartesian.keeps_grip(ROBOT, start, alike | {"right": turned})
