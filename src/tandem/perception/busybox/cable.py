"""At which end of a loose plug its cable is, and which way that takes: it has the sleeve's colour, the pin is bare metal."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tandem.cell.pose import Pose
from tandem.perception.busybox.sleeve import figures, plug_pose

Array = NDArray[np.float64]

NEAR: Final = (0.006, 0.022)
"""So far from a plug's end its cable is looked for [m]."""

AHEAD: Final = 0.5
"""Cosine of how far it may be off the plug's axis there."""

LEAST: Final = 5
"""Fewer points tell nothing."""

FLAT: Final = 0.1
"""A way along the axis, but for this share of it, is to no side."""


def with_cable(pose: Pose, points: Array, towards: Array) -> Pose:
    """A plug's pose with z to its cable and x to the side to which that bends.

    Args:
        pose: of the middle of a plug, z from its pin to its cable, or the other way round.
        points: of its colour, shape (N, 3) [m].
        towards: where the cable goes to in the end: most take the shortest way, where theirs isn't seen.
    """
    axis = pose.rotation[:, 2]
    _, half, ahead = figures()
    middle = np.array(pose.position) + ahead * axis
    up, down = (_ways(points, middle + sign * half * axis, sign * axis) for sign in (1.0, -1.0))
    if max(len(up), len(down)) >= LEAST and len(down) > len(up):
        axis, up = -axis, down
    end = middle + half * axis
    way = np.median(up, axis=0) if len(up) >= LEAST else towards - end
    if np.linalg.norm(np.cross(axis, way)) < FLAT * np.linalg.norm(way):
        way = towards - end
    return plug_pose(middle, axis, way)


def _ways(points: Array, end: Array, axis: Array) -> Array:
    """From a plug's end to points that may be its cable's, shape (M, 3)."""
    ways = points - end
    away = np.linalg.norm(ways, axis=1)
    return np.asarray(ways[(away > NEAR[0]) & (away < NEAR[1]) & (ways @ axis > AHEAD * away)])
