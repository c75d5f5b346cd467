"""Whole scenes displaced, turned and mirrored: hands, objects and what is felt together, so that nothing changes between them.

What a hand does on the BusyBox depends on where its parts are from it, hardly on where that is in the world. Demonstrations show
few of the places and turns that a part can have there, and each with one of two hands that are each other's mirror image.
Mirrored is at the world's xz plane, between the arms; hands are mirrored at their own yz plane as well and objects likewise, so
that frames stay right-handed, fingers stay on their side, and a box that lies straight still does.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tandem.policy import grounding
from tandem.policy.vla import features, frames

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_WORLD = np.diag([1.0, -1.0, 1.0, 1.0])
_OWN = np.diag([-1.0, 1.0, 1.0, 1.0])
_WRENCH = np.array([-1.0, 1.0, 1.0, 1.0, -1.0, -1.0])
"""Of a mirrored hand's: forces are vectors, torques are not, they turn the other way round."""
_PIVOT = (0.46, 0.0, 0.0)
"""About where boxes stand [m]."""
_PLACE = slice(grounding.COLUMNS.index("x"), grounding.COLUMNS.index("z") + 1)
_TURN = slice(grounding.COLUMNS.index("qx"), grounding.COLUMNS.index("qw") + 1)
_HELD = [grounding.COLUMNS.index("held_left"), grounding.COLUMNS.index("held_right")]


@dataclass(frozen=True)
class Displacing:
    """How scenes are displaced.

    Attributes:
        share: of the scenes that are displaced.
        metres: in plan view, along either axis, at most.
        radians: about the vertical, at most.
        mirrored: share of the scenes that are mirrored.
    """

    share: float
    metres: float
    radians: float
    mirrored: float


@dataclass(frozen=True)
class Displaced:
    """How B scenes are displaced.

    Attributes:
        motion: in the world, after mirroring, shape (B, 4, 4).
        mirrored: shape (B,).
    """

    motion: Array
    mirrored: Flags

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
        return cls(about @ back, which & (rng.random(count) < how.mirrored))

    def hands(self, poses: Array) -> Array:
        """Poses of hands in the world, shape (B, ..., 2, 4, 4)."""
        swapped = self.sides(poses, poses.ndim - 3)
        return self._moved(np.where(_over(self.mirrored, poses.ndim), _WORLD @ swapped @ _OWN, swapped))

    def sides(self, values: NDArray, axis: int) -> NDArray:
        """Values of the hands along an axis, shape (B, ...): a mirrored left hand is a right one."""
        return np.where(_over(self.mirrored, values.ndim), np.flip(values, axis), values)

    def rows(self, seen: Array) -> Array:
        """The grounding, shape (B, OBJECTS, WIDTH); rows of things that aren't there stay 0."""
        poses = features.object_poses(seen)
        mirrored = _over(self.mirrored, poses.ndim)
        poses = self._moved(np.where(mirrored, _WORLD @ poses @ _OWN, poses))
        changed = seen.copy()
        changed[..., _PLACE] = poses[..., :3, 3]
        changed[..., _TURN] = frames.quaternions(poses.reshape(-1, 4, 4)).reshape(*seen.shape[:-1], 4)
        changed[..., _HELD] = np.where(_over(self.mirrored, seen.ndim), seen[..., _HELD[::-1]], seen[..., _HELD])
        return np.where(seen[..., :1] > 0.5, changed, 0.0)

    def wrenches(self, wrench: Array) -> Array:
        """Of left and right, in the tcp frames, shape (B, ..., 12)."""
        by_hand = self.sides(wrench.reshape(*wrench.shape[:-1], 2, 6), wrench.ndim - 1)
        return np.where(_over(self.mirrored, by_hand.ndim), by_hand * _WRENCH, by_hand).reshape(wrench.shape)

    def pads(self, tactile: Array) -> Array:
        """Shape (B, ..., 2 hands, 2 fingers, rows, columns, 3); columns and the first shear are along the tcp's x."""
        by_hand = self.sides(tactile, tactile.ndim - 5)
        turned = np.flip(by_hand, -2) * np.array([1.0, -1.0, 1.0])
        return np.where(_over(self.mirrored, by_hand.ndim), turned, by_hand)

    def _moved(self, poses: Array) -> Array:
        between = (1,) * (poses.ndim - 3)
        return np.asarray(self.motion.reshape(len(self.motion), *between, 4, 4) @ poses)


def _over(flags: Flags, dimensions: int) -> Flags:
    """Flags of B scenes so that they meet arrays of so many dimensions."""
    return flags.reshape(-1, *(1,) * (dimensions - 1))
