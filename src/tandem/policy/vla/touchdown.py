"""A hole's floor that isn't felt where it is seen lies deeper: what two hands hold is known to a few millimetres only, since it
leans or slips in the fingers and no camera measures it there."""

from collections.abc import Mapping
from math import dist

import numpy as np

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

_STEP_M = 0.0015
_MOST_M = 0.010
"""The floor is taken to be deeper by so much a look, and by so much in all."""


class Touchdown:
    """How much lower than seen the target of an insertion is, from what the wrists feel. One for a step after the other.

    What was found counts for further attempts as well, as long as the hands hold both things.
    """

    def __init__(self) -> None:
        self._seated_n = float(description.settings("cell.yaml")["insertion"]["seated"])
        self._lower = 0.0
        self._hands: Mapping[Side, Pose] | None = None

    def lower(self, seen: Observation, step: Step, hands: Mapping[Side, Pose]) -> float:
        """By how much the target lies lower than seen [m]; to be asked once a look.

        Args:
            seen: the look, with wrenches; where they aren't measured, nothing is made of their silence.
            step: any; 0 for all but insertions into what the other hand holds.
            hands: tcp poses in the world at that time, by side.
        """
        peg, base = seen.scene.get(step.object), seen.scene.get(step.target)
        if step.verb != "insert" or peg is None or base is None or {peg.held_by, base.held_by} != set(names.SIDES):
            self._lower, self._hands = 0.0, None
            return 0.0
        if self._stopped(hands) and not self._felt_seated(seen) and self._ought_to_stand(peg, base, hands):
            self._lower = min(self._lower + _STEP_M, _MOST_M)
        return self._lower

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
