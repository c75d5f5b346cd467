"""Objects that show no level face, such as a cube that leans on something: found by colour and bulk."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tandem.cell.props import is_round, primitives
from tandem.perception.colour import NAMES, classify
from tandem.perception.rectangle import Rectangle
from tandem.perception.settings import PerceptionSettings
from tandem.perception.track import Track
from tandem.perception.view import Mask, View

REACH = 0.06
"""How far from its last place a leaning object is looked for [m]."""

SKIN = 0.007
"""Points this near to another object of the same colour belong to that one [m]."""

LEAST, MOST = 0.3, 2.5
"""Bulk that shows of it, in parts of the area of its upper face."""


def find_lump(
    view: View, robot: Mask, track: Track, others: Sequence[Track], settings: PerceptionSettings
) -> tuple[Rectangle, float] | None:
    """Footprint and upper height of what is left of the object's colour near its place.

    None where that is too little or too much. The heading stays as it was: a lump doesn't tell it.

    Args:
        view: the image.
        robot: pixels of the robot, shape (height, width).
        track: the object, with its last pose.
        others: all other objects; their points are not this one's.
        settings: of perception.
    """
    rows, columns = _window(view, track)
    heights = view.heights[rows, columns]
    near = (heights > settings.depth.object_height) & view.valid[rows, columns] & ~robot[rows, columns]
    where = np.nonzero(near)
    if len(where[0]) < settings.faces.pixels:
        return None
    shaded = is_round(track.category)  # from light to dark, so that its colour says little
    own = shaded | (classify(view.frame.rgb[rows, columns][where], view.brightness) == NAMES.index(track.colour))
    x, y = (view.points[axis, rows, columns][where] for axis in (0, 1))
    points = np.stack([x, y, heights[where]], axis=1)[own].astype(np.float64)
    own_rows, own_columns = where[0][own] + rows.start, where[1][own] + columns.start
    free = np.hypot(*(points[:, :2] - track.pose.position[:2]).T) < REACH
    for other in others:
        if shaded or other.colour == track.colour:
            free &= ~_belongs(points, other)
    bulk = view.pixel_area(track.top, own_rows[free], own_columns[free]) / (track.size[0] * track.size[1])
    if free.sum() < settings.faces.pixels or not LEAST < bulk < MOST:
        return None
    middle = np.median(points[free, :2], axis=0)
    return Rectangle(float(middle[0]), float(middle[1]), track.pose.yaw, *track.size[:2]), float(
        np.quantile(points[free, 2], 0.9)
    )


def _window(view: View, track: Track) -> tuple[slice, slice]:
    """The part of the image around an object's place."""
    x, y, z = track.pose.position
    around = np.array([[x + a * REACH, y + b * REACH, z] for a in (-1, 1) for b in (-1, 1)])
    u, v, _ = view.project(around)
    height, width = view.valid.shape
    top, left = np.clip([v.min(), u.min()], 0, [height, width]).astype(int)
    bottom, right = np.clip([v.max() + 1, u.max() + 1], 0, [height, width]).astype(int)
    return slice(int(top), int(bottom)), slice(int(left), int(right))


def _belongs(points: NDArray[np.float64], other: Track) -> NDArray[np.bool_]:
    """Which points, shape (N, 3), lie in or on an object."""
    local = (points - np.asarray(other.pose.position)) @ other.pose.rotation
    inside = np.zeros(len(points), dtype=bool)
    for pose, size in primitives(other.category, other.size):
        in_part = (local - np.asarray(pose.position)) @ pose.rotation
        inside |= np.all(np.abs(in_part) < np.asarray(size) / 2 + SKIN, axis=1)
    return inside
