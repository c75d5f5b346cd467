"""Pull a wire out: fingers take one of its plugs, pull along its axis until it lets go, and lay it down beside its jack.

A plug stands between its neighbours on two sides, and its own cable leaves it over a third. The finger on that side comes down
farther away, where it pushes the loop down from above, and then closes: nearer, it would wedge the cable in against the plug.
Loops of other wires that lean over are pushed aside.
"""

import math
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from tandem.cell import description
from tandem.cell.busybox.state import ROW_NAMES
from tandem.cell.chunk import ContactPair
from tandem.cell.names import Side, other_side
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.scene import SceneObject
from tandem.policy.skills.actions import SLOW, Action, Go, Goal, Report, Skill, SkillFailure
from tandem.policy.skills.box.bracing import Stance, let_go, take_stance
from tandem.policy.skills.box.felt import Felt
from tandem.policy.skills.box.hands import (
    HALVES,
    against_loops,
    frame_of,
    needs_empty_hand,
    tips_at,
    touch_of,
)
from tandem.policy.skills.grasps import FINGERTIP_M
from tandem.policy.skills.holding import closed_on_something
from tandem.policy.skills.pick import one_arm
from tandem.policy.skills.situation import Situation, in_words, raised

TIPS_M = 0.0095
"""Height of the fingertips above the face: above the jacks, and a cable that lies on the face."""

OUTER_M, INNER_M = 0.009, 0.021
"""From a plug's axis to the finger on its outer side, and to the one on the side of the loop, as they come down."""

OPENING = (OUTER_M + INNER_M) / 2
"""Travel of the fingers then [m]; the hand is off the plug by half the difference."""

PAUSE_M = 0.02
"""Over a plug the fingertips stop, just above its top, so far above where they will close on it."""

_CLOSING_S, _PIECES = 1.6, 4

_SIDEWAYS_N = 11.0
"""A hand that is pushed sideways harder than this while it closes has wedged the cable: it would push the box aside and slide off
towards the neighbour."""

GRIP_M = 0.0016
"""Fingers are sent so far into a plug: by the stiffness of their drives they hold it with 32 N each."""

_CLEAR_M = 0.004
"""A plug is pulled so much farther than its pin is deep."""

_FARTHER_M = 0.004
"""While something is felt to hold on, which may be the cable, it is pulled farther by so much."""

_PULLING = 0.03
"""Speed [m/s]."""

ASIDE_M = 0.013
"""It is laid down so far from its jack, towards the other one."""

DROP_M = 0.003
"""Its pin is so far above the face when it is let go."""


def pull(situation: Situation, step: Step) -> Skill:
    """Pull one plug of the wire ``step.object`` out of its jack with ``step.arm``, and bring the arm home."""
    side = one_arm(step)
    needs_empty_hand(situation, side)
    wire = situation.object(step.object)
    if wire.state == "out":
        return
    plugs = [situation.object(f"{wire.name}/{row}") for row in ROW_NAMES]
    contacts = touch_of(side, *(item.name for item in situation.scene if item.category == "wire"), *(plug.name for plug in plugs))
    names = [plug.name for plug in plugs]
    stance, report = yield from _take(situation, side, wire, names, contacts)
    if not report.ok:
        yield from let_go(situation, stance, OPENING)
        names.remove(min(names, key=lambda name: math.dist(situation.object(name).pose.position, stance.places[0].position)))
        stance, report = yield from _take(situation, side, wire, names, contacts)
    if report.ok:
        report = yield from _pull_out(situation, stance, wire)
    if report.ok:
        yield from _lay_down(situation, stance, wire)
    yield from let_go(situation, stance, OPENING)
    if not report.ok:
        raise SkillFailure(report.reason)


def _take(
    situation: Situation, side: Side, wire: SceneObject, names: Sequence[str], contacts: tuple[ContactPair, ...]
) -> Generator[Action, Report, tuple[Stance, Report]]:
    """Take one of these plugs, whichever can be got at best; how both hands are then, and whether it is in the fingers."""
    places = partial(_places, situation, names)
    stance = yield from take_stance(situation, side, names[0], places, OPENING, contacts, lifting=True, pause_m=PAUSE_M)
    # The cable that is pulled on may brush against the hand that braces.
    stance = replace(stance, contacts=(*stance.contacts, *touch_of(other_side(side), wire.name)))
    return stance, (yield from close_on(situation, stance, wire))


def _places(situation: Situation, names: Sequence[str]) -> Iterator[tuple[Pose, ...]]:
    """Around each plug, the fingers on the sides where there is no neighbour, the hand turned either way."""
    frame = frame_of(situation, "wires")
    for name in names:
        x, y, _ = (frame.inverse @ situation.object(name).pose).position
        yield from around(frame, x, y, 1.0 if y < 0 else -1.0)


