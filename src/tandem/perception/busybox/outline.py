"""The box's border as seen from above, and where it must lie to account for an outline in an image."""

from dataclasses import dataclass, replace
from functools import cache
from math import cos, pi, sin

import numpy as np
from numpy.typing import NDArray

from tandem.cell import description
from tandem.cell.busybox import shapes
from tandem.cell.pose import Pose

Array = NDArray[np.float64]

GATES = (0.015, 0.005, 0.003)
"""Outline this near to an edge belongs to it, from one round to the next [m]."""

ALIKE = 0.5
"""Cosine between the ways out of an edge and of outline that may be its own: pixels' sides are square to the image."""

BINS = 40
"""Stretches of an edge of which each counts as seen or not, along the longest one."""


@dataclass(frozen=True)
class Placement:
    """Centre of the box [m] and heading of its x axis [rad], in the world."""

    x: float
    y: float
    yaw: float

    def to_local(self, points: Array) -> Array:
        """World points, shape (N, 2), in the box's frame."""
        return (points - (self.x, self.y)) @ _turn(self.yaw)

    def to_world(self, local: Array) -> Array:
        """The inverse of ``to_local``."""
        return local @ _turn(self.yaw).T + (self.x, self.y)

    def moved(self, dx: float, dy: float, turn: float) -> "Placement":
        """Shifted by dx, dy along its own axes [m] and turned [rad]."""
        step = _turn(self.yaw) @ np.array([dx, dy])
        return Placement(self.x + float(step[0]), self.y + float(step[1]), self.yaw + turn)


@dataclass(frozen=True, eq=False)
class Fit:
    """A placement and how well it accounts for an outline.

    Attributes:
        placement: of the box.
        covered: share of its border along which there is outline.
        error: typical distance of the outline from the border [m].
        sides: whether edges along x and edges along y are seen: without both it could slide.
    """

    placement: Placement
    covered: float
    error: float
    sides: tuple[bool, bool]


@dataclass(frozen=True, eq=False)
class _Edges:
    """Straight edges: middles, ways out, shape (K, 2), and half lengths, shape (K,) [m]."""

    middles: Array
    normals: Array
    halves: Array


def fit_outline(outline: Array, start: Placement, gates: tuple[float, ...] = GATES) -> Fit:
    """Move the box until its border lies on the outline: least squares of the distances, stray points left out.

    Args:
        outline: points and the directions out of the shape there, shape (N, 4) [m]; hidden parts are left out.
        start: first guess, to within the first gate.
        gates: how near outline must be to count, from one round to the next [m].
    """
    fit = Fit(start, 0.0, np.inf, (False, False))
    for gate in gates:
        outline = _near(outline, fit.placement, 3 * gate)
        fit = _round(outline, fit.placement, gate)
    return fit


def _near(outline: Array, now: Placement, reach: float) -> Array:
    """The outline that isn't well inside the box's frame, where parts have outlines of their own."""
    frame = description.settings("busybox.yaml")["frame"]
    local = np.abs(now.to_local(outline[:, :2]))
    return outline[(local[:, 0] > frame[0] / 2 - reach) | (local[:, 1] > frame[1] / 2 - reach)]


def _round(outline: Array, now: Placement, gate: float) -> Fit:
    """One Gauss-Newton step on the distances of outline points along the normals of the edges that they are nearest to."""
    edges = border()
    points = now.to_local(outline[:, :2])
    outward = replace(now, x=0.0, y=0.0).to_local(outline[:, 2:])
    outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-9)
    distances = points @ edges.normals.T - np.sum(edges.middles * edges.normals, axis=1)
    tangents = np.stack([-edges.normals[:, 1], edges.normals[:, 0]], axis=1)
    along = points @ tangents.T - np.sum(edges.middles * tangents, axis=1)
    fits = (np.abs(distances) < gate) & (np.abs(along) < edges.halves - 0.004) & (outward @ edges.normals.T > ALIKE)
    best = np.where(fits, np.abs(distances), np.inf).argmin(axis=1)
    rows = np.flatnonzero(fits[np.arange(len(points)), best])
    chosen = best[rows]
    if len(rows) < 20:
        return Fit(now, 0.0, np.inf, (False, False))
    offset, normals = distances[rows, chosen], edges.normals[chosen]
    lever = points[rows, 0] * normals[:, 1] - points[rows, 1] * normals[:, 0]
    jacobian = np.column_stack([normals, lever])
    step = np.zeros(3)
    kept = np.ones(len(rows), dtype=bool)
    for _ in range(2):
        weights = jacobian[kept].T @ jacobian[kept] + np.diag([1e-3, 1e-3, 1e-6])
        step = np.linalg.solve(weights, jacobian[kept].T @ offset[kept])
        rest = np.abs(offset - jacobian @ step)
        kept = rest <= max(2.5 * float(np.median(rest)), 5e-4)
    covered = _covered(along[rows, chosen], chosen)
    sides = (int((np.abs(normals[:, 1]) > 0.9).sum()) > 12, int((np.abs(normals[:, 0]) > 0.4).sum()) > 12)
    return Fit(now.moved(*(float(value) for value in step)), covered, float(np.median(rest)), sides)


