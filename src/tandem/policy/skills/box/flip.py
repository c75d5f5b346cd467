"""Flip a switch: closed fingers push its lever over from the side, while the other hand braces the box."""

from collections.abc import Generator, Iterator
from math import sin

import numpy as np

from tandem.cell import description
from tandem.cell.busybox.parts import part_named
from tandem.cell.busybox.state import lever_tilt
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.scene import SceneObject
from tandem.policy.skills.actions import Action, Go, Goal, Report, Skill, SkillFailure
from tandem.policy.skills.box.bracing import Stance, leave_stance, take_stance
from tandem.policy.skills.box.felt import Felt
from tandem.policy.skills.box.hands import FIST, FIST_HALF_M, QUARTERS, face_height, frame_of, needs_empty_hand, tips_at, touch_of
from tandem.policy.skills.pick import one_arm
from tandem.policy.skills.situation import Situation, in_words

_TIPS_M = 0.011
"""Height of the fingertips above the face: they meet the lever near its tip, and clear its foot once it is over."""

_BESIDE_M = 0.006
"""From the lever's tip to the fingers before they push."""

_PAST_M = 0.004
"""The fingers push on to so far past the switch's middle, which is seen a few millimetres off; the lever goes on by itself."""

_PUSHING = 0.04
"""Speed [m/s]."""


def flip(situation: Situation, step: Step) -> Skill:
    """Bring the switch ``step.object`` to ``step.setting``, ``on`` or ``off``, with ``step.arm``; then both arms go home."""
    side = one_arm(step)
    needs_empty_hand(situation, side)
    lever = situation.object(step.object)
    if lever.state == step.setting:
        return
    contacts = touch_of(side, lever.name)
    stance = yield from take_stance(
        situation, side, lever.name, lambda: _places(situation, step.object, on=step.setting == "on"), FIST, contacts
    )
    report = yield from _push_over(situation, stance, lever)
    yield from leave_stance(situation, stance)
    if not report.ok:
        raise SkillFailure(report.reason)


def _places(situation: Situation, name: str, *, on: bool) -> Iterator[tuple[Pose, Pose]]:
    """Where the fingers begin beside the lever, and where they have pushed it over; for each turn of the hand."""
    lever, frame = situation.object(name), frame_of(situation, part_named(name).module)
    y = float((frame.inverse @ lever.pose).position[1])
    own, way = description.settings("busybox.yaml")["switches"]["lever"], 1.0 if on else -1.0
    out = float(own["length"]) * sin(abs(lever_tilt(True))) + float(own["diameter"]) / 2
    tips = face_height(situation) + _TIPS_M
    for quarter in QUARTERS:
        start, end = (frame @ Pose((way * x, y, 0.0)) for x in (-out - _BESIDE_M - FIST_HALF_M, _PAST_M - FIST_HALF_M))
        yield (
            tips_at(start.position[0], start.position[1], tips, frame.yaw + quarter),
            tips_at(end.position[0], end.position[1], tips, frame.yaw + quarter),
        )


def _push_over(situation: Situation, stance: Stance, lever: SceneObject) -> Generator[Action, Report, Report]:
    """Push until past the middle; whether the lever was felt."""
    start, end = stance.places
    words, side = in_words(lever.name), stance.worker
    way = np.subtract(end.position, start.position)
    against = -start.rotation.T @ way / np.linalg.norm(way)
    felt = Felt.from_now(situation.observation, side, lambda force: float(force @ against))
    push = Goal(
        tcp={side: end},
        straight=True,
        seconds=float(np.linalg.norm(way)) / _PUSHING,
        contacts=stance.touching,
        note=f"pushing {words} over",
    )
    report = yield Go((push,), 0.7, enough=felt.listen)
    felt.note(situation.observation)
    if report.ok and felt.measured and not felt.touched:
        return Report(False, reason=f"{words} wasn't felt where it seemed to be")
    return report
