"""Plugs that are out of their jacks: small thick things of their wire's colour, lying about or hanging from their cable."""

from collections.abc import Sequence
from math import hypot
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from tandem.cell import description
from tandem.cell.busybox import parts
from tandem.cell.busybox.state import ROW_NAMES, Row
from tandem.cell.pose import Pose
from tandem.perception import colour as colours
from tandem.perception.busybox.cable import with_cable
from tandem.perception.busybox.outline import Placement, covers
from tandem.perception.busybox.sleeve import fit_plug
from tandem.perception.components import connected
from tandem.perception.view import Mask, View, Window

Array = NDArray[np.float64]
Disc = tuple[float, float, float]
"""Where something else is: x, y in the world, radius [m]."""

REACH: Final = 0.085
"""How far from its jack a plug may be: as far as its cable lets it [m]."""

OVER_BOX, OVER_TABLE, HIGHEST = 0.0045, 0.004, 0.045
"""Heights of a plug above the box's face, at least, above the table, at least, and above the face, at most [m]."""

AROUND_JACK, OVER_JACK = 0.0085, 0.0085
"""An empty jack has its plug's colour, and rises above the face: around its axis, and up to this height above the face, nothing
is taken for the plug [m]."""

LEAST, MOST = 0.16, 1.8
"""How much of its side is seen of a plug, as a share of what shows of it when it lies."""

THIN: Final = 0.0042
"""What is thinner than this is a cable [m]."""

_LOOKS: Final[dict[str, tuple[str, ...]]] = {
    "black": ("black", "grey"),
    "blue": ("blue",),
    "red": ("red", "pink", "brown"),
    "white": ("white", "grey"),
}


def find_loose(
    view: View, robot: Mask, placement: Placement, top: float, module: Pose, out: Sequence[tuple[str, Row]], taken: Sequence[Disc]
) -> dict[tuple[str, Row], Pose]:
    """Poses of loose plugs that are seen, in the world: in the middle of the plug, z from its pin to its cable, x to the side to
    which that bends.

    Args:
        view: the image.
        robot: pixels of the robot, shape (height, width).
        placement, top: of the box, and the height of its faces [m].
        module: frame of the module with the wires in the world.
        out: colours and rows of the plugs that are out.
        taken: where something else is.
    """
    found: dict[tuple[str, Row], Pose] = {}
    if not out:
        return found
    window = _window(view, module)
    raw, heights = view.points[:, *window], view.heights[window]
    rows, columns = np.nonzero((heights > OVER_TABLE) & (heights < top + HIGHEST) & view.valid[window] & ~robot[window])
    # Heights are smoothed: at the edges of what stands up they say that of its top also where the face beside it is seen.
    lowest = np.minimum(heights[rows, columns], raw[2, rows, columns])
    points = np.stack([*raw[:2, rows, columns], lowest], axis=1).astype(np.float64)
    usable = _stands_out(points, placement, top)
    for x, y, radius in taken:
        usable &= _away(points, x, y, radius)
    for which in out:
        x, y, _ = (module @ Pose(parts.plug(*which))).position
        usable &= _away(points, x, y, AROUND_JACK) | (points[:, 2] > top + OVER_JACK)
    rows, columns = rows[usable], columns[usable]
    named = colours.classify(view.frame.rgb[window][rows, columns], view.brightness)
    for colour in dict.fromkeys(colour for colour, _ in out):
        own = np.zeros(heights.shape, np.uint8)
        own[rows, columns] = np.isin(named, [colours.NAMES.index(name) for name in _LOOKS[colour]])
        pieces = _pieces(view, own, raw, _pixel(view, np.asarray(module.position)))
        for row in [row for wire, row in out if wire == colour]:
            jack = np.asarray((module @ Pose(parts.plug(colour, row))).position)
            near = sorted((float(hypot(*(piece.mean(axis=0) - jack)[:2])), index) for index, piece in enumerate(pieces))
            if near and near[0][0] < REACH:
                other = (module @ Pose(parts.plug(colour, _other(row)))).position
                piece = pieces.pop(near[0][1])
                floor = top if covers(placement.to_local(piece.mean(axis=0)[None, :2]))[0] else 0.0
                plug = fit_plug(piece, floor, np.asarray(other))
                found[colour, row] = with_cable(plug, raw[:, own > 0].T.astype(np.float64), np.asarray(other))
    return found


def _away(points: Array, x: float, y: float, radius: float) -> NDArray[np.bool_]:
    return np.asarray((points[:, 0] - x) ** 2 + (points[:, 1] - y) ** 2 > radius**2)


def _stands_out(points: Array, placement: Placement, top: float) -> NDArray[np.bool_]:
    """Which points, shape (N, 3), are a little above the box's face or, clear of the box's sides, above the table."""
    local = placement.to_local(points[:, :2])
    return np.asarray((covers(local) & (points[:, 2] > top + OVER_BOX)) | ~covers(local, 0.006))


def _pixel(view: View, place: Array) -> float:
    """About what a pixel covers there [m]."""
    return float(np.linalg.norm(np.asarray(view.frame.pose.position) - place)) / float(view.frame.intrinsics[0, 0])


def _pieces(view: View, own: NDArray[np.uint8], points: NDArray[np.float32], pixel: float) -> list[Array]:
    """Points of pieces as large as a plug, without what is as thin as a cable, each of shape (N, 3)."""
    wires = description.settings("busybox.yaml")["wires"]
    side = float(wires["plug"]["diameter"]) * (float(wires["plug"]["height"]) - float(wires["jack"]["height"]))
    across = max(2, round(THIN / pixel))
    square = np.ones((across, across), np.uint8)
    # OpenCV's own opening shifts by a pixel where the kernel has no middle.
    thick = cv2.dilate(cv2.erode(own, square), square, anchor=((across - 1) // 2, (across - 1) // 2))
    pieces = []
    for (rows, columns), pixels in connected(thick.astype(bool), 1):
        piece = points[:, rows, columns][:, pixels].T.astype(np.float64)
        if LEAST < len(piece) * _pixel(view, piece.mean(axis=0)) ** 2 / side < MOST:
            pieces.append(piece)
    return pieces


def _window(view: View, module: Pose) -> Window:
    """The part of the image around the module."""
    reach = REACH + float(description.settings("busybox.yaml")["wires"]["rows"]["top"])
    corners = [(module @ Pose((a * reach, b * reach, 0.0))).position[:2] for a in (-1, 1) for b in (-1, 1)]
    face = module.position[2]
    return view.window(np.array(corners), face - 0.075, face + HIGHEST)


def _other(row: Row) -> Row:
    return ROW_NAMES[1 - ROW_NAMES.index(row)]
