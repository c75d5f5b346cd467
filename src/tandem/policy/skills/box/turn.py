"""Turn the knob: fingers take its body on both sides of the pointer and turn about its axis; the other hand braces the box."""

from collections.abc import Generator, Iterator
from functools import partial
from itertools import product
from math import copysign, pi

from tandem.cell.busybox.state import KNOB_NUMBERS, knob_angle
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.scene import SceneObject
from tandem.policy.skills.actions import Action, Go, Goal, Report, Skill, SkillFailure
from tandem.policy.skills.box.bracing import Stance, let_go, take_stance
from tandem.policy.skills.box.hands import frame_of, go_on, lowest_tips, needs_empty_hand, tips_at, touch_of
from tandem.policy.skills.gripping import grasp_travel
from tandem.policy.skills.holding import closed_on_something
from tandem.policy.skills.pick import one_arm
from tandem.policy.skills.situation import Situation, in_words

_ROOM_M = 0.006
"""On either side of the knob as the fingers come down."""

_TURNING = 1.2
"""How fast it is turned [rad/s]."""

_THERE_RAD = 0.1
"""A knob that points this near to its number stands there."""

_PIECE_RAD = pi / 3
"""It is turned from number to number, ..."""

_LOOKS = 6
"""... and looked at so often in between whether there is a way."""


def turn(situation: Situation, step: Step) -> Skill:
    """Bring the knob ``step.object`` to the number ``step.setting`` with ``step.arm``, the shorter way; the arms then go home."""
    side = one_arm(step)
    needs_empty_hand(situation, side)
    knob = situation.object(step.object)
    number = int(step.setting)
    if abs(_angle(situation, knob, number)) < _THERE_RAD:
        return
    contacts = touch_of(side, knob.name)
    opening = knob.size[0] / 2 + _ROOM_M
    places = partial(_places, situation, knob.name, number)
    stance = yield from take_stance(situation, side, knob.name, places, opening, contacts)
    report = yield from _turn_it(situation, stance, knob)
    yield from let_go(situation, stance, opening)
    if not report.ok:
        raise SkillFailure(report.reason)


def _angle(situation: Situation, knob: SceneObject, number: int) -> float:
    """How far the pointer is from a number, the shorter way, counterclockwise [rad]."""
    if number not in KNOB_NUMBERS:
        raise SkillFailure(f"{in_words(knob.name)} has no number {number}")
    wanted = frame_of(situation, "knob") @ Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, 0.0, knob_angle(number)))
    angle = (wanted.yaw - knob.pose.yaw + pi) % (2 * pi) - pi
    return float(angle)


def _ways_round(angle: float) -> tuple[float, ...]:
    """The shorter way, and the longer one where it is hardly longer."""
    other = angle - copysign(2 * pi, angle)
    return (angle, other) if abs(other) < abs(angle) + 0.2 else (angle,)


def _places(situation: Situation, name: str, number: int) -> Iterator[tuple[Pose, ...]]:
    """Around the body, the fingers on both sides of the pointer, the hand turned either way; and where the turn takes it."""
    knob = situation.object(name)
    x, y, _ = knob.pose.position
    tips = lowest_tips(situation)
    for angle, across in product(_ways_round(_angle(situation, knob, number)), (pi / 2, -pi / 2)):
        looks = _LOOKS * max(1, round(abs(angle) / _PIECE_RAD))
        yield tuple(tips_at(x, y, tips, knob.pose.yaw + across + angle * look / looks) for look in range(looks + 1))


def _turn_it(situation: Situation, stance: Stance, knob: SceneObject) -> Generator[Action, Report, Report]:
    """Close on the knob and turn it from place to place."""
    words, side = in_words(knob.name), stance.worker
    contacts = stance.touching
    close = Goal(grippers={side: grasp_travel(knob.size[0] / 2)}, contacts=contacts, note=f"closing on {words}")
    report = yield Go((close,), 0.5)
    if report.ok and not closed_on_something(situation, side):
        return Report(False, reason=f"the {side} hand closed beside {words}")
    seconds = _PIECE_RAD / _TURNING
    goals = tuple(
        Goal(tcp={side: pose}, straight=True, seconds=seconds, contacts=contacts, note=f"turning {words}")
        for pose in stance.places[_LOOKS::_LOOKS]
    )
    report = yield from go_on(situation, side, Go(goals, 0.7))
    if report.ok and not closed_on_something(situation, side):
        return Report(False, reason=f"{words} slipped out of the {side} hand")
    return report
