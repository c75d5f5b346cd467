"""A hand keeps its grip until the model means to open it: fingers that waver let go of what they hold for a moment."""

import numpy as np
from numpy.typing import NDArray

from tandem.cell import names
from tandem.cell.observation import Observation
from tandem.cell.props import is_fragile
from tandem.policy.skills.gripping import SQUEEZE, kept_travel

Array = NDArray[np.float64]

_PRESSED_M = SQUEEZE / 2
"""Fingers that are sent as far as this beyond a thing between them hold it; with less they are about to let go [m]."""


def grip_kept(rows: Array, where: Array, observation: Observation) -> Array:
    """A model's rows, with fingers that hold something firmly pressed on it as long as they aren't open in the end.

    A model that presses harder may do so. How lightly something fragile is held is the model's business.

    Args:
        rows: as predicted, shape (H, 14).
        where: joints that the arms are sent to before, shape (14,).
        observation: of the same time.
    """
    kept = rows.copy()
    for side, column in names.GRIPPER_COLUMN.items():
        item, measured = observation.scene.held_by(side), float(observation.positions[column])
        if item is None or is_fragile(item.category):
            continue
        if where[column] < measured - _PRESSED_M and rows[-1, column] < measured:
            kept[:, column] = np.minimum(rows[:, column], kept_travel(measured, item.category))
    return kept
