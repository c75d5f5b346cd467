"""Take an object from above and lift it."""

from collections.abc import Generator

from tandem.cell.chunk import ContactPair
from tandem.cell.names import Side, other_side
from tandem.cell.plan import Step
from tandem.cell.props import is_fragile
from tandem.cell.scene import SceneObject
from tandem.policy.skills.actions import SLOW, Action, Go, Goal, Report, Skill, SkillFailure, Until
from tandem.policy.skills.grasps import APPROACH_M, Grasp, grasps_from_above
from tandem.policy.skills.gripping import OPEN, grasp_travel
from tandem.policy.skills.holding import GRIP_S, holds
from tandem.policy.skills.parting import part
from tandem.policy.skills.recovery import first_that_works
from tandem.policy.skills.situation import Situation, fingers, in_words, raised, supports
from tandem.policy.skills.touching import close_gently, grips
from tandem.policy.skills.ways import Way

LIFT_HEIGHTS_M = (0.12, 0.08, 0.05)
"""How far an object is lifted; lower where the arm can't reach so high."""

ATTEMPTS = 3

_GENTLY_S = 1.2
"""Time to close on something heavy: where it is a little off, one finger meets it first, and must not knock it [s]."""


def pick(situation: Situation, step: Step) -> Skill:
    """Take ``step.object`` with ``step.arm`` and lift it."""
    side = one_arm(step)
    held = situation.scene.held_by(side)
    if held is not None and held.name == step.object:
        if held.held_by == "both" and held.category != "tray":
            yield from part(situation, other_side(side), step.object)
        return
    if held is not None:
        raise SkillFailure(f"the {side} hand already holds {in_words(held.name)}")
    item = situation.object(step.object)
    if item.held_by:
        raise SkillFailure(f"{in_words(item.name)} is in the {item.held_by} hand")
    yield from grasp_and_lift(situation, side, step.object, step.height)


def one_arm(step: Step) -> Side:
    """The arm of a step.

    Raises:
        SkillFailure: the step names both.
    """
    if step.arm == "both":
        raise SkillFailure(f"'{step.verb}' takes one arm, not both")
    return step.arm


def grasp_and_lift(situation: Situation, side: Side, name: str, height: float = 0.0) -> Skill:
    """Try to take an object until it is in the hand, each time where it is seen then."""
    reason = ""
    for _ in range(ATTEMPTS):
        reason = yield from _attempt(situation, side, name, height)
        if not reason:
            return
    raise SkillFailure(reason)


def _attempt(situation: Situation, side: Side, name: str, height: float) -> Generator[Action, Report, str]:
    """One attempt; the reason why it failed, or nothing."""
    item = situation.object(name)
    touching = ((fingers(side), name),)
    leaving = (*touching, *supports(item))
    report, taken = yield from first_that_works(
        situation, side, lambda: grasps_from_above(situation, item, side), lambda way: _take(side, item, *way, touching)
    )
    if taken is None:
        raise SkillFailure(f"can't take {in_words(name)}: {report.reason}")
    if report.ok and is_fragile(item.category):
        yield from close_gently(situation, side, name, taken[0].half_width, touching)
    if report.ok:
        yield Until(lambda _: holds(situation, side, name), GRIP_S, touching, f"closing on {in_words(name)}", 0.65)
        if grips(situation, side, item.category):
            report = yield from lift_straight(situation, (side,), height, leaving, f"lifting {in_words(name)}")
        else:
            report = Report(False, reason=f"the {side} hand closed beside {in_words(name)}")
    if report.ok:
        report = yield Until(lambda _: holds(situation, side, name), GRIP_S, touching, f"looking at {in_words(name)}", 0.95)
        if report.ok:
            return ""
    yield from let_go_and_rise(situation, side, leaving)
    return report.reason or f"{in_words(name)} isn't in the {side} hand"


def _take(side: Side, item: SceneObject, grasp: Grasp, way: Way, touching: tuple[ContactPair, ...]) -> Go:
    """Above the object, down, and close on it unless it is fragile."""
    words = in_words(item.name)
    gently = _GENTLY_S if item.category == "socket" else 0.0
    travel = {side: grasp_travel(grasp.half_width)}
    above = Goal(joints=way.joints, grippers={side: grasp.opening}, note=f"reaching over {words} with the {side} arm")
    down = Goal(tcp={side: grasp.tcp}, straight=True, speed=SLOW, contacts=touching, note=f"going down to {words}")
    close = Goal(grippers=travel, fingers_s=gently, contacts=touching, note=f"closing on {words}")
    return Go((above, down) if is_fragile(item.category) else (above, down, close), progress=0.55)


def lift_straight(
    situation: Situation, sides: tuple[Side, ...], height: float, contacts: tuple[ContactPair, ...], note: str
) -> Generator[Action, Report, Report]:
    """Straight up, as high as asked for (0 for the default) or else as the arms can."""
    report = Report(False)
    for rise in dict.fromkeys((height or LIFT_HEIGHTS_M[0], *LIFT_HEIGHTS_M[1:])):
        if height and rise > height:
            continue
        up = {side: raised(situation.tcp(side), rise) for side in sides}
        report = yield Go((Goal(tcp=up, straight=True, speed=SLOW, contacts=contacts, note=note),), progress=0.9)
        if report.moved:
            break
    return report


def let_go_and_rise(situation: Situation, side: Side, contacts: tuple[ContactPair, ...]) -> Generator[Action, Report, None]:
    """Open the hand and move it up, as far as it goes."""
    yield Go((Goal(grippers={side: OPEN}, contacts=contacts, note=f"opening the {side} hand"),))
    for rise in (APPROACH_M, APPROACH_M / 2):
        up = Goal(tcp={side: raised(situation.tcp(side), rise)}, straight=True, speed=SLOW, contacts=contacts, note="backing off")
        report = yield Go((up,))
        if report.moved:
            return
