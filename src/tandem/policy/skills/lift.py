"""Lift an object with one hand, or a tray with both."""

from collections.abc import Generator
from itertools import product

import numpy as np

from tandem.cell.chunk import ContactPair
from tandem.cell.names import SIDES, Side
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.props import handle_bars
from tandem.cell.reach import top_down
from tandem.cell.scene import SceneObject
from tandem.policy.skills.actions import SLOW, Action, Go, Goal, Report, Skill, SkillFailure, Until
from tandem.policy.skills.grasps import APPROACH_M
from tandem.policy.skills.gripping import OPEN, grasp_travel
from tandem.policy.skills.holding import GRIP_S, closed_on_something, holds
from tandem.policy.skills.pick import grasp_and_lift, lift_straight
from tandem.policy.skills.situation import Situation, fingers, in_words, raised, supports
from tandem.policy.skills.ways import Way, easiest_way

ATTEMPTS = 2

LIFT_M = 0.12
"""How far a tray is lifted where nothing is said."""

_OPENING_M = 0.030
"""Travel of the fingers as they come down on a handle."""

_TURNS = (0.0, np.pi)


def lift(situation: Situation, step: Step) -> Skill:
    """Lift ``step.object`` straight up by ``step.height``, taking it first unless it is in the hand."""
    if step.arm == "both":
        yield from _lift_with_both(situation, step)
        return
    held = situation.scene.held_by(step.arm)
    if held is None:
        yield from grasp_and_lift(situation, step.arm, step.object, step.height)
        return
    if held.name != step.object:
        raise SkillFailure(f"the {step.arm} hand already holds {in_words(held.name)}")
    report = yield from lift_straight(situation, (step.arm,), step.height, supports(held), f"lifting {in_words(held.name)}")
    if not report.ok:
        raise SkillFailure(report.reason)


def _lift_with_both(situation: Situation, step: Step) -> Skill:
    item = situation.object(step.object)
    for side in SIDES:
        held = situation.scene.held_by(side)
        if held is not None and held.name != item.name:
            raise SkillFailure(f"the {side} hand already holds {in_words(held.name)}")
    contacts = tuple((fingers(side), item.name) for side in SIDES)
    if item.held_by != "both":
        yield from _take_with_both(situation, item, contacts)
    note = f"lifting {in_words(item.name)} with both hands"
    report = yield from lift_straight(situation, SIDES, step.height or LIFT_M, (*contacts, *supports(item)), note)
    if not report.ok:
        raise SkillFailure(f"can't lift {in_words(item.name)}: {report.reason}")
    seen = yield Until(lambda _: _both_hold(situation, item.name), GRIP_S, contacts, f"looking at {in_words(item.name)}", 0.95)
    if not seen.ok:
        raise SkillFailure(f"{in_words(item.name)} isn't in both hands")


def _take_with_both(situation: Situation, item: SceneObject, contacts: tuple[ContactPair, ...]) -> Skill:
    reason = ""
    for _ in range(ATTEMPTS):
        item = situation.object(item.name)
        reason = yield from _attempt(situation, item, contacts)
        if not reason:
            return
    raise SkillFailure(reason)


def _attempt(situation: Situation, item: SceneObject, contacts: tuple[ContactPair, ...]) -> Generator[Action, Report, str]:
    """Both hands to the handles at once, and close; the reason why that failed, or nothing."""
    half_width = handle_half_width(item)
    report = Report(False, moved=False, reason="")
    for tcps, way in handle_grasps(situation, item):
        report = yield _approach(item, tcps, way, half_width, contacts)
        if report.moved:
            break
    if not report.moved:
        raise SkillFailure(f"can't take {in_words(item.name)}: {report.reason}")
    if report.ok:
        yield Until(lambda _: _both_hold(situation, item.name), GRIP_S, contacts, f"closing on {in_words(item.name)}", 0.65)
        missed = [side for side in SIDES if not closed_on_something(situation, side)]
        if not missed:
            return ""
        report = Report(False, reason=f"the {missed[0]} hand closed beside its handle")
    open_both = Goal(grippers=dict.fromkeys(SIDES, OPEN), contacts=contacts, note="opening both hands")
    yield Go((open_both,))
    up = {side: raised(situation.tcp(side), APPROACH_M) for side in SIDES}
    yield Go((Goal(tcp=up, straight=True, speed=SLOW, contacts=contacts, note="backing off"),))
    return report.reason


def _approach(item: SceneObject, tcps: dict[Side, Pose], way: Way, half_width: float, contacts: tuple[ContactPair, ...]) -> Go:
    words = in_words(item.name)
    note = f"reaching over {words} with both arms"
    above = Goal(joints=way.joints, grippers=dict.fromkeys(SIDES, _OPENING_M), note=note)
    down = Goal(tcp=tcps, straight=True, speed=SLOW, contacts=contacts, note=f"going down to {words}")
    close = Goal(grippers=dict.fromkeys(SIDES, grasp_travel(half_width)), contacts=contacts, note=f"closing on {words}")
    return Go((above, down, close), progress=0.55)


def _both_hold(situation: Situation, name: str) -> bool:
    return all(holds(situation, side, name) for side in SIDES)


def handle_half_width(item: SceneObject) -> float:
    """Half of what the fingers close on, across a handle or an end of any other object [m]."""
    if item.category != "tray":
        return min(item.size[:2]) / 2
    return min(handle_bars(item.size)[0][1][:2]) / 2


def handle_grasps(situation: Situation, item: SceneObject) -> list[tuple[dict[Side, Pose], Way]]:
    """Tcp poses for both hands, the left one at the end that is farther to the left, with the ways over them, the easier first.

    Raises:
        SkillFailure: the object has nothing for two hands, or an arm doesn't reach its end.
    """
    if item.category != "tray":
        raise SkillFailure(f"{in_words(item.name)} has no handles for two hands")
    ends = [item.pose @ pose for pose, _ in handle_bars(item.size)]
    ends.sort(key=lambda pose: -pose.position[1])
    across = item.pose.yaw + (0.0 if item.size[0] >= item.size[1] else np.pi / 2)
    found = []
    for turns in product(_TURNS, repeat=2):
        # The fingers close along the tcp's y axis, which at yaw 0 is the world's -y.
        tcps = {
            side: top_down(end.position, across + np.pi / 2 + turn) for side, end, turn in zip(SIDES, ends, turns, strict=True)
        }
        over_and_at = {side: (raised(pose, APPROACH_M), pose) for side, pose in tcps.items()}
        contacts = [(fingers(side), item.name) for side in SIDES]
        way = easiest_way(situation, over_and_at, contacts, fingers=dict.fromkeys(SIDES, _OPENING_M))
        if way is not None:
            found.append((tcps, way))
    if not found:
        raise SkillFailure(f"the arms can't both get at the handles of {in_words(item.name)}")
    return sorted(found, key=lambda entry: entry[1].effort)
