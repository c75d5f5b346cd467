"""Poses of many hands and objects at once, and how a network sees them.

Poses are homogeneous transforms, shape (..., 4, 4) [m]; rotation vectors are axis times angle [rad].
"""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

Array = NDArray[np.float64]

_WAVELENGTHS_M = (0.2, 0.05)
_NEAR_M = 0.05
_FAR_M = 0.3
_QUARTER_TURNS = Rotation.create_group("O").as_matrix()


def inverse(poses: Array) -> Array:
    """Inverse of rigid transforms, shape (..., 4, 4)."""
    result = np.zeros_like(poses)
    turned = np.swapaxes(poses[..., :3, :3], -1, -2)
    result[..., :3, :3] = turned
    result[..., :3, 3] = -np.einsum("...ij,...j->...i", turned, poses[..., :3, 3])
    result[..., 3, 3] = 1.0
    return result


def from_parts(positions: Array, rotations: Array) -> Array:
    """Transforms from positions, shape (..., 3), and rotation matrices, shape (..., 3, 3)."""
    result = np.zeros((*positions.shape[:-1], 4, 4))
    result[..., :3, :3], result[..., :3, 3], result[..., 3, 3] = rotations, positions, 1.0
    return result


def from_quaternions(positions: Array, quaternions: Array) -> Array:
    """Transforms from positions, shape (..., 3), and quaternions x y z w, shape (..., 4); a zero quaternion is no rotation."""
    flat = quaternions.reshape(-1, 4).astype(float)
    empty = np.linalg.norm(flat, axis=1) < 1e-6
    flat[empty] = (0.0, 0.0, 0.0, 1.0)
    matrices = Rotation.from_quat(flat).as_matrix().reshape(*quaternions.shape[:-1], 3, 3)
    return from_parts(positions.astype(float), matrices)


def quaternions(poses: Array) -> Array:
    """Quaternions x y z w of transforms, shape (n, 4, 4) to (n, 4)."""
    return np.asarray(Rotation.from_matrix(poses[:, :3, :3]).as_quat()) if len(poses) else np.zeros((0, 4))


def rotation_vectors(poses: Array) -> Array:
    """Rotation vectors of transforms, shape (..., 3)."""
    flat = poses[..., :3, :3].reshape(-1, 3, 3)
    return np.asarray(Rotation.from_matrix(flat).as_rotvec().reshape(*poses.shape[:-2], 3))


def from_vectors(positions: Array, vectors: Array) -> Array:
    """Transforms from positions and rotation vectors, both of shape (..., 3)."""
    matrices = Rotation.from_rotvec(vectors.reshape(-1, 3)).as_matrix().reshape(*vectors.shape[:-1], 3, 3)
    return from_parts(positions, matrices)


def to_square(rotations: Array) -> Array:
    """Rotation vectors of the smallest turns after which a frame's axes lie along those of another, shape (..., 3).

    Args:
        rotations: of the other frame in the first one, shape (..., 3, 3). Which axis comes to lie along which doesn't matter.
    """
    traces = np.einsum("...ij,gij->...g", rotations, _QUARTER_TURNS)  # of each candidate: the larger, the smaller the angle
    nearest = _QUARTER_TURNS[traces.argmax(axis=-1)]
    turns = rotations @ np.swapaxes(nearest, -1, -2)
    return np.asarray(Rotation.from_matrix(turns.reshape(-1, 3, 3)).as_rotvec().reshape(*turns.shape[:-2], 3))


def six_d(poses: Array) -> Array:
    """The first two columns of the rotations, shape (..., 6).

    Zhou et al., "On the Continuity of Rotation Representations in Neural Networks", CVPR 2019.
    """
    return np.concatenate([poses[..., :3, 0], poses[..., :3, 1]], axis=-1)


def harmonics(angles: Array, orders: tuple[int, ...]) -> Array:
    """Cosine and sine of multiples of angles, shape (...) to (..., 2 n): what looks alike after a part of a turn reads alike."""
    return np.concatenate([f(order * angles)[..., None] for order in orders for f in (np.cos, np.sin)], axis=-1)


POSITION_WIDTH = 3 * (2 + 2 * len(_WAVELENGTHS_M))


def position_features(positions: Array) -> Array:
    """Positions at several scales, shape (..., 3) to (..., POSITION_WIDTH): far things roughly, near things to the millimetre."""
    waves = [f(2 * np.pi * positions / length) for length in _WAVELENGTHS_M for f in (np.sin, np.cos)]
    return np.concatenate([np.clip(positions / _FAR_M, -4, 4), np.tanh(positions / _NEAR_M), *waves], axis=-1)
