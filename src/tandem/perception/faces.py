"""Horizontal faces in an image: what objects show of themselves to a camera above them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tandem.perception import colour as colours
from tandem.perception.components import connected
from tandem.perception.rectangle import NOT_SEEN, Fit, Rectangle, fit_rectangle, smallest_rectangle
from tandem.perception.settings import PerceptionSettings
from tandem.perception.view import Mask, View, Window

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Face:
    """A horizontal, evenly coloured patch above the table.

    Attributes:
        colour: a colour word.
        height: above the table [m].
        outline: points on its border in the world, and the directions out of it there (any length), shape (N, 4) [m].
        trusted: shape (N,): the border there is the face's own, not that of something in front of it.
        fit: the rectangle around it.
        area: [m^2].
    """

    colour: str
    height: float
    outline: Array
    trusted: NDArray[np.bool_]
    fit: Fit
    area: float

    @property
    def rectangle(self) -> Rectangle:
        """The fitted rectangle."""
        return self.fit.rectangle

    @property
    def fill(self) -> float:
        """Share of its rectangle that it covers."""
        return self.area / max(self.rectangle.length * self.rectangle.width, 1e-9)


def foreground(view: View, robot: Mask, settings: PerceptionSettings) -> Mask:
    """Pixels of things: above the table, within the workspace, not the robot."""
    space, points = settings.workspace, view.points
    mask = (view.heights > settings.depth.object_height) & (view.heights < space.z[1]) & view.valid & ~robot
    mask &= (points[0] > space.x[0]) & (points[0] < space.x[1])
    mask &= (points[1] > space.y[0]) & (points[1] < space.y[1])
    return mask


def flat(view: View, slope: float, window: Window) -> Mask:
    """Pixels of horizontal surfaces in a window: on each image axis the height changes little towards at least one neighbour.

    Little is ``slope`` times the distance that a pixel covers, and three times the noise of the heights.
    """
    rows, columns = window
    above, before = max(rows.start - 1, 0), max(columns.start - 1, 0)
    around = (slice(above, rows.stop + 1), slice(before, columns.stop + 1))
    heights = view.heights[around]
    limit = view.frame.depth[around] * np.float32(slope / view.frame.intrinsics[0, 0]) + np.float32(3.0 * view.noise)
    down = np.abs(np.diff(heights, axis=0)) < limit[:-1]
    along = np.abs(np.diff(heights, axis=1)) < limit[:, :-1]
    vertical, horizontal = np.zeros(heights.shape, bool), np.zeros(heights.shape, bool)
    vertical[:-1] |= down
    vertical[1:] |= down
    horizontal[:, :-1] |= along
    horizontal[:, 1:] |= along
    return (vertical & horizontal)[rows.start - above : rows.stop - above, columns.start - before : columns.stop - before]


def find_faces(view: View, robot: Mask, settings: PerceptionSettings) -> list[Face]:
    """All horizontal faces of things above the table."""
    things = foreground(view, robot, settings)
    band = max(settings.depth.face_band, 3.0 * view.noise)
    faces: list[Face] = []
    for window, pixels in connected(things, settings.faces.pixels):
        blob = pixels & flat(view, settings.depth.flat_slope, window)
        for slice_mask in _slices(view.heights[window], blob, band, settings.faces.pixels):
            for patch in _patches(view.frame.rgb[window], slice_mask, view.brightness, settings.faces.pixels):
                face = _face(view, robot, window, patch, settings)
                if face is not None:
                    faces.append(face)
    return faces


def _slices(heights: NDArray[np.float32], mask: Mask, band: float, least: int) -> Iterator[Mask]:
    """Split a blob at the heights where many of its pixels lie, the fullest first."""
    rest = mask.copy()
    while True:
        values = heights[rest]
        if len(values) < least:
            return
        counts = np.bincount((values * 1000).astype(np.int64))
        around = np.convolve(counts, np.ones(5, dtype=np.int64), mode="same")
        peak = (int(around.argmax()) + 0.5) / 1000
        near = values[np.abs(values - peak) < band]
        if len(near) < least:
            return
        middle = float(np.median(near))
        distance = np.abs(heights - middle)
        yield rest & (distance < band)
        rest &= distance > band + 0.001


def _patches(rgb: NDArray[np.uint8], mask: Mask, reference: float, least: int) -> Iterator[Mask]:
    """Connected patches of one colour in a slice."""
    for part in _parts(mask, least):
        rows, columns = np.nonzero(part)
        named = colours.classify(rgb[rows, columns], reference)
        groups = _colour_groups(rgb[rows, columns], named, least)
        if len(groups) <= 1:
            yield part
            continue
        for group in groups:
            chosen = np.zeros_like(part)
            members = np.isin(named, group)
            chosen[rows[members], columns[members]] = True
            yield from _parts(chosen, least)


def _parts(mask: Mask, least: int) -> Iterator[Mask]:
    """The connected patches of a mask, each of the mask's shape."""
    for window, pixels in connected(mask, least):
        part = np.zeros_like(mask)
        part[window] = pixels
        yield part


