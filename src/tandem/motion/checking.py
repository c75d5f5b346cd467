"""Whether a joint path is free of collisions, sampled as densely as the arms' links move."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tandem.cell.collision import CollisionModel
from tandem.motion.path import JointPath

Array = NDArray[np.float64]

SCALES = (1.5, 1.25, 1.1, 1.0)
"""Planning keeps larger margins than the safety filter does: these factors of them are tried in turn."""

_STEP_M, _STEP_BY_SCALE_M = 0.004, 0.032
"""No two bodies come nearer to one another between two samples than the first, and the second for each margin kept beyond one:
what is left of the wider margin makes up for coarser samples."""


@dataclass(frozen=True)
class Hit:
    """Where a path first touches something: the path's parameter, and what comes too near in words."""

    at: float
    reason: str


def first_hit(model: CollisionModel, path: JointPath, scale: float) -> Hit | None:
    """The first sample of a path with a pair nearer than its margin times ``scale``, None where the path is free."""
    parameters = _samples(model, path, scale)
    positions = path(parameters)
    if not _any_hit(model, positions, scale):
        return None
    index = next(index for index, joints in enumerate(positions) if model.in_collision(joints, scale))
    return Hit(float(parameters[index]), too_near(model, positions[index]))


def is_free(model: CollisionModel, path: JointPath, scale: float) -> bool:
    """Whether no sample of a path has a pair nearer than its margin times ``scale``."""
    return not _any_hit(model, path(_samples(model, path, scale)), scale)


def _any_hit(model: CollisionModel, positions: Array, scale: float) -> bool:
    """Looks from coarse to fine, so a blocked path is usually found out soon."""
    return any(model.in_collision(positions[index], scale) for index in _coarse_to_fine(len(positions)))


def too_near(model: CollisionModel, positions: Array) -> str:
    """The worst pair at joints of shape (14,), in words."""
    near = model.clearance(positions)
    if not near.bodies:
        return "nothing is near"
    first, second = near.bodies
    if near.distance < 0:
        return f"{first} overlaps {second} by {-near.distance * 1000:.1f} mm"
    return f"{first} is {near.distance * 1000:.1f} mm from {second}, the margin is {near.margin * 1000:.0f} mm"


def free_scale(model: CollisionModel, postures: list[Array]) -> float | None:
    """The largest of `SCALES` at which all postures, each of shape (14,), keep their margins; None where not even at 1."""
    return next((scale for scale in SCALES if not any(model.in_collision(posture, scale) for posture in postures)), None)


def _samples(model: CollisionModel, path: JointPath, scale: float) -> Array:
    """Parameters from 0 to 1 that lie as densely as a margin of this scale needs."""
    step = _STEP_M + _STEP_BY_SCALE_M * (scale - 1.0)
    coarse = np.linspace(0.0, 1.0, 25)
    approach = np.max(model.reach @ np.abs(np.diff(path(coarse), axis=0)).T, axis=0)
    travelled = np.concatenate([[0.0], np.cumsum(np.maximum(approach, 1e-9))])
    count = max(2, int(np.ceil(travelled[-1] / step)) + 1)
    return np.interp(np.linspace(0.0, travelled[-1], count), travelled, coarse)


def _coarse_to_fine(count: int) -> NDArray[np.intp]:
    """The numbers from 0 to ``count`` - 1, any first few of them spread over the whole (van der Corput's sequence)."""
    bits = max(1, (count - 1).bit_length())
    index = np.arange(count)
    mirrored = sum(((index >> bit) & 1) << (bits - 1 - bit) for bit in range(bits))
    return np.argsort(mirrored)
