"""What the fingers do meanwhile: their commands are set-points, and what they hold keeps them from getting there."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tandem.cell import names
from tandem.cell.trajectory import Trajectory

Array = NDArray[np.float64]

_BLOCKED_M = 0.0015
_STILL_MPS = 0.01
_AHEAD = 1.2
_SLOWEST_MPS = 0.001


@dataclass(frozen=True)
class GripperCommand:
    """Where to send the fingers of a hand [m], and how fast they may go there at most [m/s]."""

    travel: float
    speed: float


def speed_for(way: float, seconds: float) -> float:
    """The speed for a way [m] that takes about so long: fingers that should close slowly don't go there in jerks."""
    return max(_AHEAD * way / seconds, _SLOWEST_MPS)


def blocked_at(measured: Array, velocities: Array, commanded: Array) -> dict[int, float]:
    """Columns of grippers that stand still, more open than they were told to be, and where they are [m]."""
    return {
        column: float(measured[column])
        for column in names.GRIPPER_COLUMN.values()
        if measured[column] > commanded[column] + _BLOCKED_M and abs(velocities[column]) < _STILL_MPS
    }


def as_blocked(positions: Array, blocked: Mapping[int, float]) -> Array:
    """Joints, shape (..., 14), of which blocked fingers stay where they are until they are told to open farther."""
    held = positions.copy()
    for column, at in blocked.items():
        held[..., column] = np.maximum(held[..., column], at)
    return held


def with_blocked(motion: Trajectory, blocked: Mapping[int, float]) -> Trajectory:
    """The motion as it will be with blocked fingers, see `as_blocked`."""
    if not blocked:
        return motion
    positions = as_blocked(motion.positions, blocked)
    moving = positions == motion.positions
    return Trajectory(motion.times, positions, motion.velocities * moving, motion.accelerations * moving)