def _colour_groups(rgb: NDArray[np.uint8], named: NDArray[np.int8], least: int) -> list[list[int]]:
    """Colour classes with enough pixels; those of nearly the same chroma, which a class border cut, are joined."""
    groups: list[tuple[list[int], Array]] = []
    for index in np.flatnonzero(np.bincount(named, minlength=len(colours.NAMES)) >= least):
        mean = np.median(rgb[named == index], axis=0).astype(float) + 1.0
        chroma = np.append(mean / mean.sum(), mean.max() / 600.0)
        for members, other in groups:
            if float(np.linalg.norm(chroma - other)) < 0.08:
                members.append(int(index))
                break
        else:
            groups.append(([int(index)], chroma))
    return [members for members, _ in groups]


def _face(view: View, robot: Mask, window: Window, patch: Mask, settings: PerceptionSettings) -> Face | None:
    rows, columns = np.nonzero(patch)
    rows, columns = rows + window[0].start, columns + window[1].start
    height = float(np.median(view.heights[rows, columns]))
    outline, trusted = outline_of(view, robot, rows, columns, height, settings.depth.cover)
    start = smallest_rectangle(outline[:, :2])
    if start.width < settings.faces.width:
        return None
    fit = fit_rectangle(outline[trusted], start, settings.faces.gate, settings.faces.side_cover)
    fit = replace(fit, rectangle=fit.rectangle.long_first()) if fit.complete else Fit(start, NOT_SEEN, 0.0)
    colour = colours.name_of(view.frame.rgb[rows, columns], view.brightness)
    return Face(colour, height, outline, trusted, fit, view.pixel_area(height, rows, columns))


def outline_of(
    view: View, robot: Mask, rows: NDArray[np.intp], columns: NDArray[np.intp], height: float, cover: float
) -> tuple[Array, NDArray[np.bool_]]:
    """Points midway between a patch's pixels and their outer neighbours, with the way out; and which are its own border.

    Midway points are free of the half pixel by which a patch's own pixels fall short of its border.
    """
    full_height, full_width = view.valid.shape
    top, left = int(rows.min()) - 1, int(columns.min()) - 1
    mask = np.zeros((int(rows.max()) - top + 2, int(columns.max()) - left + 2), dtype=bool)
    mask[rows - top, columns - left] = True
    border: list[NDArray[np.intp]] = []
    for step_v, step_u in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        beside = mask[1 + step_v : mask.shape[0] - 1 + step_v, 1 + step_u : mask.shape[1] - 1 + step_u]
        v, u = np.nonzero(mask[1:-1, 1:-1] & ~beside)
        border.append(np.stack([v + 1 + top, u + 1 + left, np.full_like(v, step_v), np.full_like(u, step_u)]))
    v, u, step_v, step_u = np.concatenate(border, axis=1)
    out_v, out_u = v + step_v, u + step_u
    within = (out_v >= 0) & (out_v < full_height) & (out_u >= 0) & (out_u < full_width)
    out_v, out_u = np.clip(out_v, 0, full_height - 1), np.clip(out_u, 0, full_width - 1)
    plane = (height - view.frame.pose.position[2]) / view.rays[2, out_v, out_u]
    nearer = view.frame.depth[out_v, out_u] < plane - cover
    hidden = robot[out_v, out_u] | nearer | ~view.valid[out_v, out_u]
    points = view.on_plane(u + step_u / 2, v + step_v / 2, height)
    outward = points - view.on_plane(u.astype(np.float64), v.astype(np.float64), height)
    return np.hstack([points, outward]), within & ~hidden