def around(frame: Pose, x: float, y: float, inward: float) -> Iterator[tuple[Pose, ...]]:
    """Tcp poses about an upright plug at x and y in a module's frame, whose cable leaves it towards y of that sign; and where the
    hand is when it has pulled it out."""
    over = frame @ Pose((x, y + inward * (INNER_M - OUTER_M) / 2, 0.0))
    for turn in HALVES:
        down = tips_at(over.position[0], over.position[1], over.position[2] + TIPS_M, frame.yaw + turn)
        yield down, raised(_centred(frame, down), _lift())


def close_on(situation: Situation, stance: Stance, wire: SceneObject) -> Generator[Action, Report, Report]:
    """From where the hand has come down, close on the plug and move over it, so that both fingers meet it at once."""
    words, side, taken = in_words(wire.name), stance.worker, stance.places[0]
    half = float(description.settings("busybox.yaml")["wires"]["plug"]["diameter"]) / 2
    end = _centred(frame_of(situation, "wires"), taken)
    # In pieces, since each is planned with the fingers as far open as they are at its start.
    goals = tuple(
        Goal(
            tcp={side: against_loops(situation, side, _between(taken, end, piece / _PIECES))},
            grippers={side: OPENING + (half - GRIP_M - OPENING) * piece / _PIECES},
            fingers_s=_CLOSING_S / _PIECES,
            straight=True,
            seconds=_CLOSING_S / _PIECES,
            contacts=stance.touching,
            note=f"taking {words}",
        )
        for piece in range(1, _PIECES + 1)
    )
    sideways = Felt.from_now(situation.observation, side, lambda force: abs(float(force[0])))
    report = yield Go(goals, 0.5, enough=lambda seen: sideways.note(seen) > _SIDEWAYS_N)
    if sideways.peak > _SIDEWAYS_N:
        return Report(False, reason=f"its cable is between {words} and the {side} hand")
    if report.ok and not closed_on_something(situation, side):
        return Report(False, reason=f"the {side} hand closed beside {words}")
    return report


def _centred(frame: Pose, taken: Pose) -> Pose:
    """The hand over the plug, from where it came down towards the middle of the module with that frame."""
    x, y, z = (frame.inverse @ taken).position
    outward = -1.0 if y < 0 else 1.0
    return Pose((frame @ Pose((x, y + outward * (INNER_M - OUTER_M) / 2, z))).position, taken.quaternion)


def _between(first: Pose, last: Pose, share: float) -> Pose:
    """On the way from one place to another, turned as the first."""
    x, y, z = (float(value) for value in (1.0 - share) * np.array(first.position) + share * np.array(last.position))
    return Pose((x, y, z), first.quaternion)


def _lift() -> float:
    """How far a plug is pulled [m]."""
    return float(description.settings("busybox.yaml")["wires"]["jack"]["depth"]) + _CLEAR_M


def _pull_out(situation: Situation, stance: Stance, wire: SceneObject) -> Generator[Action, Report, Report]:
    """Pull the plug up; whether it came."""
    words, side = in_words(wire.name), stance.worker
    felt = Felt.from_now(situation.observation, side, lambda force: float(force[2]))
    report = Report(False)
    for way in (_lift(), _FARTHER_M):
        pull_up = Goal(
            tcp={side: raised(situation.tcp(side), way)},
            straight=True,
            seconds=way / _PULLING,
            contacts=stance.touching,
            note=f"pulling {words}",
        )
        report = yield Go((pull_up,), 0.65, enough=felt.listen)
        felt.note(situation.observation)
        if report.ok and not closed_on_something(situation, side):
            return Report(False, reason=f"{words} slipped out of the {side} hand")
        if not report.ok or not felt.measured or felt.let_go:
            return report
    return report if stance.brace is not None else Report(False, reason=f"{words} lifts the box")


def _lay_down(situation: Situation, stance: Stance, wire: SceneObject) -> Generator[Action, Report, Report]:
    """Beside its jack, just above the face."""
    side = stance.worker
    frame, here = frame_of(situation, "wires"), situation.tcp(side)
    x, y, z = (frame.inverse @ here).position
    aside = y - ASIDE_M if y > 0 else y + ASIDE_M
    jack = description.settings("busybox.yaml")["wires"]["jack"]
    low = TIPS_M + FINGERTIP_M + float(jack["depth"]) - float(jack["height"]) + DROP_M
    note = f"laying {in_words(wire.name)} down"
    goals = tuple(
        Goal(
            tcp={side: Pose((frame @ Pose((x, aside, height))).position, here.quaternion)},
            straight=True,
            speed=SLOW,
            contacts=stance.touching,
            note=note,
        )
        for height in (z, low)
    )
    return (yield Go(goals, 0.75))
