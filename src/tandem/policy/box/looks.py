"""What the hands are doing at one time, as they feel it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tandem.cell.names import SIDES, Side
from tandem.cell.observation import Observation
from tandem.cell.pose import Pose
from tandem.cell.scene import Scene
from tandem.policy.skills.box.felt import pushed_back
from tandem.policy.skills.grasps import FINGERTIP_M

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Look:
    """The scene and the hands at one time.

    Attributes:
        now: the cell's time [s].
        scene: as perceived.
        hands: tcp poses in the world, by side.
        pressed: what the less pressed of a hand's two fingers feels between them, by side [N]; empty where nobody measures it.
        pushed: how hard a hand is pushed back against where it points, by side [N]; likewise.
    """

    now: float
    scene: Scene
    hands: Mapping[Side, Pose]
    pressed: Mapping[Side, float] = field(default_factory=dict)
    pushed: Mapping[Side, float] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        now: float,
        scene: Scene,
        hands: Mapping[Side, Pose],
        tactile: Mapping[Any, Array],
        wrenches: Mapping[Any, Array],
    ) -> "Look":
        """From what is measured: forces on the pads, shape (2, rows, columns, 3) [N], and at the wrists, shape (6,) [N, N m]."""
        pressed = {side: float(tactile[side][..., 0].sum(axis=(1, 2)).min()) for side in SIDES if side in tactile}
        pushed = {side: pushed_back(wrenches[side][:3]) for side in SIDES if side in wrenches}
        return cls(now, scene, hands, pressed, pushed)

    @classmethod
    def at(cls, seen: Observation, hands: Mapping[Side, Pose], *, feels: bool = True) -> "Look":
        """From an observation; without what is felt where that isn't to be used."""
        if not feels:
            return cls(seen.stamp, seen.scene, hands)
        return cls.of(seen.stamp, seen.scene, hands, seen.tactile, seen.wrenches)

    def tips(self, side: Side) -> Array:
        """Middle between a hand's fingertips in the world, shape (3,) [m]."""
        return np.array((self.hands[side] @ Pose((0.0, 0.0, FINGERTIP_M))).position)
