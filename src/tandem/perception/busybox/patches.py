"""The box's cells cut from an image and put straight: each as seen from right above, with the height of all that stands on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from tandem.cell.busybox.layout import Cell, cell_pose
from tandem.perception.busybox.outline import Placement
from tandem.perception.view import Float, Mask, View

SIDE: Final = 64
"""Pixels along a side of a patch."""

SCALE: Final = 0.00175
"""Side of a patch's pixel [m]: about that of the camera's on the box; a patch reaches a little beyond its cell."""

LEVELS: Final = (-0.006, 0.0, 0.004, 0.008, 0.012, 0.016, 0.020, 0.024, 0.028, 0.036, 0.044, 0.052, 0.060)
"""Heights above the face at which surfaces are looked for [m]; between two of them they are found from both."""

THIN: Final = 0.007
"""What stands out of its neighbours by more than this [m] is no speckle."""


@dataclass(frozen=True, eq=False)
class Patch:
    """A cell from right above; rows from the top, columns from the left of the box or, once turned, of the module.

    Attributes:
        rgb: shape (SIDE, SIDE, 3), uint8.
        relief: height above the face [m], shape (SIDE, SIDE), float32; 0 where not ``seen``.
        seen: what neither the robot nor anything else hides, shape (SIDE, SIDE).
    """

    rgb: NDArray[np.uint8]
    relief: Float
    seen: Mask

    def upright(self, turns: int) -> "Patch":
        """Turned back by quarter turns: of a module that is turned so often counterclockwise, with its print's top at the top."""
        if turns % 4 == 0:
            return self
        rgb, relief, seen = (np.ascontiguousarray(np.rot90(part, -turns)) for part in (self.rgb, self.relief, self.seen))
        return Patch(rgb, relief, seen)  # type: ignore[arg-type]

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
    heights, hidden = _with_thin_things(view), robot | ~view.valid
    relief = np.zeros(at_face.shape[1:], np.float32)
    seen = np.zeros(at_face.shape[1:], dtype=bool)
    for level, gap in zip(LEVELS, np.diff(LEVELS, append=2 * LEVELS[-1] - LEVELS[-2]), strict=True):
        columns, rows = _nearest(at_face + np.float32(level) * per_metre, heights.shape)
        found = heights[rows, columns] - np.float32(top)
        tolerance = max(0.003, gap / 2 + 0.0005, 2.5 * view.noise)
        hit = (np.abs(found - np.float32(level)) < np.float32(tolerance)) & ~hidden[rows, columns]
        relief[hit] = found[hit]
        seen |= hit
    there = at_face + relief * per_metre
    maps = (there[:2] / there[2]).reshape(2, -1, SIDE)
    rgb = cv2.remap(view.frame.rgb, maps[0], maps[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    rgb = rgb.reshape(len(cells), SIDE, SIDE, 3)
    return [Patch(rgb[index], relief[index], seen[index]) for index in range(len(cells))]


def _with_thin_things(view: View) -> Float:
    """Heights with what is so thin that the removal of speckle took it away, such as cables."""
    lift = float(np.median((view.heights - view.points[2])[::8, ::8][view.valid[::8, ::8]]))
    raw = view.points[2] + np.float32(lift)
    return np.where(raw - view.heights > THIN, raw, view.heights)


def _pixels(view: View, placement: Placement, top: float, cells: Sequence[Cell]) -> tuple[Float, Float]:
    """Homogeneous pixels of the cells' points on the face, shape (3, cells, SIDE, SIDE), and how they change by metre up."""
    x, y = grid()
    middles = np.array([cell_pose(cell).position[:2] for cell in cells])
    flat = np.stack([x.ravel(), y.ravel()], axis=1, dtype=np.float64)
    ground = placement.to_world((middles[:, None] + flat[None]).reshape(-1, 2))
    camera = view.frame.intrinsics @ view.rotation.T
    from_camera = np.column_stack([ground, np.full(len(ground), top)]) - np.asarray(view.frame.pose.position)
    shape = (3, len(cells), SIDE, SIDE)
    return (from_camera @ camera.T).T.reshape(shape).astype(np.float32), camera[:, 2].astype(np.float32)[:, None, None, None]


def _nearest(homogeneous: Float, shape: tuple[int, ...]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Nearest pixel columns and rows; of points outside the image those at its border."""
    u, v = homogeneous[0] / homogeneous[2], homogeneous[1] / homogeneous[2]
    return (
        np.clip(np.rint(u), 0, shape[1] - 1).astype(np.intp),
        np.clip(np.rint(v), 0, shape[0] - 1).astype(np.intp),
    )
