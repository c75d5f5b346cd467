"""Closing the fingers on something fragile by what they feel: the force builds up slowly, and stays small."""

import numpy as np

from tandem.cell import names
from tandem.cell.chunk import ContactPair
from tandem.cell.names import Side
from tandem.cell.observation import Observation
from tandem.cell.props import is_fragile
from tandem.policy.skills.actions import Go, Goal, Skill, SkillFailure
from tandem.policy.skills.gripping import OPEN
from tandem.policy.skills.holding import closed_on_something
from tandem.policy.skills.situation import Situation, in_words

GRIP_N = 4.0
"""Force of each finger on something fragile."""

TOUCH_N = 1.5
"""From this force on both fingers press it; the motion then ends, 0.4 s later at most."""

ENOUGH_N = 6.0
"""No finger presses harder while it closes."""

HELD_N = 1.0
"""With less than this a finger has lost it."""

_BEFORE_M = 0.002
_BEYOND_M = 0.0045
_SLOWLY_S = 8.0
"""From so far outside of its surface to so far inside, in that time: in 0.4 s half a millimetre at most."""

_NEAR_ENOUGH_N = 0.8
_STIFFNESS = 5000.0
"""Of the fingers and what they press on, about [N/m]."""

_MOST_M = 0.0006
_CORRECTION_S = 0.5
_CORRECTIONS = 4


def force_of(observation: Observation, side: Side) -> float | None:
    """Force of the finger that presses less [N]; None where touch isn't measured."""
    pads = observation.tactile.get(side)
    return None if pads is None else float(pads[..., 0].sum(axis=(1, 2)).min())


def _is_pressed(observation: Observation, side: Side) -> bool:
    """Whether both fingers touch, or one presses so hard that the other one won't get there."""
    pads = observation.tactile.get(side)
    if pads is None:
        return False
    less, more = sorted(pads[..., 0].sum(axis=(1, 2)))
    return bool(less > TOUCH_N or more > ENOUGH_N)


def grips(situation: Situation, side: Side, category: str) -> bool:
    """Whether a hand has something of that kind between its fingers, by feel."""
    if not is_fragile(category):
        return closed_on_something(situation, side)
    force = force_of(situation.observation, side)
    return force is not None and force > HELD_N


def close_gently(situation: Situation, side: Side, name: str, half_width: float, contacts: tuple[ContactPair, ...]) -> Skill:
    """Close on something about that wide until both fingers press it, and go on to a light grip.

    Args:
        situation: of the cell.
        side: the hand, with its open fingers around the object.
        name: of the object.
        half_width: of the object between the fingers, as perceived [m].
        contacts: that are allowed meanwhile.

    Raises:
        SkillFailure: touch isn't measured.
    """
    if force_of(situation.observation, side) is None:
        raise SkillFailure(f"the {side} fingers report no touch, and {in_words(name)} would break")
    note = f"closing gently on {in_words(name)}"
    near = Goal(grippers={side: min(OPEN, half_width + _BEFORE_M)}, contacts=contacts, note=note)
    slowly = Goal(grippers={side: half_width - _BEYOND_M}, fingers_s=_SLOWLY_S, contacts=contacts, note=note)
    yield Go((near, slowly), enough=lambda seen: _is_pressed(seen, side), progress=0.5)
    for _ in range(_CORRECTIONS):
        force = force_of(situation.observation, side) or 0.0
        if force < HELD_N or abs(force - GRIP_N) < _NEAR_ENOUGH_N:
            return
        step = float(np.clip((force - GRIP_N) / _STIFFNESS, -_MOST_M, _MOST_M))
        travel = float(situation.commanded[names.GRIPPER_COLUMN[side]]) + step
        yield Go((Goal(grippers={side: travel}, fingers_s=_CORRECTION_S, contacts=contacts, note=note),), progress=0.55)
