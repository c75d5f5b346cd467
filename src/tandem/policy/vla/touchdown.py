"""Where a peg should stand on the floor of a hole but isn't felt to, it is higher than it seems: what two hands hold is known to
a few millimetres only, since it leans or slips in the fingers and no camera measures it there."""

from collections.abc import Mapping
from math import dist

import numpy as np
from numpy.typing import NDArray

from tandem.cell import description, names, socket
from tandem.cell.names import Side
from tandem.cell.observation import Observation
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.scene import SceneObject
from tandem.policy import grounding

_NEAR_M = 0.004
"""A peg that is seen this near to the floor of the hole ought to touch it soon."""

_AT_REST_M = 0.0005
"""Hands that move less than this from one look to the next have stopped."""

_STEP_M = 0.001
_MOST_M = 0.008
"""The peg is taken to be higher by so much a look, and by so much in all."""


class Touchdown:
    """How much higher than it seems the hand with the peg is over the other one, from what the wrists feel.

    What was found counts for further attempts as well, as long as the hands hold both things.
    """

    def __init__(self) -> None:
        self._seated_n = float(description.settings("cell.yaml")["insertion"]["seated"])
        self._higher = 0.0
        self._hands: Mapping[Side, Pose] | None = None

    def higher(self, seen: Observation, step: Step, hands: Mapping[Side, Pose]) -> NDArray[np.float64]:
        """How much higher than it seems each hand is, left then right, shape (2,) [m]; to be asked once a look.

        Args:
            seen: the look, with wrenches; where they aren't measured, nothing is made of their silence.
            step: any; 0 for all but insertions into what the other hand holds.
            hands: tcp poses in the world at that time, by side.
        """
        peg, base = seen.scene.get(step.object), seen.scene.get(step.target)
        if step.verb != "insert" or peg is None or base is None or {peg.held_by, base.held_by} != set(names.SIDES):
            self._higher, self._hands = 0.0, None
            return np.zeros(2)
        if self._stopped(hands) and not self._felt_seated(seen) and self._ought_to_stand(peg, base, hands):
            self._higher = min(self._higher + _STEP_M, _MOST_M)
        return np.array([self._higher if peg.held_by == side else 0.0 for side in names.SIDES])

    def _stopped(self, hands: Mapping[Side, Pose]) -> bool:
        before, self._hands = self._hands, hands
        return before is not None and all(dist(before[side].position, hand.position) < _AT_REST_M for side, hand in hands.items())

    def _felt_seated(self, seen: Observation) -> bool:
        """Whether a hand feels that; also where nobody measures it."""
        forces = [seen.wrenches.get(side) for side in names.SIDES]
        return any(force is None or float(np.linalg.norm(force[:3])) > self._seated_n for force in forces)

    def _ought_to_stand(self, peg: SceneObject, base: SceneObject, hands: Mapping[Side, Pose]) -> bool:
        at, around = grounding.carried_pose(peg, hands), grounding.carried_pose(base, hands)
        return socket.plugged(at, peg.size[2], around, base.size) > socket.hole_of(base.size).depth - _NEAR_M
