"""Bounds on a trajectory that hold between its samples as well.

Between two samples a trajectory is a quintic polynomial; in Bernstein form it and each of its derivatives stay within the hull of
their coefficients (Farouki, "The Bernstein polynomial basis: a centennial retrospective", 2012).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tandem.cell.trajectory import Trajectory

Array = NDArray[np.float64]


@dataclass(frozen=True)
class SegmentBounds:
    """Of each of the N - 1 segments, each of shape (N - 1, 14).

    Attributes:
        lowest, highest: positions.
        speed, acceleration, jerk: largest absolute values.
    """

    lowest: Array
    highest: Array
    speed: Array
    acceleration: Array
    jerk: Array


def segment_bounds(motion: Trajectory) -> SegmentBounds:
    """Bounds of every segment of a trajectory."""
    h = np.diff(motion.times)[:, None]
    p, v, a = motion.positions, motion.velocities, motion.accelerations
    points = np.empty((6, len(motion.times) - 1, p.shape[1]))
    points[0], points[5] = p[:-1], p[1:]
    points[1] = p[:-1] + h * v[:-1] / 5
    points[4] = p[1:] - h * v[1:] / 5
    points[2] = points[1] + h * (v[:-1] / 5 + h * a[:-1] / 20)
    points[3] = points[4] - h * (v[1:] / 5 - h * a[1:] / 20)
    steps = np.diff(points, axis=0)
    second = np.diff(steps, axis=0)
    return SegmentBounds(
        lowest=points.min(axis=0),
        highest=points.max(axis=0),
        speed=np.abs(steps).max(axis=0) * (5 / h),
        acceleration=np.abs(second).max(axis=0) * (20 / h**2),
        jerk=_largest_quadratic(np.diff(second, axis=0)) * (60 / h**3),
    )


def segment_speeds(motion: Trajectory) -> Array:
    """Largest absolute velocity of every segment, shape (N - 1, 14)."""
    h = np.diff(motion.times)[:, None]
    p, v, a = motion.positions, motion.velocities, motion.accelerations
    after, before = v[:-1] + h * a[:-1] / 4, v[1:] - h * a[1:] / 4
    middle = 5 * (p[1:] - p[:-1]) / h - v[:-1] - v[1:] - after - before
    ends = np.maximum(np.abs(v[:-1]), np.abs(v[1:]))
    return np.maximum.reduce([ends, np.abs(after), np.abs(before), np.abs(middle)])


def _largest_quadratic(points: Array) -> Array:
    """Largest absolute value on [0, 1] of quadratics in Bernstein form; ``points`` has shape (3, ...)."""
    first, middle, last = points
    ends = np.maximum(np.abs(first), np.abs(last))
    curvature = first - 2 * middle + last
    with np.errstate(divide="ignore", invalid="ignore"):
        at = (first - middle) / curvature
        inside = (at > 0) & (at < 1)
        vertex = np.where(inside, np.abs(first - (first - middle) * at), 0.0)
    return np.maximum(ends, vertex)
