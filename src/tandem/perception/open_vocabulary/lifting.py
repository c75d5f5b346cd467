"""From a mask in the image to a thing on the table: footprint, height and colour of what is seen there."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from tandem.perception.colour import NAMES, classify
from tandem.perception.components import large
from tandem.perception.follow import Image
from tandem.perception.open_vocabulary.models import Box
from tandem.perception.rectangle import Rectangle, smallest_rectangle
from tandem.perception.relief import Relief
from tandem.perception.settings import PerceptionSettings
from tandem.perception.shapes import Detection, support_under
from tandem.perception.view import Mask, View

Rows = NDArray[np.intp]

SOLIDS = ("cube", "egg", "peg", "socket")
"""Known things in which nothing else lies."""

SKIN = 0.005
"""Points this near to a known thing are that thing's [m]."""

RELIEF_POINTS = 48

_STEP = 0.008
"""Things that stand on a surface are at least so much higher [m]."""

_NEIGHBOURS = 3
"""Of a pixel's eight neighbours so many lie beside it in space as well; between things there are points in mid-air."""

_PIECE = 0.1
"""Pieces of a mask that are smaller than this share of the largest one are left out."""


def box_mask(box: Box, shape: tuple[int, int]) -> Mask:
    """All pixels of a box, shape (height, width): the mask where there is no segmenter."""
    mask = np.zeros(shape, dtype=bool)
    mask[int(box.top) : int(np.ceil(box.bottom)), int(box.left) : int(np.ceil(box.right))] = True
    return mask


def lift(
    mask: Mask, category: str, score: float, image: Image, settings: PerceptionSettings, exact: bool = True
) -> Detection | None:
    """The thing that a mask shows; None where too little of it is seen, or it is no thing on the table.

    Args:
        mask: its pixels, shape (height, width); they may reach over its border.
        category, score: what it is, and how sure that is.
        image: where it was found, with the robot and what was told by shape.
        settings: of perception.
        exact: the mask may be trusted to leave other things out; else only the largest piece of it is the thing.
    """
    view = image.view
    usable = mask & view.valid & ~image.robot & _in_workspace(view, settings) & ~_of_solids(view, image.detections)
    support, kept = 0.0, _pieces(view, usable, 0.0, settings, exact)
    if kept is not None and (found := _resting_on(view, kept, image.detections)) > 0.0:
        support = found
        kept = _pieces(view, usable, support, settings, exact)
    if kept is None:
        return None
    rows, columns = kept
    top = _top(view, kept)
    rectangle = _footprint(view, kept, top)
    if rectangle.length > settings.named.largest:
        return None
    colours = classify(view.frame.rgb[rows, columns], view.brightness)
    relief = _relief(view, kept, colours, rectangle, (top + support) / 2)
    colour = NAMES[int(np.bincount(colours).argmax())]
    return Detection(category, colour, rectangle, top, top - support, top - support, relief=relief, score=score)


def _in_workspace(view: View, settings: PerceptionSettings) -> Mask:
    space, (x, y, _) = settings.workspace, view.points
    inside = (x > space.x[0]) & (x < space.x[1]) & (y > space.y[0]) & (y < space.y[1])
    return inside & (view.heights < space.z[1])


def _of_solids(view: View, known: Sequence[Detection]) -> Mask:
    """Pixels of things that are told by their shape, and are no containers."""
    found = np.zeros(view.valid.shape, dtype=bool)
    for item in known:
        if item.category not in SOLIDS:
            continue
        rows, columns = view.window(item.rectangle.grown(2 * SKIN).grid(2, 1.0), item.bottom, item.top)
        points = view.points[:2, rows, columns]
        inside = item.rectangle.contains(points.reshape(2, -1).T.astype(np.float64), SKIN).reshape(points.shape[1:])
        heights = view.heights[rows, columns]
        found[rows, columns] |= inside & (heights < item.top + SKIN) & (heights > item.bottom + SKIN)
    return found


def _pieces(view: View, usable: Mask, support: float, settings: PerceptionSettings, exact: bool) -> tuple[Rows, Rows] | None:
    """Rows and columns of the pixels that stand out of what carries the thing, without points in mid-air and small pieces."""
    rules = settings.named
    rising = usable & (view.heights > support + max(rules.stands_out, 3.0 * view.noise))
    dense = rising & (_neighbours(view, rising) >= _NEIGHBOURS)
    rows, columns = np.nonzero(large(dense, _PIECE if exact else 1.0))
    return (rows, columns) if len(rows) >= rules.pixels else None


def _neighbours(view: View, mask: Mask) -> NDArray[np.uint8]:
    """How many of the eight pixels around each one are of the mask and as near in space as those of one surface."""
    depth = np.where(mask, view.frame.depth, np.float32(0.0))
    pitch = depth / np.float32(view.frame.intrinsics[0, 0])
    limit = 2.0 * pitch + np.float32(3.0 * view.noise)
    count = np.zeros(mask.shape, dtype=np.uint8)
    height, width = mask.shape
    for dv, du in ((0, 1), (1, 0), (1, 1), (1, -1)):
        here = np.s_[: height - dv, max(-du, 0) : width - max(du, 0)]
        there = np.s_[dv:, max(du, 0) : width - max(-du, 0)]
        near = mask[here] & mask[there] & (np.abs(depth[here] - depth[there]) < limit[here])
        count[here] += near
        count[there] += near
    return count


def _resting_on(view: View, kept: tuple[Rows, Rows], known: Sequence[Detection]) -> float:
    """Height of what carries the thing: the table, or a known thing under its middle that is larger than it."""
    top = _top(view, kept)
    footprint = _footprint(view, kept, top)
    carriers = [
        item
        for item in known
        if item.category != "box" or item.rectangle.length * item.rectangle.width > 1.5 * footprint.length * footprint.width
    ]
    return support_under(footprint, top - _STEP, carriers)


def _top(view: View, kept: tuple[Rows, Rows]) -> float:
    return float(np.quantile(view.heights[kept], 0.98))


def _footprint(view: View, kept: tuple[Rows, Rows], top: float) -> Rectangle:
    """The smallest rectangle around the points in plan view.

    Grown by a quarter of a pixel: where it lies along the pixels their middles fall short of its border by half of one, where it
    lies askew hardly at all.
    """
    points = view.points[:2, kept[0], kept[1]].T.astype(np.float64)
    pixel = (view.frame.pose.position[2] - top) / float(view.frame.intrinsics[0, 0])
    return smallest_rectangle(points).grown(pixel / 4)


def _relief(view: View, kept: tuple[Rows, Rows], colours: NDArray[np.int8], rectangle: Rectangle, middle: float) -> Relief:
    """Points spread over what is seen, away from its border where it is broad enough."""
    rows, columns = kept
    mask = np.zeros(view.valid.shape, dtype=np.uint8)
    mask[rows, columns] = 1
    inner = np.flatnonzero(cv2.erode(mask, np.ones((3, 3), np.uint8))[rows, columns])
    chosen = inner if len(inner) >= RELIEF_POINTS // 4 else np.arange(len(rows))
    chosen = chosen[np.unique(np.linspace(0, len(chosen) - 1, RELIEF_POINTS).astype(int))]
    points = view.points[:2, rows[chosen], columns[chosen]].T.astype(np.float64)
    heights = view.heights[rows[chosen], columns[chosen]].astype(np.float64)
    return Relief(np.column_stack([rectangle.to_local(points), heights - middle]), colours[chosen])
