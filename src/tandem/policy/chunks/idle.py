"""Arms that a step doesn't use keep still, unless the model means to move them."""

import numpy as np
from numpy.typing import NDArray

from tandem.cell import names
from tandem.cell.plan import Step
from tandem.policy.chunks.contacts import sides
from tandem.policy.chunks.settings import Chunking

Array = NDArray[np.float64]


def kept_still(rows: Array, where: Array, step: Step, settings: Chunking) -> Array:
    """A model's rows, shape (H, 14), without the little that it moves arms and fingers which the step doesn't use.

    Args:
        rows: as predicted.
        where: joints at which unused arms rest, shape (14,).
        step: that is carried out.
        settings: say how much is little.
    """
    kept = rows.copy()
    for side in names.SIDES:
        if side in sides(step):
            continue
        arm, finger = names.ARM_COLUMNS[side], names.GRIPPER_COLUMN[side]
        if np.abs(rows[:, arm] - where[arm]).max() < settings.idle_rad:
            kept[:, arm] = where[arm]
        if np.abs(rows[:, finger] - where[finger]).max() < settings.idle_m:
            kept[:, finger] = where[finger]
    return kept
