"""How one of two hands that hold an object leaves it to the other one."""

from collections.abc import Generator

from tandem.cell.chunk import ContactPair
from tandem.cell.names import Side, other_side
from tandem.policy.skills.actions import Action, Go, Goal, Report, Skill, SkillFailure, Until
from tandem.policy.skills.gripping import OPEN
from tandem.policy.skills.holding import GRIP_S, holds
from tandem.policy.skills.recovery import leave
from tandem.policy.skills.situation import Situation, backed, fingers, home_joints, in_words

BACK_M = 0.11
"""The receiver comes from so far back, and the giver leaves so far."""

FACING_SPEED = 0.5
"""Speed of hands that face each other; see ``PlanRequest.speed``."""


def crossing(name: str) -> tuple[ContactPair, ...]:
    """What comes together when both hands hold an object: their fingers cross closer than arms may otherwise come."""
    return (("left_fingers", "right_fingers"), (fingers("left"), name), (fingers("right"), name))


def give_way(situation: Situation, side: Side, contacts: tuple[ContactPair, ...]) -> Generator[Action, Report, Report]:
    """Open a hand and move it straight back."""
    opened = Goal(grippers={side: OPEN}, contacts=contacts, note=f"opening the {side} hand")
    return (yield Go((opened, _away(situation, side, contacts)), progress=0.8))


def _away(situation: Situation, side: Side, contacts: tuple[ContactPair, ...]) -> Goal:
    """Straight back from the object."""
    back = backed(situation.tcp(side), BACK_M)
    return Goal(tcp={side: back}, straight=True, speed=FACING_SPEED, contacts=contacts, note="parting")


def part(situation: Situation, giver: Side, name: str) -> Skill:
    """The giver lets go, and leaves; the receiver carries the object home with it."""
    receiver = other_side(giver)
    contacts = crossing(name)
    note = f"opening the {giver} hand"
    yield Go((Goal(grippers={giver: OPEN}, contacts=contacts, note=note),), progress=0.7)
    seen = yield Until(lambda _: _has_passed(situation, giver, name), GRIP_S, contacts, note, 0.75)
    home = {side: home_joints(side) for side in (giver, receiver)}
    parted = Goal(joints=dict(home), note=f"carrying {in_words(name)} home")
    report = yield from leave(situation, (giver, receiver), _away(situation, giver, contacts), parted)
    if not seen.ok and not _has_passed(situation, giver, name):
        raise SkillFailure(f"{in_words(name)} isn't in the {receiver} hand")
    if not report.ok:
        raise SkillFailure(report.reason)


def _has_passed(situation: Situation, giver: Side, name: str) -> bool:
    """Whether perception says that the other hand alone holds it."""
    return situation.scene.held_by(giver) is None and holds(situation, other_side(giver), name)
