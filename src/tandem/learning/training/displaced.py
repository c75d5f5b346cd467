"""Whole scenes displaced and turned, hands and objects together, so that nothing changes between them.

What a hand does on the BusyBox depends on where its parts are from it, hardly on where that is in the world; demonstrations show
few of the places and turns that a part can have there. Home, to which hands go when all is done, is not displaced.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tandem.learning.training.astray import Aside
from tandem.policy import grounding
from tandem.policy.vla import features, frames

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_PIVOT = (0.46, 0.0, 0.0)
"""About where boxes stand [m]."""


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
    def drawn(cls, which: Flags, rng: np.random.Generator, aside: Aside) -> "Displaced":
        """By chance, of those scenes, shape (B,), alone; in plan view along either axis, and about the vertical."""
        count = len(which)
        led = which & (rng.random(count) < aside.share)
        yaw = aside.radians * rng.uniform(-1.0, 1.0, count) * led
        shift = aside.metres * rng.uniform(-1.0, 1.0, (count, 2)) * led[:, None]
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
        places, (x, y, z, w) = features.object_places(seen), np.moveaxis(seen[..., grounding.TURN], -1, 0)
        sine, cosine = np.sin(self.yaw / 2)[:, None], np.cos(self.yaw / 2)[:, None]
        changed = seen.copy()
        changed[..., grounding.PLACE] = np.einsum("bij,boj->boi", self.motions[:, :3, :3], places) + self.motions[:, None, :3, 3]
        changed[..., grounding.TURN] = np.stack(
            [cosine * x - sine * y, cosine * y + sine * x, cosine * z + sine * w, cosine * w - sine * z], axis=-1
        )
        return np.where(seen[..., :1] > 0.5, changed, 0.0)
