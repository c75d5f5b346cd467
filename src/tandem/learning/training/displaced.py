"""Whole scenes displaced and turned, hands and objects together, so that nothing changes between them.

What a hand does on the BusyBox depends on where its parts are from it, hardly on where that is in the world; demonstrations show
few of the places and turns that a part can have there.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tandem.policy import grounding
from tandem.policy.vla import features, frames

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_PIVOT = (0.46, 0.0, 0.0)
"""About where boxes stand [m]."""
_PLACE = slice(grounding.COLUMNS.index("x"), grounding.COLUMNS.index("z") + 1)
_TURN = slice(grounding.COLUMNS.index("qx"), grounding.COLUMNS.index("qw") + 1)


@dataclass(frozen=True)
class Displacing:
    """How scenes are displaced: share of them, along either axis in plan view and about the vertical at most."""

    share: float
    metres: float
    radians: float


@dataclass(frozen=True)
class Displaced:
    """How B scenes are displaced.

    Attributes:
        motions: in the world, shape (B, 4, 4).
        yaw: of these, shape (B,) [rad].
    """

    motions: Array
    yaw: Array

    @classmethod
    def drawn(cls, which: Flags, rng: np.random.Generator, how: Displacing) -> "Displaced":
        """By chance, of those scenes, shape (B,), alone."""
        count = len(which)
        led = which & (rng.random(count) < how.share)
        yaw = how.radians * rng.uniform(-1.0, 1.0, count) * led
        shift = how.metres * rng.uniform(-1.0, 1.0, (count, 2)) * led[:, None]
        nothing = np.zeros(count)
        about = frames.from_vectors(np.tile(_PIVOT, (count, 1)), np.stack([nothing, nothing, yaw], axis=1))
        about[:, :2, 3] += shift
        back = np.eye(4)
        back[:3, 3] = -np.array(_PIVOT)
        return cls(about @ back, yaw)

    def poses(self, poses: Array) -> Array:
        """Poses in the world, shape (B, ..., 4, 4)."""
        between = (1,) * (poses.ndim - 3)
        return np.asarray(self.motions.reshape(len(self.motions), *between, 4, 4) @ poses)

    def rows(self, seen: Array) -> Array:
        """The grounding, shape (B, OBJECTS, WIDTH); rows of things that aren't there stay 0."""
        places, (x, y, z, w) = features.object_places(seen), np.moveaxis(seen[..., _TURN], -1, 0)
        sine, cosine = np.sin(self.yaw / 2)[:, None], np.cos(self.yaw / 2)[:, None]
        changed = seen.copy()
        changed[..., _PLACE] = np.einsum("bij,boj->boi", self.motions[:, :3, :3], places) + self.motions[:, None, :3, 3]
        changed[..., _TURN] = np.stack(
            [cosine * x - sine * y, cosine * y + sine * x, cosine * z + sine * w, cosine * w - sine * z], axis=-1
        )
        return np.where(seen[..., :1] > 0.5, changed, 0.0)
