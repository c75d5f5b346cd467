"""Inverse kinematics of an arm as it was really made: solutions of the nominal arm, led to the measured one by Newton steps.

Robots leave the factory with axes some tenths of a degree and of a millimetre off; Universal Robots measures each, and
config/calibration.yaml may name the file. No closed form exists for such an arm, but the nominal one's solutions are near.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

Array = NDArray[np.float64]

_STEPS: Final = 4
_DAMPING: Final = 1e-8
_ARRIVED: Final = 1e-7
"""A solution is one if its pose is as near as this [m; rad]."""

_FARTHEST_RAD: Final = 0.3
"""A joint that would have to turn farther than this from the nominal solution is at a singularity: that branch is left out."""


def chain_frames(placements: Array, joints: Array) -> Array:
    """Frames of the six joints in the world, after their turns, shape (..., 6, 4, 4).

    Args:
        placements: of each joint in the one before, the first in the world, at zero, shape (6, 4, 4).
        joints: shape (..., 6) [rad].
    """
    cos, sin = np.cos(joints), np.sin(joints)
    frames = np.zeros((*joints.shape, 4, 4))
    before = np.eye(4)
    for index, placed in enumerate(placements):
        turn = np.zeros((*joints.shape[:-1], 4, 4))
        turn[..., 0, 0] = turn[..., 1, 1] = cos[..., index]
        turn[..., 1, 0], turn[..., 0, 1] = sin[..., index], -sin[..., index]
        turn[..., 2, 2] = turn[..., 3, 3] = 1.0
        before = before @ placed @ turn
        frames[..., index, :, :] = before
    return frames


def refined(placements: Array, tool: Array, tcp: Array, joints: Array) -> Array:
    """Solutions of the arm as measured, near to those given; NaN where there is none.

    Args:
        placements: see `chain_frames`.
        tool: from the last joint's frame to the tcp, shape (4, 4).
        tcp: poses wanted in the world, shape (..., 4, 4).
        joints: of the nominal arm, shape (..., 6), NaN where it has none.
    """
    lacking = np.asarray(np.isnan(joints).any(axis=-1))
    start = np.where(lacking[..., None], 0.0, joints)
    found = start
    for _ in range(_STEPS):
        frames = chain_frames(placements, found)
        error = _error(frames[..., -1, :, :] @ tool, tcp)
        jacobian = _jacobian(frames, frames[..., -1, :, :] @ tool)
        squared = np.swapaxes(jacobian, -1, -2) @ jacobian + _DAMPING * np.eye(6)
        found = found + np.linalg.solve(squared, np.swapaxes(jacobian, -1, -2) @ error[..., None])[..., 0]
    left = np.abs(_error(chain_frames(placements, found)[..., -1, :, :] @ tool, tcp)).max(axis=-1)
    lacking = lacking | (left > _ARRIVED) | (np.abs(found - start).max(axis=-1) > _FARTHEST_RAD)
    return np.where(lacking[..., None], np.nan, found)


def _error(reached: Array, wanted: Array) -> Array:
    """From the pose that is reached to the one that is wanted: way, then turn in world axes, shape (..., 6) [m; rad]."""
    way = wanted[..., :3, 3] - reached[..., :3, 3]
    turn = wanted[..., :3, :3] @ np.swapaxes(reached[..., :3, :3], -1, -2)
    turn = np.broadcast_to(turn, (*way.shape[:-1], 3, 3))
    vectors = Rotation.from_matrix(turn.reshape(-1, 3, 3)).as_rotvec().reshape(way.shape)
    return np.concatenate([way, vectors], axis=-1)


def _jacobian(frames: Array, tcp: Array) -> Array:
    """Linear, then angular velocity of the tcp in world axes by joint velocity, shape (..., 6, 6)."""
    axes, origins = frames[..., :3, 2], frames[..., :3, 3]
    linear = np.cross(axes, tcp[..., None, :3, 3] - origins)
    return np.swapaxes(np.concatenate([linear, axes], axis=-1), -1, -2)
