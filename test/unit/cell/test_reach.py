"""Reach from above."""

import numpy as np

from tandem.cell import ik, reach
from tandem.cell.robot import RobotModel, home_positions


def test_both_arms_reach_the_middle_and_neither_reaches_across_the_room() -> None:
    assert reach.can_reach("left", (0.45, 0.0, 0.05))
    assert reach.can_reach("right", (0.45, 0.0, 0.05))
    assert not reach.can_reach("left", (1.2, 0.35, 0.05))
    assert reach.preferred_side((1.2, 0.0, 0.05)) is None


def test_an_arm_does_not_reach_its_own_foot() -> None:
    assert not reach.can_reach("left", (0.1, 0.35, 0.05))
    assert reach.can_reach("right", (0.15, 0.1, 0.05))


def test_the_nearer_arm_is_preferred_unless_only_the_other_reaches_both() -> None:
    assert reach.preferred_side((0.4, 0.2, 0.03)) == "left"
    assert reach.preferred_side((0.4, -0.2, 0.03)) == "right"
    assert reach.preferred_side((0.4, -0.1, 0.03), (0.4, 0.6, 0.03)) == "left"


def test_reachable_yaws_are_those_with_an_exact_solution() -> None:
    robot, position = RobotModel(), (0.7, -0.1, 0.05)
    yaws = np.linspace(-np.pi, np.pi, 12, endpoint=False)
    reached = reach.reachable_yaws("left", position, yaws)
    for yaw in yaws:
        found = ik.solutions(robot, "left", reach.top_down(position, yaw), home_positions())
        if yaw in reached:
            assert len(found) > 0


def test_top_down_points_down_with_the_yaw_of_its_x_axis() -> None:
    pose = reach.top_down((0.1, 0.2, 0.3), 0.4)
    assert np.allclose(pose.rotation[:, 2], [0, 0, -1])
    assert np.isclose(pose.yaw, 0.4)
