"""Arms that a step doesn't use keep still, unless the model means to move them; what they hold they keep."""

import numpy as np
from numpy.typing import NDArray

from tandem.cell import names
from tandem.cell.names import Side
from tandem.cell.plan import Step
from tandem.cell.scene import Scene
from tandem.policy.chunks.contacts import sides
from tandem.policy.chunks.settings import Chunking

Array = NDArray[np.float64]


class IdleArms:
    """Knows which arms the model has meant to move during one step; those are left to it from then on.

    Fingers of an unused hand that holds something stay closed, whatever the model says: the step isn't about that thing.

    Args:
        step: that begins.
        settings: how little a motion must be not to be meant.
        scene: in which it begins.
    """

    def __init__(self, step: Step, settings: Chunking, scene: Scene) -> None:
        self._settings = settings
        self._arms: list[Side] = [side for side in names.SIDES if side not in sides(step)]
        self._fingers = list(self._arms)
        held_by = {item.held_by for item in scene if item.name != step.object}
        self._holding = [side for side in self._arms if held_by & {side, "both"}]

    def kept_still(self, rows: Array, where: Array) -> Array:
        """A model's rows, shape (H, 14), without the little that it moves arms and fingers which the step doesn't use.

        Args:
            rows: as predicted.
            where: joints at which unused arms rest, shape (14,).
        """
        far = np.abs(rows - where).max(axis=0)
        self._arms = [side for side in self._arms if far[names.ARM_COLUMNS[side]].max() < self._settings.idle_rad]
        self._fingers = [
            side for side in self._fingers if side in self._holding or far[names.GRIPPER_COLUMN[side]] < self._settings.idle_m
        ]
        kept = rows.copy()
        for side in self._arms:
            kept[:, names.ARM_COLUMNS[side]] = where[names.ARM_COLUMNS[side]]
        for side in self._fingers:
            kept[:, names.GRIPPER_COLUMN[side]] = where[names.GRIPPER_COLUMN[side]]
        return kept
