"""A parallel gripper's controller, as ros2_control's parallel_gripper_action_controller behaves."""

import math
from dataclasses import dataclass

from tandem.cell import description, names
from tandem.cell.limits import joint_limits
from tandem.cell.names import Side


@dataclass(frozen=True)
class GripperGoal:
    """Where the fingers shall go.

    Attributes:
        position: travel of each finger [m]; clipped to its range.
        max_effort: force of each finger [N]; 0 for the default.
        max_velocity: of each finger [m/s]; 0 for the default.
    """

    position: float
    max_effort: float = 0.0
    max_velocity: float = 0.0


@dataclass
class GripperHandle:
    """One goal's fate; the controller updates it.

    Attributes:
        reached_goal, stalled: how it ended; both False while it moves or when it was replaced.
        replaced: a newer goal, or a cancel, took its place.
        position: of the fingers [m]; effort: of each [N].
    """

    goal: GripperGoal
    reached_goal: bool = False
    stalled: bool = False
    replaced: bool = False
    position: float = 0.0
    effort: float = 0.0

    @property
    def finished(self) -> bool:
        """Whether a result is there."""
        return self.reached_goal or self.stalled or self.replaced


@dataclass(frozen=True)
class FingerCommand:
    """What the fingers' drives get: position [m], velocity [m/s], and their force limit [N]."""

    position: float
    velocity: float
    max_effort: float


class GripperController:
    """Moves the set point to the goal within velocity and acceleration limits; it never runs far ahead of blocked fingers."""

    def __init__(self, side: Side, position: float) -> None:
        """Hold ``position`` [m]."""
        settings = description.settings("sim.yaml")["gripper"]
        column = names.GRIPPER_COLUMN[side]
        limits = joint_limits()
        self.joint = names.GRIPPER_JOINT[side]
        self._lower, self._upper = float(limits.lower[column]), float(limits.upper[column])
        self._velocity_limit, self._acceleration = float(limits.velocity[column]), float(limits.acceleration[column])
        self._settings = settings
        self._effort_limit = float(settings["max_effort"])
        self._lead = 1.5 * self._effort_limit / float(settings["stiffness"])
        self._set_point, self._set_velocity = position, 0.0
        self._goal = GripperGoal(position)
        self._handle: GripperHandle | None = None
        self._last_moved = 0.0

    @property
    def goal(self) -> GripperGoal:
        """The newest goal."""
        return self._goal

    def accept(self, goal: GripperGoal, now: float) -> GripperHandle:
        """Take up a goal in place of the one before.

        Raises:
            ValueError: the goal is not finite, or a limit is negative.
        """
        if not all(map(math.isfinite, (goal.position, goal.max_effort, goal.max_velocity))):
            raise ValueError(f"gripper goal is not finite: {goal}")
        if goal.max_effort < 0 or goal.max_velocity < 0:
            raise ValueError(f"gripper goal has a negative limit: {goal}")
        if self._handle is not None:
            self._handle.replaced = True
        self._goal = goal
        self._handle = GripperHandle(goal)
        self._last_moved = now
        return self._handle

    def cancel(self) -> None:
        """Stop where the set point is; the force on what is held stays."""
        if self._handle is not None:
            self._handle.replaced = True
            self._handle = None
        self._goal = GripperGoal(self._set_point, self._goal.max_effort)

    def update(self, now: float, dt: float, position: float, velocity: float, effort: float) -> FingerCommand:
        """One control cycle, from the measured travel [m], its velocity [m/s] and the fingers' force [N]."""
        self._advance(dt, position)
        if self._handle is not None:
            self._judge(now, self._handle, position, velocity, effort)
        limit = min(self._goal.max_effort or self._effort_limit, self._effort_limit)
        return FingerCommand(self._set_point, self._set_velocity, limit)

    def _advance(self, dt: float, measured: float) -> None:
        target = min(max(self._goal.position, self._lower), self._upper)
        fastest = min(self._goal.max_velocity or self._velocity_limit, self._velocity_limit)
        rest = target - self._set_point
        change = self._acceleration * dt
        # The fastest from which steps of one change each still end at the target.
        stoppable = math.sqrt(change**2 / 4 + 2 * self._acceleration * abs(rest)) - change / 2
        wanted = math.copysign(min(fastest, stoppable), rest)
        self._set_velocity += min(max(wanted - self._set_velocity, -change), change)
        step = self._set_velocity * dt
        if abs(rest) <= abs(step):
            self._set_point, self._set_velocity = target, 0.0
        else:
            self._set_point += step
        blocked = min(max(self._set_point, measured - self._lead), measured + self._lead)
        if blocked != self._set_point:
            self._set_point, self._set_velocity = blocked, 0.0

    def _judge(self, now: float, handle: GripperHandle, position: float, velocity: float, effort: float) -> None:
        handle.position, handle.effort = position, effort
        if abs(velocity) > float(self._settings["stall_velocity"]):
            self._last_moved = now
        if abs(position - min(max(handle.goal.position, self._lower), self._upper)) < float(self._settings["goal_tolerance"]):
            handle.reached_goal = True
        elif now - self._last_moved > float(self._settings["stall_timeout"]):
            handle.stalled = True
        if handle.finished:
            self._handle = None
