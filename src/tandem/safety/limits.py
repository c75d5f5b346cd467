"""S2: which limit of motion a trajectory exceeds, and by how much."""

import numpy as np
from numpy.typing import NDArray

from tandem.cell import names
from tandem.cell.trajectory import Trajectory
from tandem.safety.bounds import SegmentBounds, segment_bounds
from tandem.safety.excess import Excess
from tandem.safety.settings import ARM, Rates
from tandem.safety.tool_speed import ToolSpeed

Array = NDArray[np.float64]

_TOLERANCE = 1e-6
_SET_POINT_TOLERANCE_M = 2e-5
"""Fingers are sent set-points, and stop at the end of their travel: a spline through them may swing this far beyond it."""
_UNITS = {"velocity": "rad/s", "acceleration": "rad/s^2", "jerk": "rad/s^3"}


def excess(motion: Trajectory, rates: Rates, tools: ToolSpeed | None = None) -> Excess | None:
    """The limit that is exceeded by most, or None where all are kept, between samples as well.

    Args:
        motion: to be judged. Where it begins outside the position limits it may stay, but not go farther out.
        rates: the limits.
        tools: for the speed of the tcps; None leaves that out, where the caller knows that it is kept.
    """
    bounds = segment_bounds(motion)
    ratios = _ratios(bounds, rates)
    found = _outside(motion, bounds, rates) or _too_fast(motion, bounds, rates, ratios)
    if found is not None or tools is None:
        return found
    return tools.excess(motion, rates.tool_speed)


def _ratios(bounds: SegmentBounds, rates: Rates) -> Array:
    """Of speed, acceleration and jerk to their limits, shape (3, N - 1, 14)."""
    return np.stack([bounds.speed / rates.velocity, bounds.acceleration / rates.acceleration, bounds.jerk / rates.jerk])


def _outside(motion: Trajectory, bounds: SegmentBounds, rates: Rates) -> Excess | None:
    start = motion.positions[0]
    below = np.minimum(rates.lower, start) - bounds.lowest
    above = bounds.highest - np.maximum(rates.upper, start)
    beyond = np.maximum(below, above) - np.where(ARM, _TOLERANCE, _SET_POINT_TOLERANCE_M)
    if beyond.max() <= 0.0:
        return None
    segment, joint = np.unravel_index(np.argmax(beyond), beyond.shape)
    low = below[segment, joint] > above[segment, joint]
    value = bounds.lowest[segment, joint] if low else bounds.highest[segment, joint]
    limit = rates.lower[joint] if low else rates.upper[joint]
    unit = "rad" if _is_arm(int(joint)) else "m"
    reason = f"{names.JOINTS[joint]} would reach {value:.3f} {unit} (limit {limit:.3f}) {_at(motion, int(segment))}"
    return Excess(reason, float("inf"), np.any(beyond > 0.0, axis=0))


def _too_fast(motion: Trajectory, bounds: SegmentBounds, rates: Rates, ratios: Array) -> Excess | None:
    if ratios.max() <= 1 + _TOLERANCE:
        return None
    order, segment, joint = np.unravel_index(np.argmax(ratios), ratios.shape)
    kind = ("velocity", "acceleration", "jerk")[order]
    value = (bounds.speed, bounds.acceleration, bounds.jerk)[order][segment, joint]
    limit = getattr(rates, kind)[joint]
    unit = _UNITS[kind] if _is_arm(int(joint)) else _UNITS[kind].replace("rad", "m")
    reason = f"{names.JOINTS[joint]} would need {value:.3g} {unit} of {kind} (limit {limit:.3g}) {_at(motion, int(segment))}"
    stretch = max(float(ratios[0].max()), float(ratios[1].max()) ** 0.5, float(ratios[2].max()) ** (1 / 3))
    return Excess(reason, stretch, np.any(ratios > 1 + _TOLERANCE, axis=(0, 1)))


def _is_arm(joint: int) -> bool:
    return joint not in names.GRIPPER_COLUMN.values()


def _at(motion: Trajectory, segment: int) -> str:
    return f"at {motion.times[segment] - motion.start:.2f} s"
