"""The box in one image: a large level face at its height, with its border."""

from dataclasses import dataclass, replace
from math import cos, pi, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from tandem.cell import description
from tandem.perception.busybox.outline import Fit, Placement, extent, face_points, fit_outline
from tandem.perception.components import large
from tandem.perception.faces import outline_of
from tandem.perception.rectangle import nearest_turn, smallest_rectangle
from tandem.perception.settings import PerceptionSettings
from tandem.perception.view import Mask, View, Window

AWAY = -pi / 2
"""Heading of a box whose upper row is away from the robots [rad]: what it is taken for as far as its border leaves a choice."""

SHOVED = (0.030, 0.015, 0.006, 0.003)
"""How near outline must be to count, from one round to the next, for a box that isn't where it was [m]."""

LESS = 0.35
"""Of a box that was seen a moment ago it is enough to see this share of what a new one must show."""

NEAR = 0.03
"""How far around where it was the box is looked for first [m]."""


@dataclass(frozen=True)
class BoxSighting:
    """The box in one image.

    Attributes:
        placement: its centre and heading; of the two that its border allows the one nearest to what was expected.
        top: height of its faces above the table [m].
        covered: share of its border that was seen.
    """

    placement: Placement
    top: float
    covered: float


def find_box(view: View, robot: Mask, settings: PerceptionSettings, expected: Placement | None = None) -> BoxSighting | None:
    """Where the box is in an image, None where too little of one is seen.

    Args:
        view: from above.
        robot: pixels of the robot, shape (height, width).
        settings: of perception.
        expected: where it was last.
    """
    level = _level(view, robot, settings, 1.0 if expected is None else LESS)
    fits = _fits(view, robot, *level, settings, expected) if level is not None else []
    if level is None or not fits:
        return None
    best = max(fits, key=lambda fit: fit.covered)
    heading = AWAY if expected is None else expected.yaw
    found = best.placement
    return BoxSighting(Placement(found.x, found.y, nearest_turn(found.yaw, heading, pi)), level[1], best.covered)


def _fits(view: View, robot: Mask, mask: Mask, top: float, settings: PerceptionSettings, expected: Placement | None) -> list[Fit]:
    """Placements that account for what is seen: near to where the box is expected or else, of those that do, anywhere."""
    rules = settings.busybox
    if expected is not None:
        near = fit_outline(_outline(view, robot, mask, top, settings, _window(view, expected, top, NEAR)), expected)
        if _convinces(near, rules.covered):
            return [near]
    outline = _outline(view, robot, mask, top, settings, (slice(0, mask.shape[0]), slice(0, mask.shape[1])))
    fits = [fit_outline(outline, start) for start in _guesses(view, mask, top)]
    if expected is not None:
        fits += [fit_outline(outline, start, SHOVED) for start in _around(expected)]
    fits = [fit for fit in fits if _convinces(fit, rules.covered)]
    fill = rules.fill if expected is None else LESS * rules.fill
    return [fit for fit in fits if _fills(view, robot, mask, top, fit.placement, fill)]


def _outline(
    view: View, robot: Mask, mask: Mask, top: float, settings: PerceptionSettings, window: Window
) -> NDArray[np.float64]:
    """What is known of the outline of the level pixels in a window: points and ways out, shape (N, 4)."""
    rows, columns = np.nonzero(mask[window])
    if not len(rows):
        return np.zeros((0, 4))
    outline, trusted = outline_of(view, robot, rows + window[0].start, columns + window[1].start, top, settings.depth.cover)
    return outline[trusted]


def _level(view: View, robot: Mask, settings: PerceptionSettings, share: float) -> tuple[Mask, float] | None:
    """Pixels of faces at about the box's height, and that height; None where there are fewer than a share of what a box shows."""
    rules, face = settings.busybox, float(description.settings("busybox.yaml")["face"])
    coarse = view.heights[::4, ::4]
    near = (np.abs(coarse - face) < rules.height) & ~robot[::4, ::4]
    if int(near.sum()) * 16 < share * rules.pixels:
        return None
    counts = np.bincount(((coarse[near] - face + rules.height) * 1000).astype(np.int64))
    around = np.convolve(counts, np.ones(3, dtype=np.int64), mode="same")
    peak = (int(around.argmax()) + 0.5) / 1000 + face - rules.height
    band = max(settings.depth.face_band, 3.0 * view.noise)
    top = float(np.median(coarse[near & (np.abs(coarse - peak) < band)]))
    mask = (np.abs(view.heights - top) < band) & view.valid & ~robot
    cleaned = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)).astype(bool)
    return (cleaned, top) if int(cleaned.sum()) >= share * rules.pixels else None


