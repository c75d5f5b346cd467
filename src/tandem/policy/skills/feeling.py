"""Finding an object's middle between the fingers by touch, where it can't give way because another hand holds it."""

import numpy as np

from tandem.cell.chunk import ContactPair
from tandem.cell.names import Side
from tandem.cell.observation import Observation
from tandem.cell.pose import Pose
from tandem.policy.skills.actions import SLOW, Go, Goal, Skill
from tandem.policy.skills.gripping import OPEN
from tandem.policy.skills.situation import Situation

FEEL_M = 0.005
"""An object may be so far off the middle."""

TOUCH_N = 6.0
"""A sideways force on a hand that tells of one finger's touch."""

_LIGHT_TOUCH_N = 1.0
"""Difference between the fingers' forces that does, for something fragile."""

_LIGHTLY_S = 8.0
_SLOWLY_S = 3.6
"""Time to close over the range in which a finger may touch: in 0.4 s, until it is noticed, that comes to 1 mm at most."""

_WORTH_M = 0.0005


def centre_by_feel(
    situation: Situation, side: Side, half_width: float, contacts: tuple[ContactPair, ...], *, lightly: bool = False
) -> Skill:
    """Close slowly until one finger touches, then move the hand so that the other one does as well.

    Args:
        situation: of the cell.
        side: the hand, with its open fingers around an object.
        half_width: of the object between the fingers [m].
        contacts: that are allowed meanwhile.
        lightly: feel with the pads, and more slowly, since the object is fragile.
    """
    felt, touch_n = (pads_difference, _LIGHT_TOUCH_N) if lightly else (sideways_force, TOUCH_N)
    note = f"feeling with the {side} hand"
    near = Goal(grippers={side: min(OPEN, half_width + FEEL_M)}, contacts=contacts, note=note)
    slowly = Goal(
        grippers={side: half_width - _WORTH_M}, fingers_s=_LIGHTLY_S if lightly else _SLOWLY_S, contacts=contacts, note=note
    )
    yield Go((near, slowly), enough=lambda seen: abs(felt(seen, side)) > touch_n)
    force = felt(situation.observation, side)
    off = situation.travel(side) - half_width
    if abs(force) < touch_n or not _WORTH_M < off < 2 * FEEL_M:
        return
    centred = shifted(situation.tcp(side), float(np.sign(force)) * off)
    yield Go((Goal(tcp={side: centred}, straight=True, speed=SLOW, contacts=contacts, note=note),))


def sideways_force(observation: Observation, side: Side) -> float:
    """Force on a hand along its fingers' closing direction [N], positive when the finger at +y is pushed; 0 if not measured."""
    wrench = observation.wrenches.get(side)
    return 0.0 if wrench is None else float(wrench[1])


def pads_difference(observation: Observation, side: Side) -> float:
    """How much harder the finger at +y is pushed than the other one [N]; 0 where touch isn't measured."""
    pads = observation.tactile.get(side)
    if pads is None:
        return 0.0
    first, second = pads[..., 0].sum(axis=(1, 2))
    return float(first - second)


def shifted(pose: Pose, distance: float) -> Pose:
    """A tcp pose moved along its y axis [m]."""
    x, y, z = (float(value) for value in np.array(pose.position) + distance * pose.rotation[:, 1])
    return Pose((x, y, z), pose.quaternion)
