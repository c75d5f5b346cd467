"""What a joint trajectory controller is asked to do, what it answers, and which requests it refuses."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_REST_VELOCITY = 1e-5


class TrajectoryError(IntEnum):
    """The values are those of control_msgs/action/FollowJointTrajectory."""

    SUCCESSFUL = 0
    INVALID_GOAL = -1
    INVALID_JOINTS = -2
    OLD_HEADER_TIMESTAMP = -3
    PATH_TOLERANCE_VIOLATED = -4
    GOAL_TOLERANCE_VIOLATED = -5


class GoalRefused(ValueError):
    """A trajectory that the controller does not take up; what it did before goes on."""

    def __init__(self, code: TrajectoryError, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class JointTrajectory:
    """A trajectory as sent to a controller.

    Attributes:
        joint_names: in any order, each of the controller's joints once.
        times: from the start, strictly increasing, shape (N,) [s].
        positions: shape (N, n) [rad].
        velocities, accelerations: likewise, or None. With both the interpolation is quintic, with velocities alone cubic,
            else linear.
        stamp: when it starts on the cell's clock [s]; 0 for now.
    """

    joint_names: tuple[str, ...]
    times: Array
    positions: Array
    velocities: Array | None = None
    accelerations: Array | None = None
    stamp: float = 0.0


@dataclass(frozen=True)
class Tolerances:
    """Largest errors by joint name [rad]; joints that are not named keep the controller's defaults, a negative value lifts them.

    Attributes:
        path: on the way.
        goal: at the end.
        goal_time: how long after the end the goal may take to settle [s]; None for the controller's default, 0 for ever.
    """

    path: dict[str, float] = field(default_factory=dict)
    goal: dict[str, float] = field(default_factory=dict)
    goal_time: float | None = None


@dataclass
class TrajectoryHandle:
    """One trajectory's fate; the controller updates it.

    Attributes:
        status: ``active`` until it ended in one of the other ways.
        code, message: of the result.
        desired, actual: positions at the newest update, shape (n,) [rad].
    """

    status: Literal["active", "succeeded", "aborted", "cancelled"] = "active"
    code: TrajectoryError = TrajectoryError.SUCCESSFUL
    message: str = ""
    desired: Array = field(default_factory=lambda: np.zeros(0))
    actual: Array = field(default_factory=lambda: np.zeros(0))

    @property
    def finished(self) -> bool:
        """Whether a result is there."""
        return self.status != "active"


def checked(trajectory: JointTrajectory, joints: tuple[str, ...], now: float, *, may_end_moving: bool = False) -> JointTrajectory:
    """The trajectory with its columns in the order of ``joints``.

    Raises:
        GoalRefused: the trajectory is not one for these joints at this time.
    """
    _check_joints(trajectory.joint_names, joints)
    times = np.asarray(trajectory.times, dtype=float)
    if not len(times):
        raise GoalRefused(TrajectoryError.INVALID_GOAL, "empty trajectory")
    if not np.all(np.isfinite(times)) or times[0] < 0 or np.any(np.diff(times) <= 0):
        raise GoalRefused(TrajectoryError.INVALID_GOAL, "times from start are not finite, non-negative and strictly increasing")
    if not np.isfinite(trajectory.stamp) or (trajectory.stamp != 0.0 and trajectory.stamp + times[-1] < now):
        message = f"trajectory that starts at {trajectory.stamp:.3f} s ends before the present, {now:.3f} s"
        raise GoalRefused(TrajectoryError.OLD_HEADER_TIMESTAMP, message)
    order = [trajectory.joint_names.index(joint) for joint in joints]
    positions = _column_order("positions", trajectory.positions, len(times), order)
    velocities = _optional_order("velocities", trajectory.velocities, len(times), order)
    accelerations = _optional_order("accelerations", trajectory.accelerations, len(times), order)
    if velocities is not None and not may_end_moving and np.any(np.abs(velocities[-1]) > _REST_VELOCITY):
        moving = joints[int(np.argmax(np.abs(velocities[-1])))]
        raise GoalRefused(TrajectoryError.INVALID_GOAL, f"velocity of the last point is not zero for {moving}")
    return JointTrajectory(joints, times, positions, velocities, accelerations, trajectory.stamp)


def _check_joints(given: tuple[str, ...], joints: tuple[str, ...]) -> None:
    unknown = [name for name in given if name not in joints]
    missing = [name for name in joints if name not in given]
    if unknown:
        raise GoalRefused(TrajectoryError.INVALID_JOINTS, f"joints of another controller: {', '.join(unknown)}")
    if missing:
        raise GoalRefused(TrajectoryError.INVALID_JOINTS, f"partial goal, without {', '.join(missing)}")
    if len(set(given)) != len(given):
        raise GoalRefused(TrajectoryError.INVALID_JOINTS, "a joint is named twice")


def _column_order(name: str, values: Array, rows: int, order: list[int]) -> Array:
    array = np.asarray(values, dtype=float)
    if array.shape != (rows, len(order)):
        raise GoalRefused(TrajectoryError.INVALID_GOAL, f"{name} have shape {array.shape}, expected {(rows, len(order))}")
    if not np.all(np.isfinite(array)):
        raise GoalRefused(TrajectoryError.INVALID_GOAL, f"{name} are not finite")
    return np.ascontiguousarray(array[:, order])


def _optional_order(name: str, values: Array | None, rows: int, order: list[int]) -> Array | None:
    return None if values is None else _column_order(name, values, rows, order)
