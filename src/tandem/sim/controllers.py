"""An arm's controller, as ros2_control's joint_trajectory_controller with ``interpolate_from_desired_state`` behaves."""

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

from tandem.cell import description, names
from tandem.cell.limits import joint_limits
from tandem.cell.names import Side
from tandem.sim.spline import JointSample, Segment, cubic, linear, quintic
from tandem.sim.trajectory_goal import JointTrajectory, Tolerances, TrajectoryError, TrajectoryHandle, checked

Array = NDArray[np.float64]


class ArmController:
    """Follows one trajectory at a time; a new one replaces the old one at once, from the desired state of that moment."""

    def __init__(self, side: Side, position: Array) -> None:
        """Hold ``position``, shape (6,) [rad]."""
        self.joints = names.ARM_JOINTS[side]
        self._settings = description.settings("sim.yaml")["controller"]
        self._deceleration = joint_limits().acceleration[names.ARM_COLUMNS[side]]
        self._trajectory: JointTrajectory | None = None
        self._times: list[float] = []
        self._segments: dict[int, Segment] = {}
        self._rest = JointSample.at_rest(position)
        self._handle: TrajectoryHandle | None = None
        self._tolerances = Tolerances()
        self._monitored = False
        self._start = 0.0
        self._before = self._rest
        self._before_time = 0.0
        self._braking_from: tuple[float, JointSample] | None = None
        self._path_tolerance = np.zeros(len(self.joints))
        self._goal_tolerance = np.zeros(len(self.joints))

    @property
    def handle(self) -> TrajectoryHandle | None:
        """The trajectory that is followed, None when holding."""
        return self._handle

    def accept(
        self, trajectory: JointTrajectory, now: float, tolerances: Tolerances | None = None, *, monitored: bool = True
    ) -> TrajectoryHandle:
        """Follow a trajectory from now on.

        Args:
            trajectory: what to follow.
            now: the cell's clock [s].
            tolerances: beyond the defaults.
            monitored: False for one from the topic, whose errors are not looked at.

        Raises:
            GoalRefused: it can't be followed; the one before goes on.
        """
        ordered = checked(trajectory, self.joints, now)
        before = self.sample(now)
        if self._handle is not None:
            self._finish("cancelled", TrajectoryError.INVALID_GOAL, "replaced by a new trajectory")
        self._before, self._before_time, self._braking_from = before, now, None
        self._trajectory, self._start = ordered, ordered.stamp or now
        self._times, self._segments = ordered.times.tolist(), {}
        self._rest = JointSample.at_rest(ordered.positions[-1])
        self._tolerances, self._monitored = tolerances or Tolerances(), monitored
        self._path_tolerance = self._tolerance_row(self._tolerances.path, 0.0)
        self._goal_tolerance = self._tolerance_row(self._tolerances.goal, float(self._settings["goal_tolerance"]))
        self._handle = TrajectoryHandle()
        return self._handle

    def sample(self, now: float) -> JointSample:
        """The desired state at a time that is not before the newest trajectory's arrival [s]."""
        if self._braking_from is not None:
            return self._braking(now)
        times, time = self._times, now - self._start
        if not times or time >= times[-1]:
            return self._rest
        if time < times[0]:
            return self._segment(-1).at(now - self._before_time)
        index = bisect_right(times, time) - 1
        return self._segment(index).at(time - times[index])

    def update(self, now: float, position: Array, velocity: Array) -> JointSample:
        """One control cycle: the desired state now; judges the tolerances by the measured state, each of shape (6,)."""
        desired = self.sample(now)
        handle = self._handle
        if handle is None:
            return desired
        handle.desired, handle.actual = desired.position, np.array(position)
        ended = now - self._start >= self._times[-1]
        if not self._monitored:
            if ended:
                self._finish("succeeded", TrajectoryError.SUCCESSFUL, "")
        elif not ended:
            self._judge_path(now, np.abs(desired.position - position))
        else:
            self._judge_goal(now, np.abs(desired.position - position), velocity)
        return desired if self._braking_from is None else self.sample(now)

    def cancel(self, now: float, message: str = "cancelled") -> None:
        """Leave the trajectory: every joint decelerates at its limit, then holds."""
        self._brake(now)
        if self._handle is not None:
            self._finish("cancelled", TrajectoryError.SUCCESSFUL, message)

    def _judge_path(self, now: float, error: Array) -> None:
        worst = self._worst_excess(error, self._path_tolerance)
        if worst is not None:
            self._brake(now)
            message = f"{self.joints[worst]} is {error[worst]:.4f} rad off its path"
            self._finish("aborted", TrajectoryError.PATH_TOLERANCE_VIOLATED, message)

    def _judge_goal(self, now: float, error: Array, velocity: Array) -> None:
        assert self._trajectory is not None
        worst = self._worst_excess(error, self._goal_tolerance)
        if worst is None and np.all(np.abs(velocity) <= float(self._settings["stopped_velocity"])):
            self._finish("succeeded", TrajectoryError.SUCCESSFUL, "")
            return
        allowed = self._tolerances.goal_time
        allowed = float(self._settings["goal_time"]) if allowed is None else allowed
        if allowed > 0 and now - self._start > self._trajectory.times[-1] + allowed:
            message = "still moving at the goal" if worst is None else f"{self.joints[worst]} ends {error[worst]:.4f} rad off"
            self._finish("aborted", TrajectoryError.GOAL_TOLERANCE_VIOLATED, message)

    @staticmethod
    def _worst_excess(error: Array, tolerance: Array) -> int | None:
        """The joint that is farthest beyond its tolerance, None when none is; a tolerance of 0 is none."""
        excess = np.where(tolerance > 0, error - tolerance, -np.inf)
        worst = int(np.argmax(excess))
        return worst if excess[worst] > 0 else None

    def _finish(self, status: str, code: TrajectoryError, message: str) -> None:
        assert self._handle is not None
        self._handle.status = status  # type: ignore[assignment]
        self._handle.code, self._handle.message = code, message
        self._handle = None

    def _brake(self, now: float) -> None:
        if self._braking_from is None:
            self._braking_from = (now, self.sample(now))

    def _braking(self, now: float) -> JointSample:
        assert self._braking_from is not None
        began, state = self._braking_from
        speed = np.abs(state.velocity)
        time = np.minimum(now - began, speed / self._deceleration)
        sign = np.sign(state.velocity)
        moving = (now - began) < speed / self._deceleration
        return JointSample(
            state.position + state.velocity * time - sign * self._deceleration * time**2 / 2,
            state.velocity - sign * self._deceleration * time,
            np.where(moving, -sign * self._deceleration, 0.0),
        )

    def _segment(self, index: int) -> Segment:
        """The motion from a point of the trajectory to the next; -1 for the one that leads from before it to the first."""
        found = self._segments.get(index)
        if found is None:
            found = self._segments[index] = self._new_segment(index)
        return found

    def _new_segment(self, index: int) -> Segment:
        trajectory = self._trajectory
        assert trajectory is not None
        end = _point(trajectory, index + 1)
        if index < 0:
            start, duration = self._before, self._start + self._times[0] - self._before_time
        else:
            start, duration = _point(trajectory, index), self._times[index + 1] - self._times[index]
        if trajectory.velocities is None:
            return linear(start.position, end.position, duration)
        if trajectory.accelerations is None:
            return cubic(start, end, duration)
        return quintic(start, end, duration)

    def _tolerance_row(self, given: dict[str, float], default: float) -> Array:
        values = np.array([given.get(joint, 0.0) for joint in self.joints])
        return np.where(values == 0.0, default, np.maximum(values, 0.0))


def _point(trajectory: JointTrajectory, index: int) -> JointSample:
    zeros = np.zeros(trajectory.positions.shape[1])
    return JointSample(
        trajectory.positions[index],
        zeros if trajectory.velocities is None else trajectory.velocities[index],
        zeros if trajectory.accelerations is None else trajectory.accelerations[index],
    )
