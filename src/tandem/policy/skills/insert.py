"""Put a peg into a socket, one hand holding each, by force rather than by sight where they touch."""

from collections.abc import Generator

import numpy as np

from tandem.cell import description
from tandem.cell.names import Side
from tandem.cell.plan import Step
from tandem.cell.relations import is_plugged
from tandem.policy.skills.actions import SLOW, Action, Go, Goal, Report, Skill, SkillFailure, Until
from tandem.policy.skills.grasps import APPROACH_M
from tandem.policy.skills.gripping import LOOSE, OPEN
from tandem.policy.skills.pick import one_arm
from tandem.policy.skills.placing import LET_GO_S
from tandem.policy.skills.plugging import ABOVE_M, Plugging, plug_contacts, pluggings
from tandem.policy.skills.pushing import Push
from tandem.policy.skills.recovery import first_that_works, leave
from tandem.policy.skills.situation import Situation, fingers, home_joints, in_words, raised

PROBING = 0.003
"""Speed where the peg may meet the socket: it moves on by about 1 mm until that is noticed [m/s]."""

SINKING = 0.012
"""Speed of a peg that is in the hole [m/s]."""

SEATING = 0.0015
"""Speed where it may meet the floor of the hole, which gives less way than its slopes [m/s]."""

TRIES = 12

_NEAR_M = 0.002
"""The peg is lowered quickly to so far above the rim."""

_SAFELY_IN_M = 0.003
"""So far below the slopes a peg is in the hole."""

_SHORT_M = 0.003
"""So far above the floor it is slow again; a peg that is stopped there or deeper has met the floor, by and large."""

_BEYOND_M = 0.003
"""The floor may be so much deeper than it seems."""

_PUSHED_N = 0.5
_PUSHED_SHARE = 0.3
"""A sideways force tells where the hole is from that size on, and from that share of what pushes the peg up: slopes push aside,
a flat rim doesn't."""

_STEP_M = 0.0007
"""The least by which the peg is moved aside."""

_MOST_ASIDE_M = 0.0035

_ON_SLOPES_M = 0.002
"""What stopped the peg nearer above the end of the slopes, or below it, isn't the rim."""

_WIDER_M = 0.0025
"""Radius of the first place that is tried around the hole's middle as perceived; it grows with the root of their number."""

_TURN = 2.4
"""Angle between one such place and the next [rad]: never the same twice."""

_BACK_M = 0.004
"""A peg that met something is drawn back so far before it is moved aside."""


def insert(situation: Situation, step: Step) -> Skill:
    """Put ``step.object``, which ``step.arm`` holds, into ``step.target``, which the other hand holds and keeps."""
    side = one_arm(step)
    item, target = situation.object(step.object), situation.object(step.target)
    if not item.held_by and is_plugged(item, target):
        return
    report, plugging = yield from first_that_works(
        situation,
        side,
        lambda: pluggings(situation, side, step.object, step.target),
        lambda way: _bring(step, way),
    )
    if not report.ok or plugging is None:
        raise SkillFailure(f"can't bring {in_words(step.object)} to {in_words(step.target)}: {report.reason}")
    reason = yield from _push_in(situation, plugging, step)
    if reason:
        yield Go((_move(situation, plugging, step, -ABOVE_M, (0.0, 0.0), SINKING),))
        raise SkillFailure(reason)
    report = yield from _let_go(situation, side, step)
    if not report.ok:
        raise SkillFailure(report.reason)


def _bring(step: Step, plugging: Plugging) -> Go:
    """Both hands to where they meet, the peg above the hole, then almost down to it."""
    words = in_words(step.object)
    contacts = plug_contacts(step.object, step.target)
    face = Goal(joints=plugging.way.joints, note=f"bringing {words} over {in_words(step.target)}")
    near = Goal(
        tcp={plugging.side: plugging.tcp(-_NEAR_M)}, straight=True, speed=SLOW, contacts=contacts, note=f"lowering {words}"
    )
    return Go((face, near), progress=0.4)