def _guesses(view: View, mask: Mask, top: float) -> list[Placement]:
    """Where the box may be: by the smallest rectangle around the largest piece, in both directions and at both of its ends."""
    guesses = []
    for share in (1.0, 0.1):
        rows, columns = np.nonzero(large(mask, share))
        around = smallest_rectangle(view.on_plane(columns.astype(float), rows.astype(float), top))
        for turn, length, width in ((0.0, around.length, around.width), (pi / 2, around.width, around.length)):
            guesses += _along(Placement(around.x, around.y, around.yaw + turn), length, width)
    return guesses


def _around(expected: Placement) -> list[Placement]:
    """Where a box may be that was shoved since the image before."""
    ring = [(reach * cos(turn * pi / 4), reach * sin(turn * pi / 4)) for reach in (0.03, 0.06) for turn in range(8)]
    return [replace(expected, x=expected.x + dx, y=expected.y + dy) for dx, dy in [(0.0, 0.0), *ring]]


def _along(middle: Placement, length: float, width: float) -> list[Placement]:
    """Placements of the box that share a side or the middle with a rectangle, along each axis; [] where it can't be one."""
    (frame, depth), handle = description.settings("busybox.yaml")["frame"][:2], description.settings("busybox.yaml")["handle"]
    whole = float(frame) + 2 * float(handle["depth"])
    spare_x, spare_y = (whole - length) / 2, (float(depth) - width) / 2
    if spare_x < -0.03 or spare_y < -0.03:
        return []
    steps_x = (0.0,) if abs(spare_x) < 0.012 else (spare_x, 0.0, -spare_x)
    steps_y = (0.0,) if abs(spare_y) < 0.012 else (spare_y, 0.0, -spare_y)
    return [middle.moved(dx, dy, 0.0) for dx in steps_x for dy in steps_y]


def _convinces(fit: Fit, covered: float) -> bool:
    return fit.covered >= covered and all(fit.sides) and fit.error < 0.002


def _fills(view: View, robot: Mask, mask: Mask, top: float, placement: Placement, share: float) -> bool:
    """Whether the level pixels make up the frame's inside, as far as nothing nearer hides it."""
    grid = face_points(placement)
    u, v, _ = view.project(np.column_stack([grid, np.full(len(grid), top)]))
    rows, columns = np.round(v).astype(int), np.round(u).astype(int)
    height, width = view.valid.shape
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    if inside.mean() < 0.5:
        return False
    rows, columns = rows[inside], columns[inside]
    lower = view.valid[rows, columns] & ~robot[rows, columns] & (view.heights[rows, columns] < top - 0.01)
    level = mask[rows, columns]
    return float(level.mean()) > share and float(lower.mean()) < 0.1


ABOVE = 0.08
"""How high above its faces what is seen still belongs to the box [m]."""


def inside_box(view: View, placement: Placement, top: float, margin: float) -> Mask:
    """Pixels of the box and of all on and right above it, handles and what is in their openings included.

    Args:
        view: the image.
        placement: of the box.
        top: height of its faces [m].
        margin: around its border [m].
    """
    claimed = np.zeros(view.valid.shape, dtype=bool)
    window = _window(view, placement, top, margin)
    x, y, z = (view.points[axis][window] for axis in range(3))
    c, s = np.float32(cos(placement.yaw)), np.float32(sin(placement.yaw))
    x, y = x - np.float32(placement.x), y - np.float32(placement.y)
    along, across = np.abs(c * x + s * y), np.abs(c * y - s * x)
    reach = extent() + margin
    claimed[window] = (along < reach[0]) & (across < reach[1]) & (z < top + ABOVE) & view.valid[window]
    return claimed


def _window(view: View, placement: Placement, top: float, margin: float) -> Window:
    """The part of the image in which the box appears."""
    corners = placement.to_world(np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (extent() + margin))
    return view.window(corners, 0.0, top + ABOVE)
