"""The box's cells cut from an image and put straight: each as seen from right above, with the height of all that stands on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from tandem.cell.busybox.layout import Cell, cell_pose
from tandem.perception.busybox.outline import Placement
from tandem.perception.view import Float, Mask, View, Window

SIDE: Final = 64
"""Pixels along a side of a patch."""

SCALE: Final = 0.00175
"""Side of a patch's pixel [m]: about that of the camera's on the box; a patch reaches a little beyond its cell."""

LEVELS: Final = (-0.006, 0.0, 0.004, 0.008, 0.012, 0.016, 0.020, 0.024, 0.028, 0.036, 0.044, 0.052, 0.060)
"""Heights above the face at which surfaces are looked for [m]; between two of them they are found from both."""

REACH: Final = 0.068
"""What is higher above the face is none of the box [m]."""

THIN: Final = 0.007
"""What stands out of its neighbours by more than this [m] is no speckle."""


@dataclass(frozen=True, eq=False)
class Patch:
    """A cell from right above; rows from the top, columns from the left of the box or, once turned, of the module.

    Attributes:
        rgb: shape (SIDE, SIDE, 3), uint8.
        relief: height above the face [m], shape (SIDE, SIDE), float32; 0 where not ``seen``.
        seen: what neither the robot nor anything else hides, shape (SIDE, SIDE).
        brightness: of the table in the image: what bright and dark are measured by.
    """

    rgb: NDArray[np.uint8]
    relief: Float
    seen: Mask
    brightness: float = 0.85

    def upright(self, turns: int) -> "Patch":
        """Turned back by quarter turns: of a module that is turned so often counterclockwise, with its print's top at the top."""
        if turns % 4 == 0:
            return self
        rgb, relief, seen = (np.ascontiguousarray(np.rot90(part, -turns)) for part in (self.rgb, self.relief, self.seen))
        return Patch(rgb, relief, seen, self.brightness)  # type: ignore[arg-type]

    @property
    def share(self) -> float:
        """Share of the cell itself that is seen."""
        return float(self.seen[BORDER:-BORDER, BORDER:-BORDER].mean())


BORDER: Final = 5
"""Pixels at each side of a patch that may show what is beyond the cell."""


def grid() -> tuple[Float, Float]:
    """x and y of a patch's pixels in the frame of its cell [m], shape (SIDE, SIDE) each."""
    steps = ((np.arange(SIDE) - (SIDE - 1) / 2) * SCALE).astype(np.float32)
    return np.broadcast_to(steps[None, :], (SIDE, SIDE)), np.broadcast_to(-steps[:, None], (SIDE, SIDE))


def cut(view: View, robot: Mask, placement: Placement, top: float, cells: Sequence[Cell]) -> list[Patch]:
    """Patches of some of the box's cells.

    A surface at some height appears in the image where the ray through it meets it. So each point of a cell is tried at several
    heights: what the image shows in the ray's direction must be about as high. The highest such place is what is seen from above;
    where there is none, something hides the point.

    Args:
        view: the image.
        robot: pixels of the robot, shape (height, width).
        placement: of the box.
        top: height of its faces [m].
        cells: which.
    """
    at_face, per_metre = _pixels(view, placement, top, cells)
    relief = np.zeros(at_face.shape[1:], np.float32)
    seen = np.zeros(at_face.shape[1:], dtype=bool)
    for index, window in enumerate(windows(view, placement, top, cells)):
        _look_through(view, robot, window, at_face[:, index], per_metre, top, relief[index], seen[index])
    there = at_face + relief * per_metre[:, None]
    maps = (there[:2] / there[2]).reshape(2, -1, SIDE)
    rgb = cv2.remap(view.frame.rgb, maps[0], maps[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    rgb = rgb.reshape(len(cells), SIDE, SIDE, 3)
    return [Patch(rgb[index], relief[index], seen[index], view.brightness) for index in range(len(cells))]


def _look_through(
    view: View, robot: Mask, window: Window, at_face: Float, per_metre: Float, top: float, relief: Float, seen: Mask
) -> None:
    """Heights of one cell's points, and which are seen: the levels from below, up to the highest thing in the cell's window."""
    hidden = robot[window] | ~view.valid[window]
    heights = _with_thin_things(view, window) - np.float32(top)
    heights[hidden] = np.float32(-1.0)
    highest = float(heights.max(initial=0.0, where=heights < REACH))
    corner = np.array([window[1].start, window[0].start], np.float32)
    gaps = np.diff(LEVELS, append=2 * LEVELS[-1] - LEVELS[-2])
    for level, gap in zip(LEVELS, gaps, strict=True):
        tolerance = max(0.003, gap / 2 + 0.0005, 2.5 * view.noise)
        if level - tolerance > highest:
            break
        columns, rows = _nearest(at_face + np.float32(level) * per_metre, corner, heights.shape)
        found = heights[rows, columns]
        hit = np.abs(found - np.float32(level)) < np.float32(tolerance)
        np.copyto(relief, found, where=hit)
        seen |= hit


def windows(view: View, placement: Placement, top: float, cells: Sequence[Cell]) -> list[Window]:
    """The parts of the image in which cells appear, with all that stands on them."""
    half = SIDE * SCALE / 2
    around = np.array([(x, y) for x in (-half, half) for y in (-half, half)])
    middles = np.array([cell_pose(cell).position[:2] for cell in cells])
    grounds = placement.to_world((middles[:, None] + around[None]).reshape(-1, 2)).reshape(len(cells), 4, 2)
    return [view.window(ground, top + LEVELS[0], top + REACH) for ground in grounds]


def _with_thin_things(view: View, window: Window) -> Float:
    """Heights in a window with what is so thin that the removal of speckle took it away, such as cables."""
    smooth, raw = view.heights[window], view.points[2][window]
    valid = view.valid[window]
    lift = float(np.median((smooth - raw)[::4, ::4][valid[::4, ::4]])) if valid[::4, ::4].any() else 0.0
    raw = raw + np.float32(lift)
    return np.where(raw - smooth > THIN, raw, smooth)


def _pixels(view: View, placement: Placement, top: float, cells: Sequence[Cell]) -> tuple[Float, Float]:
    """Homogeneous pixels of the cells' points on the face, shape (3, cells, SIDE, SIDE), and how they change by metre up."""
    x, y = grid()
    middles = np.array([cell_pose(cell).position[:2] for cell in cells])
    flat = np.stack([x.ravel(), y.ravel()], axis=1, dtype=np.float64)
    ground = placement.to_world((middles[:, None] + flat[None]).reshape(-1, 2))
    camera = view.frame.intrinsics @ view.rotation.T
    from_camera = np.column_stack([ground, np.full(len(ground), top)]) - np.asarray(view.frame.pose.position)
    shape = (3, len(cells), SIDE, SIDE)
    return (from_camera @ camera.T).T.reshape(shape).astype(np.float32), camera[:, 2].astype(np.float32)[:, None, None]


def _nearest(homogeneous: Float, corner: Float, shape: tuple[int, ...]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Nearest pixel columns and rows, from a corner; of points outside those at the border."""
    inverse = np.float32(1.0) / homogeneous[2]
    u, v = homogeneous[0] * inverse - corner[0], homogeneous[1] * inverse - corner[1]
    return (
        np.clip(np.rint(u), 0, shape[1] - 1).astype(np.intp),
        np.clip(np.rint(v), 0, shape[0] - 1).astype(np.intp),
    )