def _push_in(situation: Situation, plugging: Plugging, step: Step) -> Generator[Action, Report, str]:
    """Down to the floor of the hole, moved aside wherever something is in the way; the reason why that failed, or nothing."""
    limits = description.settings("cell.yaml")["insertion"]
    contact, seated = float(limits["contact"]), float(limits["seated"])
    hole, words = plugging.hole, in_words(step.object)
    slopes = hole.rim - hole.throat
    stages = (
        (slopes + _SAFELY_IN_M, PROBING, contact),
        (hole.depth - _SHORT_M, SINKING, contact),
        (hole.depth + _BEYOND_M, SEATING, seated),
    )
    yield Until(lambda _: False, 0.5, plug_contacts(step.object, step.target), f"holding {words} still", 0.45)
    push = Push.tared(situation.observation, plugging.side)
    offset = (0.0, 0.0)
    for attempt in range(TRIES):
        for depth, speed, limit in stages:
            if plugging.depth(situation.tcp(plugging.side)) >= depth - 1e-4:
                continue
            goal = _move(situation, plugging, step, depth, offset, speed)
            report = yield Go((goal,), 0.5, enough=lambda seen, limit=limit: push.back(seen) > limit)  # type: ignore[misc]
            if not report.ok:
                return report.reason
            if push.back(situation.observation) > limit:
                break
        reached = plugging.depth(situation.tcp(plugging.side))
        if reached > hole.depth - 2 * _SHORT_M:
            return ""
        offset = _aside(situation, plugging, push, reached, offset, attempt)
        yield Go((_move(situation, plugging, step, reached - _BACK_M, offset, PROBING),), 0.5)
    return f"{words} doesn't go into {in_words(step.target)}"


def _aside(
    situation: Situation, plugging: Plugging, push: Push, reached: float, offset: tuple[float, float], attempt: int
) -> tuple[float, float]:
    """Where to try next, off the hole's middle as perceived: to where the socket pushes the peg.

    Where it doesn't push it anywhere, the peg stands on the rim, and tries places farther and farther around; or it is caught
    farther down, and tries places close by.
    """
    hole = plugging.hole
    turn = plugging.socket.rotation.T @ situation.tcp(plugging.side).rotation
    force = turn @ push.force(situation.observation)
    sideways, size = force[:2], float(np.linalg.norm(force[:2]))
    to_throat = hole.rim - hole.throat - reached
    if size > max(_PUSHED_N, _PUSHED_SHARE * float(force[2])):
        way = sideways / size * (_STEP_M + min(max(to_throat * hole.slope, 0.0), _MOST_ASIDE_M))
        return float(offset[0] + way[0]), float(offset[1] + way[1])
    around = np.array([np.cos(_TURN * attempt), np.sin(_TURN * attempt)])
    if to_throat < _ON_SLOPES_M:
        x, y = np.add(offset, 2 * _STEP_M * around)
    else:
        x, y = _WIDER_M * np.sqrt(attempt + 1.0) * around
    return float(x), float(y)


def _move(situation: Situation, plugging: Plugging, step: Step, depth: float, offset: tuple[float, float], speed: float) -> Goal:
    """Straight to a depth, at an even pace [m/s]."""
    pose, here = plugging.tcp(depth, offset), situation.tcp(plugging.side)
    way = float(np.linalg.norm(np.subtract(pose.position, here.position)))
    note = f"pushing {in_words(step.object)} into {in_words(step.target)}"
    contacts = plug_contacts(step.object, step.target)
    return Goal(tcp={plugging.side: pose}, straight=True, speed=SLOW, seconds=way / speed, contacts=contacts, note=note)


def _let_go(situation: Situation, side: Side, step: Step) -> Generator[Action, Report, Report]:
    """Open the hand that held the peg, and go home with it; the other one stays as it is."""
    contacts = (*plug_contacts(step.object, step.target), (fingers(side), step.object))
    note = f"letting {in_words(step.object)} go"
    loose = {side: min(OPEN, situation.travel(side) + LOOSE)}
    yield Go((Goal(grippers=loose, contacts=contacts, note=note),), progress=0.8)
    yield Until(lambda seen: seen.scene.held_by(side) is None, LET_GO_S, contacts, note, 0.85)
    up = Goal(tcp={side: raised(situation.tcp(side), APPROACH_M)}, straight=True, speed=SLOW, contacts=contacts, note="rising")
    home = Goal(joints={side: home_joints(side)}, grippers={side: OPEN}, contacts=contacts, note=f"moving the {side} arm home")
    return (yield from leave(situation, (side,), up, home))
