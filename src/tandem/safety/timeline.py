"""Cutting trajectories and putting them together."""

import numpy as np
from numpy.typing import NDArray

from tandem.cell.trajectory import Trajectory
from tandem.safety.join import State

Array = NDArray[np.float64]

_SHORTEST_S = 2e-3
"""Samples nearer to a cut than this are left out: polynomials over shorter times are at the mercy of rounding."""


def state_at(motion: Trajectory, time: float) -> State:
    """The state in which a motion is at a time."""
    return State(time, *motion.sample(time))


def since(motion: Trajectory, time: float) -> Trajectory:
    """The rest of a motion from a time on; where it is over, a moment of rest."""
    state = state_at(motion, time)
    later = motion.times > time + _SHORTEST_S
    if not later.any():
        return resting(motion.positions[-1], time)
    return Trajectory(
        np.concatenate([[time], motion.times[later]]),
        np.vstack([state.positions, motion.positions[later]]),
        np.vstack([state.velocities, motion.velocities[later]]),
        np.vstack([state.accelerations, motion.accelerations[later]]),
    )


def joined(first: Trajectory, second: Trajectory, begin: float) -> Trajectory:
    """``first`` from ``begin`` to where ``second`` starts, then ``second``."""
    if second.start <= begin + 1e-9:
        return second
    state = state_at(first, begin)
    kept = (first.times > begin + _SHORTEST_S) & (first.times < second.start - _SHORTEST_S)
    return Trajectory(
        np.concatenate([[begin], first.times[kept], second.times]),
        np.vstack([state.positions, first.positions[kept], second.positions]),
        np.vstack([state.velocities, first.velocities[kept], second.velocities]),
        np.vstack([state.accelerations, first.accelerations[kept], second.accelerations]),
    )


def resting(positions: Array, time: float) -> Trajectory:
    """A moment of rest at a time [s]."""
    rest = np.zeros((2, len(positions)))
    return Trajectory(np.array([time, time + 0.02]), np.stack([positions, positions]), rest, rest)
