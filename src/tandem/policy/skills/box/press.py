"""Push a button: closed fingers come down on it, find its cap by touch, and go on until it clicks."""

from collections.abc import Generator, Iterator
from math import pi

from tandem.cell import description
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.scene import SceneObject
from tandem.policy.skills.actions import Action, Go, Goal, Report, Skill, SkillFailure, Until
from tandem.policy.skills.box.approach import approach
from tandem.policy.skills.box.felt import LISTENING_S, Felt, pushed_back
from tandem.policy.skills.box.hands import (
    FIST,
    QUARTERS,
    Descent,
    come_down,
    descents,
    lowest_tips,
    needs_empty_hand,
    rise_and_leave,
    tips_at,
    touch_of,
)
from tandem.policy.skills.grasps import FINGERTIP_M
from tandem.policy.skills.pick import one_arm
from tandem.policy.skills.situation import Situation, in_words, raised

_ABOVE_M = 0.005
"""The fingers stop so far above a cap as perceived, and feel their way from there."""

_PRESSING = 0.008
"""Speed there [m/s]: 3 mm from one observation to the next."""

_BOTTOM_N = 5.0
"""Twice what the click takes: the cap is at its stop."""

_BEYOND_M = 0.002
"""It may be so much lower than it seems."""

_EIGHTH = pi / 4


def press(situation: Situation, step: Step) -> Skill:
    """Push the button ``step.object`` once with ``step.arm``, and bring the arm home."""
    side = one_arm(step)
    needs_empty_hand(situation, side)
    button = situation.object(step.object)
    contacts = touch_of(side, button.name)
    report, taken = yield from approach(
        situation,
        side,
        button.name,
        lambda: descents(situation, side, button.name, _places(situation.object(step.object)), FIST, contacts),
        lambda descent: come_down(descent, button.name, FIST, 0.4),
    )
    if taken is None or not report.ok:
        raise SkillFailure(f"can't push {in_words(button.name)}: {report.reason}")
    pressed = yield from _push_down(situation, taken, situation.object(step.object))
    yield from rise_and_leave(situation, (side,), taken.contacts)
    if not pressed.ok:
        raise SkillFailure(pressed.reason)


def _places(button: SceneObject) -> Iterator[tuple[Pose, ...]]:
    """Over the middle of the cap, turned so that the fingers' flat sides face the neighbours, which are diagonally beside it."""
    x, y, top = button.pose.position
    for quarter in QUARTERS:
        yield (tips_at(x, y, top + _ABOVE_M, button.pose.yaw + _EIGHTH + quarter),)


def _push_down(situation: Situation, taken: Descent, button: SceneObject) -> Generator[Action, Report, Report]:
    """Down until the cap is felt to be at its stop; whether a button was felt at all."""
    words, side, contacts = in_words(button.name), taken.side, taken.contacts
    yield Until(lambda _: False, LISTENING_S, note=f"listening over {words}")
    felt = Felt.from_now(situation.observation, side, pushed_back)
    here = situation.tcp(side)
    travel = float(description.settings("busybox.yaml")["buttons"]["travel"])
    lowest = max(button.pose.position[2] - travel - _BEYOND_M, lowest_tips(situation)) + FINGERTIP_M
    way = here.position[2] - lowest
    down = Goal(
        tcp={side: raised(here, -way)}, straight=True, seconds=way / _PRESSING, contacts=contacts, note=f"pressing {words}"
    )
    report = yield Go((down,), 0.6, enough=lambda seen: felt.note(seen) > _BOTTOM_N)
    felt.note(situation.observation)
    if report.ok and felt.measured and not felt.touched:
        return Report(False, reason=f"{words} wasn't felt where it seemed to be")
    if report.ok and felt.measured and not felt.gave_way and felt.peak < _BOTTOM_N:
        return Report(False, reason=f"{words} wasn't felt to click")
    return report
