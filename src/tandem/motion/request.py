"""What is wrong with a plan request, before anything is computed."""

import numpy as np
from numpy.typing import NDArray

from tandem.cell import limits, names
from tandem.cell.names import Side
from tandem.motion.failure import PlanFailure
from tandem.motion.protocol import PlanError, PlanRequest

Array = NDArray[np.float64]

_LIMIT_TOLERANCE = 2e-3
"""Measured joints may lie so far outside their limits [rad; m]."""

_UNIT_TOLERANCE = 1e-3


def sides(request: PlanRequest) -> tuple[Side, ...]:
    """The arms that have a goal, left first."""
    return tuple(side for side in names.SIDES if side in request.tcp_goals or side in request.joint_goals)


def checked_start(request: PlanRequest) -> Array:
    """The start within the joint limits, shape (14,), once all of the request is found to make sense.

    Raises:
        PlanFailure: with ``INVALID_GOAL`` or ``START_OUTSIDE_LIMITS`` and what is wrong.
    """
    _check_goals(request)
    _check_held(request)
    if request.start.shape != (names.DOF,) or not np.isfinite(request.start).all():
        raise PlanFailure(PlanError.START_OUTSIDE_LIMITS, f"the start must be {names.DOF} finite joint positions")
    outside = outside_limits(request.start, _LIMIT_TOLERANCE)
    if outside:
        raise PlanFailure(PlanError.START_OUTSIDE_LIMITS, f"at the start {outside}")
    bounds = limits.joint_limits()
    return np.clip(request.start, bounds.lower, bounds.upper)


def outside_limits(positions: Array, tolerance: float = 1e-6) -> str:
    """The first joint of positions of shape (14,) outside of its limits, in words; empty where none is."""
    bounds = limits.joint_limits()
    for name, value, lower, upper in zip(names.JOINTS, positions, bounds.lower, bounds.upper, strict=True):
        if not lower - tolerance <= value <= upper + tolerance:
            return f"{name} is {value:.3f}, outside of {lower:.3f} to {upper:.3f}"
    return ""


def _check_goals(request: PlanRequest) -> None:
    both = set(request.tcp_goals) & set(request.joint_goals)
    unknown = (set(request.tcp_goals) | set(request.joint_goals)) - set(names.SIDES)
    if unknown:
        raise PlanFailure(PlanError.INVALID_GOAL, f"there is no arm '{min(unknown)}'; the arms are left and right")
    if both:
        raise PlanFailure(PlanError.INVALID_GOAL, f"the {min(both)} arm has a pose goal and a joint goal; give one of them")
    if not sides(request):
        raise PlanFailure(PlanError.INVALID_GOAL, "neither arm has a goal")
    if not 0.0 < request.speed <= 1.0:
        raise PlanFailure(PlanError.INVALID_GOAL, f"the speed is {request.speed}, it must be above 0 and at most 1")
    for side, joints in request.joint_goals.items():
        if len(joints) != 6 or not np.isfinite(joints).all():
            raise PlanFailure(PlanError.INVALID_GOAL, f"the joint goal of the {side} arm must be six finite angles")
        goal = request.start.copy() if request.start.shape == (names.DOF,) else np.zeros(names.DOF)
        goal[:] = np.clip(goal, limits.joint_limits().lower, limits.joint_limits().upper)
        goal[names.ARM_COLUMNS[side]] = joints
        outside = outside_limits(goal)
        if outside:
            raise PlanFailure(PlanError.INVALID_GOAL, f"at the goal {outside}")
    for side, pose in request.tcp_goals.items():
        if not np.isfinite([*pose.position, *pose.quaternion]).all():
            raise PlanFailure(PlanError.INVALID_GOAL, f"the pose goal of the {side} arm isn't finite")
        if abs(float(np.linalg.norm(pose.quaternion)) - 1.0) > _UNIT_TOLERANCE:
            raise PlanFailure(PlanError.INVALID_GOAL, f"the quaternion of the {side} arm's goal isn't of unit length")


def _check_held(request: PlanRequest) -> None:
    held = next((item for item in request.scene if item.held_by == "both"), None)
    if held is not None and len(sides(request)) == 1:
        raise PlanFailure(PlanError.INVALID_GOAL, f"both hands hold the {held.name}, so both arms need a goal")
