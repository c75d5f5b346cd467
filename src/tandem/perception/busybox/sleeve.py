"""The pose of a plug from points on what is seen of it: its sleeve is a cylinder of known size, wherever it leans."""

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tandem.cell import description
from tandem.cell.pose import Pose

Array = NDArray[np.float64]

TILTS: Final = (0.3, 0.8, 1.4)
"""From upright, that are tried first [rad]."""

STEEP: Final = 0.35
"""Of an axis that rises by more than this share of its length the cable's end is up."""

BOOT: Final = 0.004
"""By so much what shows of a plug reaches beyond its sleeve, where the cable leaves it [m]."""

ROUNDS: Final = 10

_ENDS, _CLIP, _STEP, _DAMPING = 0.3, 0.004, 1e-4, 0.02
"""How much the ends of what is seen count, beside each point; what is farther off counts as so far [m]; steps of derivatives;
of Levenberg and Marquardt."""

_PIN, _PIN_RADIUS = 0.010, 0.0018
_RESTS, _FLOATS = 0.3, 0.015
"""How far a pin comes out of its sleeve, its radius [m]; how much it counts, beside each point, that it rests on something;
what is farther off that counts as so far [m]."""

_ARM = 0.01
"""A turn of the axis counts as a shift at this distance [m]."""

_MOST_POINTS = 40


def fit_plug(points: Array, floor: float, towards: Array) -> Pose:
    """Pose of the middle of a plug, z from its pin to its cable.

    Args:
        points: on its surface, as a camera above sees it, shape (N, 3) [m].
        floor: height of what is below it, on which most plugs rest with their pins [m].
        towards: where the cable comes from: of a plug that lies, its cable's end is nearer to that [m].
    """
    points = points[:: max(len(points) // _MOST_POINTS, 1)]
    centre = np.median(points, axis=0)
    _, axes = np.linalg.eigh(np.cov((points - centre).T))
    flat = axes[:2, 2] / max(float(np.linalg.norm(axes[:2, 2])), 1e-9)
    starts = np.array([(*(sign * np.sin(tilt) * flat), np.cos(tilt)) for tilt in TILTS for sign in (1.0, -1.0)])
    middle, axis = _best(points, floor, centre - (0.0, 0.0, figures()[0]), starts)
    forward = axis[2] if abs(axis[2]) > STEEP else float(axis @ (towards - middle))
    return plug_pose(middle, axis if forward > 0 else -axis, np.eye(3)[0])


def _best(points: Array, floor: float, centre: Array, starts: Array) -> tuple[Array, Array]:
    """Middle and axis of the sleeve that fits best, by damped least squares from each of the axes to start from, all at once."""
    middles, axes = np.tile(centre, (len(starts), 1)), starts
    for _ in range(ROUNDS):
        across, beside = _square_to(axes)
        directions = [np.eye(3)[index] for index in range(3)]
        rest = _residuals(points, floor, middles, axes)
        columns = [_residuals(points, floor, middles + _STEP * direction, axes) - rest for direction in directions]
        columns += [_residuals(points, floor, middles, _unit(axes + _STEP / _ARM * turn)) - rest for turn in (across, beside)]
        slopes = np.stack(columns, axis=-1) / _STEP
        normal = np.einsum("bni,bnj->bij", slopes, slopes) + _DAMPING * len(points) * np.eye(5)
        steps = -np.linalg.solve(normal, np.einsum("bni,bn->bi", slopes, rest)[..., None])[..., 0]
        steps = np.clip(steps, -0.004, 0.004)
        middles = middles + steps[:, :3]
        axes = _unit(axes + (steps[:, 3:4] * across + steps[:, 4:5] * beside) / _ARM)
    chosen = int(np.sum(_residuals(points, floor, middles, axes) ** 2, axis=1).argmin())
    return middles[chosen], axes[chosen]


def _residuals(points: Array, floor: float, middles: Array, axes: Array) -> Array:
    """Distances of points from the surface, of the ends of what is seen from the ends of the sleeve, and of the pin's tip from
    what it rests on, shape (B, N + 3) [m]."""
    radius, half, _ = figures()
    from_middle = points[None] - middles[:, None]
    along = np.einsum("bni,bi->bn", from_middle, axes)
    away = np.linalg.norm(from_middle - along[..., None] * axes[:, None], axis=2)
    side, end = away - radius, np.abs(along) - half
    surface = np.where((side > 0) & (end > 0), np.hypot(side, end), np.maximum(side, end))
    ordered = np.sort(along, axis=1)
    few = len(points) // 25
    ends = np.stack([ordered[:, few] + half, ordered[:, -1 - few] - half - 0.5 * BOOT], axis=1) * _ENDS * np.sqrt(len(points))
    tip = middles[:, 2:] - np.abs(axes[:, 2:]) * (half + _PIN) - floor - _PIN_RADIUS
    rests = np.clip(tip, -_FLOATS, _FLOATS) * _RESTS * np.sqrt(len(points))
    return np.concatenate([np.clip(np.concatenate([surface, ends], axis=1), -_CLIP, _CLIP), rests], axis=1)


def plug_pose(middle: Array, axis: Array, aside: Array) -> Pose:
    """Of a plug's middle, z along ``axis`` and x towards ``aside``, from the middle of its sleeve."""
    _, _, ahead = figures()
    return Pose.along(middle - ahead * axis, axis, aside)


def _square_to(axes: Array) -> tuple[Array, Array]:
    """Two directions square to each axis and to one another, shape (B, 3) each."""
    helper = np.where(np.abs(axes[:, :1]) < 0.7, (1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
    across = _unit(np.cross(axes, helper))
    return across, np.cross(axes, across)


def _unit(vectors: Array) -> Array:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@cache
def figures() -> tuple[float, float, float]:
    """Radius and half length of a sleeve, and how far its middle is ahead of the plug's [m]."""
    wires = description.settings("busybox.yaml")["wires"]
    tall, low = float(wires["plug"]["height"]), float(wires["jack"]["height"])
    return float(wires["plug"]["diameter"]) / 2, (tall - low) / 2, low / 2
