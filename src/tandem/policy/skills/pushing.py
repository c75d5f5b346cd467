"""What a hand feels at its wrist beyond what it felt before it touched anything."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tandem.cell.names import Side
from tandem.cell.observation import Observation

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Push:
    """Forces on a hand, measured from those at a time when it touched nothing.

    Attributes:
        side: the hand.
        before: force then, in the tcp frame, shape (3,) [N].
    """

    side: Side
    before: Array

    @classmethod
    def tared(cls, observation: Observation, side: Side) -> "Push":
        """From now on."""
        return cls(side, _measured(observation, side))

    def force(self, observation: Observation) -> Array:
        """In the tcp frame, shape (3,) [N]; zero where none is measured."""
        return _measured(observation, self.side) - self.before

    def back(self, observation: Observation) -> float:
        """How hard the hand is pushed back against the direction in which it points [N]."""
        return -float(self.force(observation)[2])


def _measured(observation: Observation, side: Side) -> Array:
    wrench = observation.wrenches.get(side)
    return np.zeros(3) if wrench is None else np.asarray(wrench[:3], dtype=float)
