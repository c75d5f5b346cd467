"""What a hand felt while it pushed: the force over time, from before it touched anything."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tandem.cell.names import Side
from tandem.cell.observation import Observation

Array = NDArray[np.float64]

TOUCH_N = 0.8
"""More than this is contact."""

LISTENING_S = 0.3
"""A hand keeps still so long before it touches anything, so that what it feels then is known [s]."""

_REST_SHARE = 0.5
"""A force that has fallen to less than this share of its peak is gone."""

_FALL_N = 0.35
_FALL_SHARE = 0.12
"""A force that falls by that, and by that share of its peak, while the hand goes on, has got over something."""


@dataclass(eq=False)
class Felt:
    """A record of the force on a hand along a direction, filled from each observation's history of touch.

    Attributes:
        side: the hand.
        along: force of interest, from the measured force in the tcp frame, shape (3,), and the one before [N].
        before: force in the tcp frame when the record began, shape (3,) [N].
        begun: when that was [s].
        times, forces: the record [s; N].
    """

    side: Side
    along: Callable[[Array], float]
    before: Array
    begun: float
    times: list[float] = field(default_factory=list)
    forces: list[float] = field(default_factory=list)

    @classmethod
    def from_now(cls, observation: Observation, side: Side, along: Callable[[Array], float]) -> "Felt":
        """Begin a record; the hand must touch nothing."""
        recent = [sample.wrenches[side][:3] for sample in observation.touch[-10:] if side in sample.wrenches]
        wrench = observation.wrenches.get(side)
        now = np.zeros(3) if wrench is None else np.asarray(wrench[:3], dtype=float)
        return cls(side, along, np.mean(recent, axis=0) if recent else now, observation.stamp)

    def note(self, observation: Observation) -> float:
        """Add what is new; the force now [N]."""
        for sample in observation.touch:
            if self.side in sample.wrenches and sample.stamp > (self.times[-1] if self.times else self.begun):
                self._add(sample.stamp, sample.wrenches[self.side])
        wrench = observation.wrenches.get(self.side)
        if wrench is not None and (not self.times or observation.stamp > self.times[-1]):
            self._add(observation.stamp, wrench)
        return self.forces[-1] if self.forces else 0.0

    def listen(self, observation: Observation) -> bool:
        """Add what is new, and let the motion go on."""
        self.note(observation)
        return False

    @property
    def peak(self) -> float:
        """The largest force so far [N]."""
        return max(self.forces, default=0.0)

    @property
    def measured(self) -> bool:
        """Whether there is a record at all."""
        return bool(self.forces)

    @property
    def touched(self) -> bool:
        """Whether anything was felt."""
        return self.peak > TOUCH_N

    @property
    def gave_way(self) -> bool:
        """Whether the force rose, and then fell: a click, a detent, a lever that flipped."""
        if not self.touched:
            return False
        forces = np.array(self.forces)
        highest = np.maximum.accumulate(forces)
        fallen = highest - forces
        return bool(np.any((highest > TOUCH_N) & (fallen > _FALL_N) & (fallen > _FALL_SHARE * highest)))

    @property
    def let_go(self) -> bool:
        """Whether what resisted does so no more."""
        return self.touched and float(np.mean(self.forces[-5:])) < _REST_SHARE * self.peak

    def _add(self, stamp: float, wrench: Array) -> None:
        self.times.append(stamp)
        self.forces.append(self.along(np.asarray(wrench[:3], dtype=float) - self.before))


def pushed_back(force: Array) -> float:
    """How hard the hand is pushed back against where it points, of a force in its tcp frame, shape (3,) [N]."""
    return -float(force[2])
