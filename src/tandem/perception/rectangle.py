"""Rectangles in the plane, fitted to outlines of which parts may be hidden."""

from dataclasses import dataclass, replace
from math import cos, hypot, pi, sin

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Sides = tuple[bool, bool, bool, bool]
NOT_SEEN: Sides = (False, False, False, False)

_AXES = np.array([0, 0, 1, 1])
_SIGNS = np.array([1.0, -1.0, 1.0, -1.0])
"""Axis and sign of the four sides: +length, -length, +width, -width."""


@dataclass(frozen=True)
class Rectangle:
    """Centre [m], heading of the length axis [rad], and full extents along it and across it [m]."""

    x: float
    y: float
    yaw: float
    length: float
    width: float

    @property
    def half(self) -> Array:
        """Half length and half width, shape (2,)."""
        return np.array([self.length / 2, self.width / 2])

    def to_local(self, points: Array) -> Array:
        """World points, shape (N, 2), along and across the rectangle, from its centre."""
        c, s = cos(self.yaw), sin(self.yaw)
        x, y = points[:, 0] - self.x, points[:, 1] - self.y
        return np.stack([c * x + s * y, -s * x + c * y], axis=1)

    def to_world(self, local: Array) -> Array:
        """The inverse of ``to_local``."""
        c, s = cos(self.yaw), sin(self.yaw)
        x, y = local[:, 0], local[:, 1]
        return np.stack([self.x + c * x - s * y, self.y + s * x + c * y], axis=1)

    def contains(self, points: Array, margin: float = 0.0) -> NDArray[np.bool_]:
        """Which points, shape (N, 2), lie within the rectangle grown by ``margin`` on every side."""
        return np.all(np.abs(self.to_local(points)) <= self.half + margin, axis=1)

    def grown(self, margin: float) -> "Rectangle":
        """Larger by ``margin`` on every side."""
        return replace(self, length=self.length + 2 * margin, width=self.width + 2 * margin)

    def grid(self, count: int, shrink: float = 0.8) -> Array:
        """``count`` x ``count`` points spread over the middle ``shrink`` of the rectangle, shape (count^2, 2)."""
        line = np.linspace(-shrink / 2, shrink / 2, count)
        a, b = np.meshgrid(line * self.length, line * self.width)
        return self.to_world(np.stack([a.ravel(), b.ravel()], axis=1))

    def distance(self, other: "Rectangle") -> float:
        """Between the centres [m]."""
        return hypot(self.x - other.x, self.y - other.y)

    def long_first(self) -> "Rectangle":
        """The same rectangle with its length the longer extent and its heading in (-90, 90] degrees; squares in (-45, 45]."""
        turned = self
        if self.width > self.length:
            turned = replace(self, yaw=self.yaw + pi / 2, length=self.width, width=self.length)
        return replace(turned, yaw=_wrap(turned.yaw, pi))


def _wrap(angle: float, period: float) -> float:
    """The angle in (-period / 2, period / 2]."""
    return -((-angle + period / 2) % period - period / 2)


def nearest_turn(angle: float, reference: float, period: float) -> float:
    """Of angle + n period, the one nearest to the reference [rad]."""
    return reference + _wrap(angle - reference, period)


def smallest_rectangle(points: Array) -> Rectangle:
    """The rectangle of least area around points, shape (N, 2) with N >= 3."""
    centre = points.mean(axis=0)
    (x, y), (length, width), degrees = cv2.minAreaRect(((points - centre) * 1000).astype(np.float32))
    found = Rectangle(x / 1000 + centre[0], y / 1000 + centre[1], np.deg2rad(degrees), length / 1000, width / 1000)
    return found.long_first()


@dataclass(frozen=True)
class Fit:
    """A fitted rectangle.

    Attributes:
        rectangle: where and how large it is.
        sides: which of its sides (+length, -length, +width, -width) are well seen.
        best_cover: share of the best seen side along which there are points.
    """

    rectangle: Rectangle
    sides: Sides
    best_cover: float = 1.0

    @property
    def complete(self) -> bool:
        """All four sides are seen."""
        return all(self.sides)

    @property
    def located(self) -> bool:
        """With a known size the centre follows from what is seen: at least one side of each pair."""
        return (self.sides[0] or self.sides[1]) and (self.sides[2] or self.sides[3])


def fit_rectangle(outline: Array, start: Rectangle, gate: float, cover: float, keep_size: bool = False) -> Fit:
    """Fit the four sides to the outline by least squares, to a fraction of a pixel.

    Args:
        outline: trusted outline points and the directions out of the shape there, shape (N, 4) [m]; hidden parts are left out.
        start: first guess.
        gate: points this near to a side belong to it [m]; twice as far in the first of three rounds.
        cover: share of a side's length along which points must lie for the side to count as seen.
        keep_size: the size of ``start`` is known: sides that are not seen follow from those that are.
    """
    fit = Fit(start, NOT_SEEN, 0.0)
    if len(outline) == 0:
        return fit
    places, ways = np.ascontiguousarray(outline[:, :2].T), np.ascontiguousarray(outline[:, 2:].T)
    for round_ in range(3):
        fit = _refit(places, ways, fit.rectangle, 2 * gate if round_ == 0 else gate, cover, keep_size)
    return fit


