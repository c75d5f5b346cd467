"""A free hand that is pushed back hard has come down on something: it backs off, and comes again a little beside.

A network errs by millimetres, and what it doesn't feel in demonstrations it doesn't avoid: without this a hand that comes down on
the edge of a thing presses until the cell stops it. Where it comes again is looked for further and further around, as a pin looks
for its hole.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tandem.cell import names
from tandem.cell.names import Side
from tandem.cell.observation import Observation
from tandem.cell.plan import WHOLE_VERBS, Step
from tandem.cell.pose import Pose
from tandem.policy.box.aims import BRACED
from tandem.policy.skills.searching import around

Array = NDArray[np.float64]

_PRESSED_N = 30.0
"""Nothing that a hand does while it holds nothing takes this much force; the cell stops at 80 N."""

_BRACING_N = 60.0
"""But to hold the box takes up to 50 N, and so does a plug that goes in."""

_ON_TOP_N, _SIDEWAYS = 12.0, 0.5
"""What any other hand comes down on pushes it harder than this straight back: with a smaller share across."""

_BACK_MPS, _BACK_S = 0.06, 0.35
"""It backs off so fast for so long, some 3 cm by the time of the next look: farther away it would take its work for done."""

_WIDER_M = 0.002
"""How far beside it comes again first."""


@dataclass
class _Hand:
    """It backs off until then [s], and has done so so often."""

    back_until: float = -np.inf
    tries: int = 0


class Recoil:
    """Watches the wrists during one step. Not safe to share between threads."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """A new step."""
        self._hands = {side: _Hand() for side in names.SIDES}

    def feel(self, seen: Observation, step: Step) -> None:
        """Take in one look; where wrists aren't measured, nothing is felt."""
        for side, hand in self._hands.items():
            wrench = seen.wrenches.get(side)
            if wrench is None or seen.scene.held_by(side) is not None or seen.stamp < hand.back_until:
                continue
            if _too_hard(wrench, step, side):
                hand.back_until, hand.tries = seen.stamp + _BACK_S, hand.tries + 1

    def beside(self, hands: Mapping[Side, Pose]) -> Array:
        """How far from where it is each hand is to be told that it is, left then right, shape (2, 3), in the world [m]."""
        shifts = np.zeros((len(names.SIDES), 3))
        for index, side in enumerate(names.SIDES):
            shifts[index] = hands[side].rotation[:, :2] @ around(self._hands[side].tries, _WIDER_M)
        return shifts

    def backing(self, targets: Array, before: Array, stamp: float, step_dt: float) -> Array:
        """Targets, shape (samples, H, 2, 4, 4), of which those of a hand that backs off go straight back from ``before``,
        shape (2, 4, 4), against where it points; ``stamp`` is now [s]."""
        backed = targets.copy()
        for index, side in enumerate(names.SIDES):
            if stamp >= self._hands[side].back_until:
                continue
            way = _BACK_MPS * step_dt * np.arange(1, targets.shape[1] + 1)
            backed[:, :, index] = before[index]
            backed[:, :, index, :3, 3] -= way[:, None] * before[index, :3, 2]
        return backed


def _too_hard(wrench: Array, step: Step, side: Side) -> bool:
    """Whether a hand is pushed harder than what it does takes; the wrench is in the frame of its grasp centre.

    Hooks that move the whole box are pushed sideways by it, and would lift it if they backed off: they heed only what pushes them
    straight back, as they come down on a handle rather than beside it.
    """
    push = float(np.linalg.norm(wrench[:3]))
    if step.verb == "plug" or (step.verb in BRACED and side != step.arm):
        return push > _BRACING_N
    on_top = bool(-wrench[2] > _ON_TOP_N and np.hypot(wrench[0], wrench[1]) < _SIDEWAYS * -wrench[2])
    return on_top or (push > _PRESSED_N and step.verb not in WHOLE_VERBS)
