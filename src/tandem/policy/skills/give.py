"""Hold an object out to a person."""

import numpy as np

from tandem.cell.marks import HAND_OUT, marked_place
from tandem.cell.names import Side
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.reach import top_down
from tandem.policy.skills.actions import Go, Goal, Skill, SkillFailure, Until
from tandem.policy.skills.pick import one_arm
from tandem.policy.skills.recovery import first_that_works
from tandem.policy.skills.situation import Situation, in_words
from tandem.policy.skills.ways import Way, easiest_way

HELD_OUT_S = 1.5
"""So long an object is held still before the step is over; the hand stays there [s]."""

SPEED = 0.6
"""Towards people more slowly than elsewhere."""

_SQUARE = (0.0, np.pi)
_OTHERWISE = tuple(float(yaw) for yaw in np.linspace(-np.pi, np.pi, 8, endpoint=False) if yaw not in (0.0, -np.pi))
"""Turns of the hand: fingers to the left and the right of the object by preference, as a person across the table sees it."""


def give(situation: Situation, step: Step) -> Skill:
    """Carry ``step.object``, which ``step.arm`` holds, to above the place where things are held out, and keep still there."""
    side = one_arm(step)
    _, in_tcp = situation.in_hand(side, step.object)
    words = in_words(step.object)
    note = f"holding {words} out"
    report, _ = yield from first_that_works(
        situation,
        side,
        lambda: _ways(situation, side, in_tcp),
        lambda way: Go((Goal(joints=way.joints, speed=SPEED, note=note),), progress=0.8),
    )
    if not report.ok:
        raise SkillFailure(f"can't hold {words} out: {report.reason}")
    until = situation.observation.stamp + HELD_OUT_S
    yield Until(lambda seen: seen.stamp >= until, HELD_OUT_S + 1.0, note=note, progress=0.95)
    situation.in_hand(side, step.object)


def _ways(situation: Situation, side: Side, in_tcp: Pose) -> list[Way]:
    """Ways to hold the object's middle above the place with the hand pointing down; the square turns first, then the easier.

    Raises:
        SkillFailure: there is none.
    """
    for yaws in (_SQUARE, _OTHERWISE):
        poses = [_tcp(yaw, in_tcp) for yaw in yaws]
        ways = [way for pose in poses if (way := easiest_way(situation, {side: (pose,)})) is not None]
        if ways:
            return sorted(ways, key=lambda way: way.effort)
    raise SkillFailure(f"the {side} arm can't get to the place where things are held out")


def _tcp(yaw: float, in_tcp: Pose) -> Pose:
    """Where the tcp must be, pointing down with that turn, so that the object's middle is above the place."""
    place = marked_place(HAND_OUT)
    turned = top_down((0.0, 0.0, 0.0), yaw)
    x, y, z = np.array([*place.position, place.height]) - turned.rotation @ np.array(in_tcp.position)
    return Pose((float(x), float(y), float(z)), turned.quaternion)
