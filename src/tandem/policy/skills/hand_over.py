"""Pass an object from one hand to the other one."""

from tandem.cell.names import Side, other_side
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.props import is_fragile
from tandem.cell.scene import SceneObject
from tandem.policy.skills.actions import Go, Goal, Report, Skill, SkillFailure, Until
from tandem.policy.skills.feeling import centre_by_feel
from tandem.policy.skills.gripping import OPEN, grasp_travel
from tandem.policy.skills.holding import GRIP_S, holds
from tandem.policy.skills.meeting import Meeting, meetings
from tandem.policy.skills.parting import FACING_SPEED, crossing, give_way, part
from tandem.policy.skills.pick import one_arm
from tandem.policy.skills.recovery import first_that_works
from tandem.policy.skills.situation import Situation, in_words
from tandem.policy.skills.touching import close_gently, grips


def hand_over(situation: Situation, step: Step) -> Skill:
    """Pass ``step.object`` from ``step.arm`` to the arm ``step.target``, which then carries it; the giver goes home."""
    giver = one_arm(step)
    receiver = other_side(giver)
    if step.target != receiver:
        raise SkillFailure(f"the {giver} hand can't hand something over to '{step.target}'")
    held_by = situation.object(step.object).held_by
    if held_by == receiver:
        return
    if held_by != "both":
        yield from _pass_on(situation, giver, step.object)
    yield from part(situation, giver, step.object)


def _pass_on(situation: Situation, giver: Side, name: str) -> Skill:
    """Bring it about that both hands hold the object."""
    receiver = other_side(giver)
    item, in_tcp = situation.in_hand(giver, name)
    taken = situation.scene.held_by(receiver)
    if taken is not None:
        raise SkillFailure(f"the {receiver} hand already holds {in_words(taken.name)}")
    half_width = situation.travel(giver) if item.category == "cube" else _free_half_width(item, in_tcp)
    yield from _meet(situation, giver, name, in_tcp)
    yield from _take(situation, giver, name, half_width)


def _free_half_width(item: SceneObject, in_tcp: Pose) -> float:
    """Half the width between the faces that the giver's fingers and palm leave free, along the x axis of its tcp [m]."""
    axis = int(abs(in_tcp.rotation[0]).argmax())
    half_width = item.size[axis] / 2
    if half_width > OPEN - 0.004:
        raise SkillFailure(f"{in_words(item.name)} is too wide for the other hand")
    return half_width


def _meet(situation: Situation, giver: Side, name: str, in_tcp: Pose) -> Skill:
    """Bring both hands to face each other, and the receiver's fingers around the object."""
    receiver = other_side(giver)
    report, met = yield from first_that_works(
        situation,
        giver,
        lambda: meetings(situation, giver, name, in_tcp.position),
        lambda meeting: _approach(giver, name, meeting),
    )
    if met is None:
        raise SkillFailure(f"the hands can't meet: {report.reason}")
    if not report.ok:
        yield from give_way(situation, receiver, crossing(name))
        raise SkillFailure(report.reason)


def _approach(giver: Side, name: str, meeting: Meeting) -> Go:
    receiver = other_side(giver)
    words = in_words(name)
    face = Goal(
        joints=meeting.way.joints,
        grippers={receiver: OPEN},
        note=f"bringing {words} to the {receiver} hand",
    )
    around = Goal(
        tcp={receiver: meeting.receiver},
        straight=True,
        speed=FACING_SPEED,
        contacts=crossing(name),
        note=f"reaching for {words} with the {receiver} hand",
    )
    return Go((face, around), progress=0.45)


def _take(situation: Situation, giver: Side, name: str, half_width: float) -> Skill:
    """Close the receiver's fingers, and open the giver's once something is between them."""
    receiver = other_side(giver)
    contacts = crossing(name)
    words = in_words(name)
    note = f"taking {words} with the {receiver} hand"
    item = situation.object(name)
    fragile = is_fragile(item.category)
    yield from centre_by_feel(situation, receiver, half_width, contacts, lightly=fragile)
    report = Report(True)
    if fragile:
        yield from close_gently(situation, receiver, name, half_width, contacts)
    else:
        close = Goal(grippers={receiver: grasp_travel(half_width)}, contacts=contacts, note=note)
        report = yield Go((close,), progress=0.55)
    if report.ok:
        yield Until(lambda _: holds(situation, receiver, name), GRIP_S, contacts, f"taking {words}", 0.6)
    if not report.ok or not grips(situation, receiver, item.category):
        yield from give_way(situation, receiver, contacts)
        raise SkillFailure(report.reason or f"the {receiver} hand closed beside {words}")
