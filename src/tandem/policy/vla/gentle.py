"""Something fragile is let go a little above where it is to stand: a hand that errs by millimetres would break it there."""

import numpy as np
from numpy.typing import NDArray

from tandem.cell import names
from tandem.cell.plan import Step
from tandem.cell.props import is_fragile
from tandem.cell.scene import Scene

_ABOVE_M = 0.004
"""As far as hands err in height, about; a fall from there does no harm."""


def lower(scene: Scene, step: Step) -> NDArray[np.float64]:
    """How much lower than it is each hand is to be told that it is, left then right, shape (2,) [m]: so much higher it stops."""
    item = scene.get(step.object)
    told = step.verb == "place" and item is not None and is_fragile(item.category)
    return np.array([_ABOVE_M if told and item is not None and item.held_by == side else 0.0 for side in names.SIDES])
