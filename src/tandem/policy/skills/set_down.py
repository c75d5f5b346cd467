"""Set down what both hands hold."""

from collections.abc import Generator

import numpy as np

from tandem.cell import footprint
from tandem.cell.chunk import ContactPair
from tandem.cell.names import SIDES, Side
from tandem.cell.places import Spot
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.scene import SceneObject
from tandem.policy.skills.actions import SLOW, Action, Go, Goal, Report, Skill, SkillFailure, Until
from tandem.policy.skills.gripping import LOOSE, OPEN
from tandem.policy.skills.placing import GAP_M, LET_GO_S, SET_DOWN_SPEED, free_spots, goal_in_words, set_down_on
from tandem.policy.skills.recovery import leave
from tandem.policy.skills.situation import Situation, fingers, home_joints, in_words, raised

_HERE_M = 0.005
_RISE_M = 0.08


def set_down(situation: Situation, step: Step) -> Skill:
    """Put ``step.object``, which both hands hold, at ``step.relation`` to ``step.target``, turned as it is; then go home."""
    item = situation.object(step.object)
    if item.held_by != "both":
        raise SkillFailure(f"{in_words(item.name)} isn't in both hands")
    carried_by = set_down_on(step)
    report = Report(False, moved=False, reason="there is no way to do it")
    for spot in free_spots(situation, item, step):
        report = yield _carry(situation, item, spot, step)
        if report.moved:
            break
    if not report.ok:
        raise SkillFailure(f"can't put {in_words(item.name)} {goal_in_words(step)}: {report.reason}")
    report = yield from _let_go(situation, item, (carried_by, *((fingers(side), item.name) for side in SIDES)))
    if not report.ok:
        raise SkillFailure(report.reason)


def _carry(situation: Situation, item: SceneObject, spot: Spot, step: Step) -> Go:
    """Level over to above the spot, and straight down."""
    x, y, _ = item.pose.position
    over = (spot.x - x, spot.y - y, 0.0)
    down = (*over[:2], spot.support + GAP_M - footprint.bottom(item))
    words = in_words(item.name)
    goals = [_together(situation, down, SET_DOWN_SPEED, f"setting {words} down", step)]
    if np.hypot(*over[:2]) > _HERE_M:
        goals.insert(0, _together(situation, over, SLOW, f"carrying {words} over with both hands", step))
    return Go(tuple(goals), progress=0.6)


def _together(situation: Situation, by: tuple[float, ...], speed: float, note: str, step: Step) -> Goal:
    """Both hands moved alike."""
    tcp: dict[Side, Pose] = {}
    for side in SIDES:
        pose = situation.tcp(side)
        x, y, z = (float(value) for value in np.add(pose.position, by))
        tcp[side] = Pose((x, y, z), pose.quaternion)
    return Goal(tcp=tcp, straight=True, speed=speed, contacts=(set_down_on(step),), note=note)


def _let_go(situation: Situation, item: SceneObject, contacts: tuple[ContactPair, ...]) -> Generator[Action, Report, Report]:
    """Open both hands a little, wait until that is seen, rise and go home."""
    note = f"letting {in_words(item.name)} go"
    loose = {side: min(OPEN, situation.travel(side) + LOOSE) for side in SIDES}
    yield Go((Goal(grippers=dict(loose), contacts=contacts, note=note),), progress=0.65)
    yield Until(lambda seen: not any(seen.scene.held_by(side) for side in SIDES), LET_GO_S, contacts, note, 0.7)
    tcp = {side: raised(situation.tcp(side), _RISE_M) for side in SIDES}
    up = Goal(tcp=dict(tcp), straight=True, speed=SLOW, contacts=contacts, note="rising")
    joints = {side: home_joints(side) for side in SIDES}
    home = Goal(joints=dict(joints), grippers=dict.fromkeys(SIDES, OPEN), note="moving both arms home")
    return (yield from leave(situation, SIDES, up, home))
