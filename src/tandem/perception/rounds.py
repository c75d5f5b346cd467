"""Round things, which show no level face: spheroids with an upright axis, such as eggs that stand on one end."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tandem.perception import colour as colours
from tandem.perception.components import connected
from tandem.perception.faces import foreground
from tandem.perception.settings import PerceptionSettings, Rounds
from tandem.perception.view import Mask, View

Array = NDArray[np.float64]

LEVEL = 0.003
"""What lies this little below the highest point is its level part [m]."""

_SHADES = {"black": "brown", "orange": "brown", "yellow": "brown", "red": "brown"}
"""A curved surface is darker towards its border: a shade is taken for the colour that eggs have."""

_PALE = 0.4
"""Saturation below which they are white, in warm light as well."""


@dataclass(frozen=True)
class Round:
    """A spheroid: its middle in plan view, largest radius, and highest point [m]."""

    colour: str
    x: float
    y: float
    radius: float
    top: float

    def covers(self, point: Array) -> bool:
        """Whether a world x, y is within its outline."""
        return float(np.hypot(point[0] - self.x, point[1] - self.y)) < self.radius


def find_rounds(view: View, robot: Mask, settings: PerceptionSettings) -> list[Round]:
    """The round things that are seen whole enough to tell where they are."""
    found = (_round(view, rows, columns, settings.rounds) for rows, columns in _lumps(view, robot, settings))
    return [item for item in found if item is not None]


def _lumps(view: View, robot: Mask, settings: PerceptionSettings) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Rows and columns of the pixels of each patch that stands out, cut apart where the height jumps."""
    least = settings.rounds.pixels
    for (rows, columns), pixels in connected(foreground(view, robot, settings), least):
        patch = pixels & ~_jumps(view.heights[rows, columns], settings.rounds.jump)
        parts, inner, sizes, _ = cv2.connectedComponentsWithStats(patch.astype(np.uint8), connectivity=4, ltype=cv2.CV_32S)
        for part in range(1, parts):
            wide, high, area = (int(value) for value in sizes[part][2:])
            if area >= least and 0.5 < wide / high < 2.0 and area > 0.5 * wide * high:
                inner_rows, inner_columns = np.nonzero(inner == part)
                yield inner_rows + rows.start, inner_columns + columns.start


def _jumps(heights: NDArray[np.float32], jump: float) -> Mask:
    """Pixels beside which another one is much higher or lower."""
    found = np.zeros(heights.shape, dtype=bool)
    down, right = np.abs(np.diff(heights, axis=0)) > jump, np.abs(np.diff(heights, axis=1)) > jump
    found[1:] |= down
    found[:-1] |= down
    found[:, 1:] |= right
    found[:, :-1] |= right
    return found


def _round(view: View, rows: NDArray[np.intp], columns: NDArray[np.intp], rules: Rounds) -> Round | None:
    """The spheroid of a patch, None where it is none."""
    z = view.heights[rows, columns].astype(np.float64)
    highest = float(np.quantile(z, 0.98))
    if float(np.quantile(z, 0.05)) > highest - rules.bulge or float((z > highest - LEVEL).mean()) > rules.level_share:
        return None
    x, y = (view.points[axis, rows, columns].astype(np.float64) for axis in (0, 1))
    fitted = _spheroid(np.stack([x, y, z], axis=1))
    if fitted is None:
        return None
    (mx, my, mz), radius, half, error = fitted
    if error > rules.error or not rules.radius[0] <= radius <= rules.radius[1] or not rules.half[0] <= half <= rules.half[1]:
        return None
    if view.pixel_area(mz, rows, columns) < rules.seen * np.pi * radius**2:
        return None
    upper = z > highest - 0.3 * half
    return Round(_colour(view.frame.rgb[rows[upper], columns[upper]], view.brightness), mx, my, radius, mz + half)


def _colour(rgb: NDArray[np.uint8], brightness: float) -> str:
    """The colour word of the upper part of a round thing, shape (N, 3)."""
    _, saturation, _ = colours.hue_saturation_value(np.median(rgb, axis=0)[None].astype(np.uint8))
    if saturation[0] < _PALE:
        return "white"
    word = colours.name_of(rgb, brightness)
    return _SHADES.get(word, word)


def _spheroid(points: Array) -> tuple[tuple[float, float, float], float, float, float] | None:
    """Least squares: middle, horizontal radius, vertical half axis, and root mean square distance of the points [m].

    ``x^2 + y^2 + b z^2 + c x + d y + e z + f = 0``, of which the coefficients enter linearly.
    """
    origin = points.mean(axis=0)
    x, y, z = ((points - origin) * 1e3).T  # in mm, so that the columns are alike
    columns = np.stack([z**2, x, y, z, np.ones_like(x)], axis=1)
    (b, c, d, e, f), _, rank, _ = np.linalg.lstsq(columns, -(x**2 + y**2), rcond=None)
    if rank < 5 or b <= 0:
        return None
    middle = np.array([-c / 2, -d / 2, -e / (2 * b)])
    squared = middle[0] ** 2 + middle[1] ** 2 + b * middle[2] ** 2 - f
    if squared <= 0:
        return None
    value = x**2 + y**2 + columns @ np.array([b, c, d, e, f])
    slope = 2 * np.sqrt((x - middle[0]) ** 2 + (y - middle[1]) ** 2 + (b * (z - middle[2])) ** 2)
    error = float(np.sqrt(np.mean((value / np.maximum(slope, 1.0)) ** 2)))
    mx, my, mz = (float(value) for value in middle * 1e-3 + origin)
    radius = float(np.sqrt(squared)) * 1e-3
    return (mx, my, mz), radius, radius / float(np.sqrt(b)), error * 1e-3
