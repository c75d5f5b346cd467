"""Whether a hand holds something: as perceived, and as the fingers feel it."""

from tandem.cell import names
from tandem.cell.names import Side
from tandem.policy.skills.gripping import BLOCKED, EMPTY
from tandem.policy.skills.motion import fingers_rest
from tandem.policy.skills.situation import Situation

GRIP_S = 1.2
"""Time for the fingers to come to rest and for perception to see what they hold [s]."""


def holds(situation: Situation, side: Side, name: str) -> bool:
    """Whether perception says that a hand holds an object, and its fingers are at rest."""
    held = situation.scene.held_by(side)
    return held is not None and held.name == name and fingers_rest(situation.observation)


def closed_on_something(situation: Situation, side: Side) -> bool:
    """Whether the fingers were stopped by something on their way."""
    sent = float(situation.commanded[names.GRIPPER_COLUMN[side]])
    return situation.travel(side) > max(EMPTY, sent + BLOCKED)
