"""The shape of a socket: a long block with a square hole near its end at +x, slopes into it, and room for a hand at the other."""

from dataclasses import dataclass
from functools import cache
from math import atan2, hypot, pi
from typing import Any

import numpy as np

from tandem.cell import description
from tandem.cell.pose import Pose

Size = tuple[float, float, float]
Primitive = tuple[Pose, Size]

_UPRIGHT = 0.95
"""Cosine of the angle by which a peg in a hole may lean at most."""

_BELOW_M = 0.015
"""As far as this, a perceived end may lie below the hole's floor [m]; what is deeper lies below the socket."""

_SLAB = 0.004
"""Thickness of the boxes that make the slopes [m]."""


@dataclass(frozen=True)
class Hole:
    """In the socket's frame: x of its axis, which is along z; its side; heights of its floor, of its rim, and of where the slopes
    end [m]."""

    x: float
    side: float
    floor: float
    rim: float
    throat: float

    @property
    def slope(self) -> float:
        """How far the slopes go across for each metre that they go down."""
        return float(_settings()["chamfer"]["across"] / (self.rim - self.throat))

    @property
    def depth(self) -> float:
        """From the rim to the floor [m]."""
        return self.rim - self.floor


@cache
def hole_of(size: Size) -> Hole:
    """Where the hole of a socket of that size is."""
    own, half = _settings(), size[2] / 2
    x = size[0] / 2 - own["hole"]["inset"]
    return Hole(x, own["hole"]["side"], own["hole"]["floor"] - half, half, half - own["chamfer"]["down"])


def hole_frame(size: Size) -> Pose:
    """The middle of the hole's floor in the socket's frame, z out of the hole."""
    found = hole_of(size)
    return Pose((found.x, 0.0, found.floor))


def grip_frame(size: Size) -> Pose:
    """Where a hand takes a socket, in its frame."""
    return Pose((_settings()["grip"] - size[0] / 2, 0.0, 0.0))


def plugged(peg: Pose, length: float, socket: Pose, size: Size) -> float:
    """How far the lower end of a peg of that length is below the rim of a socket's hole [m]; 0 where it isn't in the hole.

    Args:
        peg: pose of its middle, its axis along z, either way up.
        length: of the peg [m].
        socket: pose of the socket.
        size: of the socket [m].
    """
    found = hole_of(size)
    local = socket.inverse @ peg
    axis = local.rotation[:, 2] * (1.0 if local.rotation[2, 2] >= 0 else -1.0)
    end = np.array(local.position) - axis * length / 2
    off, below = np.abs([end[0] - found.x, end[1]]).max(), found.floor - float(end[2])
    inside = axis[2] > _UPRIGHT and off < found.side / 2 and below < _BELOW_M
    return max(found.rim - float(end[2]), 0.0) if inside else 0.0


def boxes(size: Size) -> tuple[Primitive, ...]:
    """The block, the hole's floor, its walls below the slopes at +x, -x, +y, -y, the same outside of the slopes, the slopes."""
    found = hole_of(size)
    start, end = found.x - size[1] / 2, size[0] / 2
    bottom = -size[2] / 2
    solid = start + size[0] / 2
    block = Pose((start - solid / 2, 0.0, 0.0)), (solid, size[1], size[2])
    middle = (start + end) / 2
    ground = Pose((middle, 0.0, (bottom + found.floor) / 2)), (end - start, size[1], found.floor - bottom)
    outer = found.side + 2 * _settings()["chamfer"]["across"]
    walls = _ring(found.x, (start, end), size[1], found.side, (found.floor, found.throat))
    rims = _ring(found.x, (start, end), size[1], outer, (found.throat, found.rim))
    return (block, ground, *walls, *rims, *_slopes(found, outer))


def _ring(x: float, span: tuple[float, float], width: float, side: float, heights: tuple[float, float]) -> tuple[Primitive, ...]:
    """Walls around a square opening between two heights; those at the x ends run the whole width."""
    z, high = (heights[0] + heights[1]) / 2, heights[1] - heights[0]
    front, back, wall = span[1] - x - side / 2, x - side / 2 - span[0], (width - side) / 2
    return (
        (Pose((span[1] - front / 2, 0.0, z)), (front, width, high)),
        (Pose((span[0] + back / 2, 0.0, z)), (back, width, high)),
        (Pose((x, (side + wall) / 2, z)), (side, wall, high)),
        (Pose((x, -(side + wall) / 2, z)), (side, wall, high)),
    )


def _slopes(found: Hole, outer: float) -> tuple[Primitive, ...]:
    """Four slabs of which the upper faces run from the rim down to the hole."""
    across, down = (outer - found.side) / 2, found.rim - found.throat
    length, steep = hypot(across, down), atan2(down, across)
    slab = Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, -steep, 0.0))  # its upper face rises with x
    middle = np.array([(found.side + across) / 2, 0.0, (found.rim + found.throat) / 2]) - slab.rotation[:, 2] * _SLAB / 2
    x, y, z = (float(value) for value in middle)
    one = Pose((x, y, z), slab.quaternion)
    axis = Pose((found.x, 0.0, 0.0))
    turns = (0.0, pi, pi / 2, -pi / 2)
    return tuple((axis @ Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, 0.0, turn)) @ one, (length, outer, _SLAB)) for turn in turns)


@cache
def _settings() -> dict[str, Any]:
    return dict(description.settings("props.yaml")["socket"])