def _covered(along: Array, edge: NDArray[np.intp]) -> float:
    """Share of the border's length along which there are points."""
    edges = border()
    stretch = 2 * edges.halves.max() / BINS
    counts = np.maximum(np.ceil(2 * edges.halves / stretch), 1).astype(int)
    slot = np.clip(((along / edges.halves[edge] + 1) / 2 * counts[edge]).astype(int), 0, counts[edge] - 1)
    taken = np.zeros((len(counts), BINS + 1), dtype=bool)
    taken[edge, slot] = True
    return float(taken.sum()) / int(counts.sum())


@cache
def border() -> _Edges:
    """Edges of the box's upper side: of the frame, and of the bars and posts of the handles, which have openings."""
    settings = description.settings("busybox.yaml")
    (length, width, _), handle = settings["frame"], settings["handle"]
    size = float(handle["depth"]), float(handle["length"]), float(handle["height"])
    x, y = float(length) / 2, float(width) / 2
    edges = [*_sides(np.eye(4), x, y, (0, 1)), *_sides(np.eye(4), x, 0.75 * y, (2, 3))]  # posts begin at the corners
    for side, turn in ((1.0, 0.0), (-1.0, pi)):
        middle = Pose.from_xyz_rpy((side * (x + size[0] / 2), 0.0, 0.0), (0.0, 0.0, turn))
        bar, *posts = shapes.boxes("handle", size)
        edges += _sides((middle @ bar[0]).matrix, bar[1][0] / 2, bar[1][1] / 2, (2, 3))
        for pose, extents in posts:
            edges += _sides((middle @ pose).matrix, extents[0] / 2, extents[1] / 2, (0, 1))
    return _Edges(*(np.array(column) for column in zip(*edges, strict=True)))


def face_points(placement: Placement) -> Array:
    """Points spread over the box's upper side in the world, shape (N, 2)."""
    frame = description.settings("busybox.yaml")["frame"]
    x, y = (np.linspace(-0.45, 0.45, count) * float(extent) for count, extent in zip((30, 20), frame[:2], strict=True))
    return placement.to_world(np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2))


@cache
def extent() -> Array:
    """Half length and half width of the rectangle around the box and its handles, shape (2,) [m]."""
    settings = description.settings("busybox.yaml")
    return np.array([float(settings["frame"][0]) / 2 + float(settings["handle"]["depth"]), float(settings["frame"][1]) / 2])


def covers(local: Array, margin: float = 0.0) -> NDArray[np.bool_]:
    """Which points in the box's frame, shape (N, 2), lie in the rectangle around it and its handles, grown by a margin [m]."""
    half = extent()
    return (np.abs(local[:, 0]) < half[0] + margin) & (np.abs(local[:, 1]) < half[1] + margin)


def _sides(frame: Array, x: float, y: float, which: tuple[int, ...]) -> list[tuple[Array, Array, float]]:
    """Middle, way out and half length of some sides of a rectangle: of +y, -y, +x, -x."""
    all_of_them = (((0.0, y), (0.0, 1.0), x), ((0.0, -y), (0.0, -1.0), x), ((x, 0.0), (1.0, 0.0), y), ((-x, 0.0), (-1.0, 0.0), y))
    turn = frame[:2, :2]
    return [(turn @ at + frame[:2, 3], turn @ out, half) for at, out, half in (all_of_them[index] for index in which)]


def _turn(yaw: float) -> Array:
    return np.array([[cos(yaw), -sin(yaw)], [sin(yaw), cos(yaw)]])
