"""Geometric joint paths: splines, at least twice differentiable, over a parameter from 0 to 1, not yet timed."""

from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import BSpline, make_interp_spline

Array = NDArray[np.float64]

_COINCIDE_RAD = 1e-9
_STRAIGHT = 1e-3
"""Legs of which the directions differ by less than this go straight on."""

JointPath: TypeAlias = BSpline
"""Maps parameters of shape (m,) and an order of derivative to shape (m, 14)."""


def line(first: Array, last: Array) -> JointPath:
    """The straight joint line from ``first`` to ``last``, each of shape (14,)."""
    return BSpline(np.array([0.0, 0.0, 1.0, 1.0]), np.stack([first, last]), 1)


def through(points: Array) -> JointPath:
    """The quintic spline through ``points``, shape (n, 14), n >= 2, its parameter in proportion to the length between them.

    Points that coincide with the one before are left out.
    """
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    kept = np.concatenate([[True], steps > _COINCIDE_RAD])
    points, steps = points[kept], steps[kept[1:]]
    if len(points) < 3:
        return line(points[0], points[-1])
    knots = np.concatenate([[0.0], np.cumsum(steps)])
    return make_interp_spline(knots / knots[-1], points, k=min(5, len(points) - 1))


def blended(waypoints: Array, pieces: int) -> JointPath:
    """A smooth curve beside the polyline of ``waypoints``, shape (n, 14), n >= 2, that cuts its corners.

    It is a quintic B-spline that starts and ends with the polyline. Its control polygon is the polyline with every leg cut into
    ``pieces`` equal pieces, so it lies within the convex hulls of any six neighbouring corners of that: the more pieces, the
    nearer to the polyline.
    """
    if len(waypoints) == 2:
        return line(waypoints[0], waypoints[1])
    legs = [np.linspace(start, end, pieces, endpoint=False) for start, end in pairwise(waypoints)]
    control = np.concatenate([*legs, waypoints[-1:]])
    degree = min(5, len(control) - 1)
    knots = np.concatenate([np.zeros(degree), np.linspace(0.0, 1.0, len(control) - degree + 1), np.ones(degree)])
    return BSpline(knots, control, degree)


def corners(points: Array) -> Array:
    """The postures of a polyline, shape (n, 14), without those that lie on the straight line between their neighbours."""
    legs = np.diff(points, axis=0)
    steps = np.linalg.norm(legs, axis=1)
    points = points[np.concatenate([[True], steps > _COINCIDE_RAD])]
    legs, steps = legs[steps > _COINCIDE_RAD], steps[steps > _COINCIDE_RAD]
    if len(legs) < 2:
        return points
    ways = legs / steps[:, None]
    turns = np.linalg.norm(np.diff(ways, axis=0), axis=1) > _STRAIGHT
    return points[np.concatenate([[True], turns, [True]])]


def length(path: JointPath) -> float:
    """Length of a path in joint space [rad]."""
    return float(np.linalg.norm(np.diff(path(np.linspace(0.0, 1.0, 100)), axis=0), axis=1).sum())