def explained(outline: Array, rectangle: Rectangle, tolerance: float) -> float:
    """Share of outline points, shape (N, 4), that lie on the rectangle's border; inner edges of frames are left out."""
    local, outward = rectangle.to_local(outline[:, :2]), replace(rectangle, x=0.0, y=0.0).to_local(outline[:, 2:])
    beyond = np.abs(local) - rectangle.half
    axis = beyond.argmax(axis=1)
    rows = np.arange(len(outline))
    outer = np.sign(local[rows, axis]) * outward[rows, axis] >= 0
    return float((np.abs(beyond[rows, axis][outer]) < tolerance).mean()) if outer.any() else 0.0


@dataclass(frozen=True)
class _NearSides:
    """Points near a rectangle's sides, one after another; each array of shape (M,).

    Attributes:
        sides: which side each of them is near to.
        along: from the middle of the side, along it [m].
        across: from the side, out of the rectangle [m].
    """

    sides: NDArray[np.intp]
    along: Array
    across: Array

    def only(self, chosen: NDArray[np.bool_]) -> "_NearSides":
        """Some of them."""
        return _NearSides(self.sides[chosen], self.along[chosen], self.across[chosen])

    def sums(self, values: Array | None = None) -> Array:
        """Of a value of each point, by side; without values the number of points, shape (4,)."""
        return np.bincount(self.sides, values, minlength=4).astype(np.float64, copy=False)


def _refit(places: Array, ways: Array, current: Rectangle, gate: float, cover: float, keep_size: bool) -> Fit:
    """One round: a line through the points near each side, then the rectangle that fits the lines.

    ``places`` and ``ways`` are the outline's points and the directions out of the shape there, shape (2, N) each.
    """
    half = current.half
    near = _near_sides(places, ways, current, gate)
    offsets, slopes, weights = _fit_lines(near)
    covers = _covered(near, half)
    seen = (covers >= cover) & (weights > 0)
    if not seen.any():
        return Fit(current, NOT_SEEN, 0.0)
    turns = np.arctan(slopes) * _SIGNS * np.where(_AXES == 0, -1.0, 1.0)
    turn = float(np.clip(np.dot(turns[seen], weights[seen]) / weights[seen].sum(), -0.2, 0.2))
    shift, size = _shift_and_size(offsets, seen, half, keep_size)
    centre = current.to_world(shift[None])[0]
    moved = Rectangle(float(centre[0]), float(centre[1]), current.yaw + turn, float(2 * size[0]), float(2 * size[1]))
    return Fit(moved, (bool(seen[0]), bool(seen[1]), bool(seen[2]), bool(seen[3])), float(covers.max()))


def _near_sides(places: Array, ways: Array, rectangle: Rectangle, gate: float) -> _NearSides:
    """The points within ``gate`` of a side, other than at its ends, where the way out of the shape leads out of the rectangle."""
    half = rectangle.half[:, None]
    turn = np.array([[cos(rectangle.yaw), sin(rectangle.yaw)], [-sin(rectangle.yaw), cos(rectangle.yaw)]])
    local, sign = turn @ (places - [[rectangle.x], [rectangle.y]]), np.sign(turn @ ways)
    across = sign * local - half
    inner = np.abs(local) < 0.92 * half
    near = (np.abs(across) < gate) & inner[::-1] & (sign != 0)
    axes, _ = np.nonzero(near)
    return _NearSides(2 * axes + (sign[near] < 0), local[::-1][near], across[near])


def _fit_lines(near: _NearSides) -> tuple[Array, Array, Array]:
    """Offset at the middle, slope and weight of a line through the points of each side; stray ones are left out once."""
    chosen = near
    for round_ in range(2):
        sides = chosen.sides
        found = chosen.sums()
        count = np.maximum(found, 1)
        mean_s, mean_d = chosen.sums(chosen.along) / count, chosen.sums(chosen.across) / count
        from_s, from_d = chosen.along - mean_s[sides], chosen.across - mean_d[sides]
        spread = chosen.sums(from_s**2)
        slope = chosen.sums(from_s * from_d) / np.maximum(spread, 1e-12)
        if round_ == 0:
            rest = np.abs(from_d - slope[sides] * from_s)
            typical = np.sqrt(chosen.sums(rest**2) / count)
            chosen = chosen.only(rest <= np.maximum(2.0 * typical, 3e-4)[sides])
    return mean_d - slope * mean_s, slope, np.where(count >= 5, spread, 0.0)


def _covered(near: _NearSides, half: Array) -> Array:
    """Share of each side's length that has points, shape (4,)."""
    bins = 10
    reach = half[1 - _AXES]
    slots = np.minimum(((near.along / reach[near.sides] + 1.0) / 2.0 * bins).astype(int), bins - 1)
    taken = np.zeros((4, bins), dtype=bool)
    taken[near.sides, slots] = True
    return taken.mean(axis=1)


def _shift_and_size(offsets: Array, seen: NDArray[np.bool_], half: Array, keep_size: bool) -> tuple[Array, Array]:
    """How the centre moves in the rectangle's own axes, and the new half extents."""
    shift, size = np.zeros(2), half.copy()
    for axis in range(2):
        plus, minus = 2 * axis, 2 * axis + 1
        if seen[plus] and seen[minus]:
            shift[axis] = (offsets[plus] - offsets[minus]) / 2
            if not keep_size:
                size[axis] += (offsets[plus] + offsets[minus]) / 2
        elif seen[plus]:
            shift[axis] = offsets[plus]
        elif seen[minus]:
            shift[axis] = -offsets[minus]
    return shift, np.maximum(size, 1e-3)
