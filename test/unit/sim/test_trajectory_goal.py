"""What a trajectory controller refuses."""

from dataclasses import replace

import numpy as np
import pytest

from tandem.cell import names
from tandem.sim.trajectory_goal import GoalRefused, JointTrajectory, TrajectoryError, checked

JOINTS = names.ARM_JOINTS["left"]
GOOD = JointTrajectory(JOINTS, np.array([0.5, 1.0]), np.arange(12.0).reshape(2, 6), np.zeros((2, 6)), np.zeros((2, 6)))


def _code(trajectory: JointTrajectory, now: float = 10.0) -> TrajectoryError:
    with pytest.raises(GoalRefused) as refusal:
        checked(trajectory, JOINTS, now)
    assert str(refusal.value)
    return refusal.value.code


def test_columns_come_back_in_the_controllers_order() -> None:
    order = [3, 1, 5, 0, 4, 2]
    shuffled = JointTrajectory(tuple(JOINTS[i] for i in order), GOOD.times, GOOD.positions[:, order])
    found = checked(shuffled, JOINTS, 10.0)
    assert found.joint_names == JOINTS
    np.testing.assert_array_equal(found.positions, GOOD.positions)


def test_wrong_joints_are_refused() -> None:
    assert _code(replace(GOOD, joint_names=names.ARM_JOINTS["right"])) == TrajectoryError.INVALID_JOINTS
    assert _code(replace(GOOD, joint_names=JOINTS[:5], positions=GOOD.positions[:, :5])) == TrajectoryError.INVALID_JOINTS
    assert _code(replace(GOOD, joint_names=(*JOINTS, JOINTS[0]))) == TrajectoryError.INVALID_JOINTS


@pytest.mark.parametrize("times", [[], [1.0, 1.0], [1.0, 0.5], [-0.1, 0.5], [0.1, float("nan")]])
def test_bad_times_are_refused(times: list[float]) -> None:
    rows = len(times)
    bad = JointTrajectory(JOINTS, np.array(times), np.zeros((rows, 6)))
    assert _code(bad) == TrajectoryError.INVALID_GOAL


def test_wrong_shapes_and_values_are_refused() -> None:
    assert _code(replace(GOOD, positions=np.zeros((3, 6)))) == TrajectoryError.INVALID_GOAL
    assert _code(replace(GOOD, velocities=np.zeros((2, 5)))) == TrajectoryError.INVALID_GOAL
    assert _code(replace(GOOD, positions=np.full((2, 6), np.inf))) == TrajectoryError.INVALID_GOAL


def test_a_trajectory_must_end_at_rest_unless_allowed() -> None:
    moving = replace(GOOD, velocities=np.ones((2, 6)))
    assert _code(moving) == TrajectoryError.INVALID_GOAL
    checked(moving, JOINTS, 10.0, may_end_moving=True)


def test_only_a_trajectory_that_is_over_is_too_old() -> None:
    assert _code(replace(GOOD, stamp=8.9)) == TrajectoryError.OLD_HEADER_TIMESTAMP
    assert checked(replace(GOOD, stamp=9.5), JOINTS, 10.0).stamp == 9.5
