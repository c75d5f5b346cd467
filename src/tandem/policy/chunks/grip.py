"""A hand keeps its grip until the model means to open it: fingers that waver let go of what they hold for a moment."""

import numpy as np
from numpy.typing import NDArray

from tandem.cell import names
from tandem.cell.observation import Observation
from tandem.policy.skills.gripping import kept_travel

Array = NDArray[np.float64]

_OPENS_M = 0.0005
"""Fingers that are sent this much farther apart in the end than they are held by a thing between them are meant to open [m]."""


def grip_kept(rows: Array, observation: Observation) -> Array:
    """A model's rows, shape (H, 14), with fingers that hold something pressed on it up to where they begin to open.

    A model that presses harder may do so.
    """
    kept = rows.copy()
    for side, column in names.GRIPPER_COLUMN.items():
        item = observation.scene.held_by(side)
        if item is None:
            continue
        measured = float(observation.positions[column])
        held = slice(0, _opening_begins(rows[:, column], measured))
        kept[held, column] = np.minimum(rows[held, column], kept_travel(measured, item.category))
    return kept


def _opening_begins(travel: Array, measured: float) -> int:
    """The row from which fingers spread until they are open, their number of rows where they aren't open in the end.

    That is long before they let go: the model sees how far it has sent them, and would begin anew with every answer.
    """
    if travel[-1] < measured + _OPENS_M:
        return len(travel)
    still_held = np.flatnonzero(travel < measured + _OPENS_M)
    opened = int(still_held[-1]) + 1 if len(still_held) else 0
    closing = np.flatnonzero(np.diff(travel[: opened + 1]) <= 0.0)
    return int(closing[-1]) + 1 if len(closing) else 0
