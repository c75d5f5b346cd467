"""Home, hold, open and close."""

from tandem.cell.names import SIDES, Side
from tandem.cell.plan import Step
from tandem.policy.skills.actions import Go, Goal, Report, Skill, SkillFailure, Until
from tandem.policy.skills.gripping import OPEN, kept_travel
from tandem.policy.skills.recovery import send_home
from tandem.policy.skills.situation import Situation, fingers, in_words, raised, supports

HOLD_S = 2.0
"""How long to hold where nothing is said [s]."""

_RISE_M = 0.08


def sides_of(step: Step) -> tuple[Side, ...]:
    """The arms of a step."""
    return SIDES if step.arm == "both" else (step.arm,)


def go_home(situation: Situation, step: Step) -> Skill:
    """Bring the arms home; what a hand holds it keeps."""
    report = yield from send_home(situation, sides_of(step), progress=1.0)
    if not report.ok:
        raise SkillFailure(report.reason)


def hold(situation: Situation, step: Step) -> Skill:
    """Keep still for ``step.duration``."""
    until = situation.observation.stamp + (step.duration or HOLD_S)
    for side in sides_of(step):
        held = situation.scene.held_by(side)
        if step.object and (held is None or held.name != step.object):
            raise SkillFailure(f"the {side} hand doesn't hold {in_words(step.object)}")
    yield Until(lambda seen: seen.stamp >= until, until - situation.observation.stamp + 1.0, note="holding still", progress=1.0)


def open_hand(situation: Situation, step: Step) -> Skill:
    """Open the grippers. What was held stays or falls where it is, so the hand then moves up out of its way."""
    sides = sides_of(step)
    held = {side: situation.scene.held_by(side) for side in sides}
    contacts = tuple(
        pair for side, item in held.items() if item is not None for pair in ((fingers(side), item.name), *supports(item))
    )
    report = yield Go((Goal(grippers=dict.fromkeys(sides, OPEN), contacts=contacts, note="opening"),), progress=0.6)
    if not report.ok:
        raise SkillFailure(report.reason)
    for side in (side for side, item in held.items() if item is not None):
        up = Goal(tcp={side: raised(situation.tcp(side), _RISE_M)}, straight=True, speed=0.5, contacts=contacts, note="rising")
        yield Go((up,), progress=0.95)


def close_hand(situation: Situation, step: Step) -> Skill:
    """Close the grippers on whatever is there."""
    sides = sides_of(step)
    held = {side: item for side in sides if (item := situation.scene.held_by(side)) is not None}
    contacts = tuple((fingers(side), item.name) for side, item in held.items())
    kept = {side: kept_travel(situation.travel(side), item.category) for side, item in held.items()}
    travel = dict.fromkeys(sides, 0.0) | kept
    report: Report = yield Go((Goal(grippers=travel, contacts=contacts, note="closing"),), progress=1.0)
    if not report.ok:
        raise SkillFailure(report.reason)
