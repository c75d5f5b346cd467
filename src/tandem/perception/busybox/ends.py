"""Which end of a plug that lies is its cable's: the cable has the sleeve's colour, the pin at the other end is bare metal."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tandem.cell.pose import Pose
from tandem.perception.busybox.sleeve import figures, plug_pose
from tandem.perception.view import View

Array = NDArray[np.float64]

LIES: Final = 0.6
"""Of an axis that rises by less than this share of its length both ends are seen from above."""

_BEYOND_M: Final = np.arange(0.003, 0.0075, 0.0009)
"""Where beyond either end colours are looked at: a cable soon bends aside."""

_ASIDE_M: Final = np.array([-0.0012, 0.0, 0.0012])
"""To its sides: what is likest there counts, since it is only as wide as a pixel."""

_CLEARLY: Final = 40.0
"""By so much the ends must differ in how far their colours are from the sleeve's, of 255."""

_METAL, _TINT = 90.0, 40.0
"""A sleeve that is brighter than this, and whose colours differ by less, looks too much like a pin."""


def cable_up(view: View, pose: Pose, points: Array) -> Pose:
    """The pose, or the same the other way round.

    Args:
        view: the image.
        pose: of the middle of a plug, z from its pin to its cable, or the other way if it lies.
        points: on its sleeve, shape (N, 3) [m].
    """
    axis = pose.rotation[:, 2]
    if abs(axis[2]) > LIES:
        return pose
    _, half, ahead = figures()
    middle = np.array(pose.position) + ahead * axis
    own = np.median(_colours(view, points), axis=0)
    if own.mean() > _METAL and np.ptp(own) < _TINT:
        return pose
    unlike = [_unlike(view, middle, sign * axis, half, own) for sign in (1.0, -1.0)]
    if unlike[0] - unlike[1] < _CLEARLY:
        return pose
    return plug_pose(middle, -axis)


def _unlike(view: View, middle: Array, axis: Array, half: float, own: Array) -> float:
    """How far the colours just beyond that end are from the sleeve's."""
    across = np.cross(axis, (0.0, 0.0, 1.0))
    across /= max(float(np.linalg.norm(across)), 1e-9)
    places = middle + (half + _BEYOND_M)[:, None, None] * axis + _ASIDE_M[None, :, None] * across
    seen = _colours(view, places.reshape(-1, 3)).reshape(*places.shape)
    return float(np.median(np.linalg.norm(seen - own, axis=2).min(axis=1)))


def _colours(view: View, points: Array) -> Array:
    """Of the pixels at which points are seen, shape (N, 3)."""
    u, v, _ = view.project(points)
    height, width = view.valid.shape
    rows, columns = np.clip(np.round(v).astype(int), 0, height - 1), np.clip(np.round(u).astype(int), 0, width - 1)
    return view.frame.rgb[rows, columns].astype(np.float64)
