"""Postures for goals."""

import numpy as np
import pytest

from tandem.cell import ik, names
from tandem.cell.collision import CollisionModel
from tandem.cell.names import Side
from tandem.cell.pose import Pose
from tandem.cell.reach import top_down
from tandem.cell.robot import RobotModel, home_positions
from tandem.cell.scene import Scene, SceneObject
from tandem.motion.failure import PlanFailure
from tandem.motion.goals import MOST_GOALS, goal_postures
from tandem.motion.protocol import PlanError, PlanRequest

ROBOT = RobotModel()
HOME = home_positions()


@pytest.fixture
def model() -> CollisionModel:
    model = CollisionModel(ROBOT)
    model.set_world(Scene())
    return model


def test_all_postures_reach_and_are_free_and_the_least_movement_comes_first(model: CollisionModel) -> None:
    goals: dict[Side, Pose] = {"left": top_down((0.45, 0.15, 0.2)), "right": top_down((0.45, -0.15, 0.2), 0.5)}
    found = goal_postures(ROBOT, model, PlanRequest(start=HOME, tcp_goals=goals), HOME)
    assert 1 < len(found) <= MOST_GOALS
    costs = []
    for posture in found:
        assert not model.in_collision(posture)
        for side, pose in goals.items():
            assert np.allclose(ROBOT.tcp_pose(posture, side).matrix, pose.matrix, atol=1e-6)
        costs.append(
            sum(
                float(ik.cost(ik.arm_chain(ROBOT, side), posture[names.ARM_COLUMNS[side]], HOME[names.ARM_COLUMNS[side]]))
                for side in names.SIDES
            )
        )
    assert costs == sorted(costs)


def test_another_posture_is_taken_where_the_nearest_one_is_blocked(model: CollisionModel) -> None:
    request = PlanRequest(start=HOME, tcp_goals={"left": top_down((0.45, 0.15, 0.2))})
    nearest = goal_postures(ROBOT, model, request, HOME)[0]
    elbow = ROBOT.frame_pose(nearest, "left_forearm_link").position
    model.set_world(Scene(0.0, (SceneObject("brown_box", "box", "brown", Pose(elbow), (0.05, 0.05, 0.05)),)))
    other = goal_postures(ROBOT, model, request, HOME)[0]
    assert np.linalg.norm(np.array(ROBOT.frame_pose(other, "left_forearm_link").position) - elbow) > 0.1
    assert np.allclose(ROBOT.tcp_pose(other, "left").matrix, request.tcp_goals["left"].matrix, atol=1e-6)


def test_narrow_margins_will_do_where_wide_ones_are_not_to_be_had(model: CollisionModel) -> None:
    low = PlanRequest(start=HOME, tcp_goals={"left": top_down((0.45, 0.0, 0.0145))})  # 4.5 mm under the fingers
    posture = goal_postures(ROBOT, model, low, HOME)[0]
    assert model.in_collision(posture, 1.5)
    assert not model.in_collision(posture)


def test_the_arm_that_can_not_reach_is_named(model: CollisionModel) -> None:
    goals: dict[Side, Pose] = {"left": top_down((0.45, 0.15, 0.2)), "right": top_down((0.45, 0.9, 0.2))}
    with pytest.raises(PlanFailure, match="right arm") as failure:
        goal_postures(ROBOT, model, PlanRequest(start=HOME, tcp_goals=goals), HOME)
    assert failure.value.error is PlanError.NO_IK_SOLUTION
