"""Move the box on the table, or turn it: fingers hooked into its handles push or pull."""

from collections.abc import Generator
from math import radians

import numpy as np

from tandem.cell.busybox.parts import BOX
from tandem.cell.chunk import ContactPair
from tandem.cell.motions import DIRECTIONS, SENSES
from tandem.cell.names import SIDES, Side
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.policy.skills.actions import Action, Go, Goal, Report, Skill, SkillFailure
from tandem.policy.skills.box.approach import approach
from tandem.policy.skills.box.hands import needs_empty_hand, rise_and_leave, touch_of
from tandem.policy.skills.box.hooks import GAP_M, Hooks, hook_in, hooks
from tandem.policy.skills.situation import Situation

FAR_M = 0.060
"""How far the box is moved."""

TURN_RAD = radians(18.0)
"""How far it is turned."""

_PUSHING = 0.05
"""Speed of the hands [m/s]."""

_PIECES = 3
"""A turn is made of so many straight pieces."""

NEAR_M = 0.16
"""Parts of the box that are nearer to a hand than this, in plan view, stay with it while both move."""


def move(situation: Situation, step: Step) -> Skill:
    """Move the box ``step.relation``: along its columns by both hands, along its rows by the one that it moves towards, unless
    ``step.arm`` names one."""
    if step.relation not in DIRECTIONS:
        raise SkillFailure(f"the box can't be moved '{step.relation}'")
    way = np.array([*DIRECTIONS[step.relation], 0.0])
    ends = hooked_at(situation.object(BOX).pose, step)
    taken = yield from _hook(situation, ends)
    sides = tuple(ends)
    contacts = (*taken.contacts, *_staying_with(situation, taken))
    far = way * (FAR_M + GAP_M)
    tcp = {side: _shifted(situation.tcp(side), far) for side in sides}
    push = Goal(
        tcp=dict(tcp),
        straight=True,
        seconds=float(np.linalg.norm(far)) / _PUSHING,
        contacts=contacts,
        note=f"moving the box {step.relation}",
    )
    report = yield Go((push,), 0.7)
    yield from rise_and_leave(situation, sides, contacts)
    if not report.ok:
        raise SkillFailure(report.reason)


def hooked_at(box: Pose, step: Step) -> dict[Side, float]:
    """The hands that move or turn the box, and towards which end of its handle each is, along the box's y axis: -1, 0 or 1.

    Args:
        box: the pose of its object.
        step: ``move`` or ``rotate``, of a known direction or sense.
    """
    if step.relation in SENSES:  # each hand pushes the end of its handle that goes ahead
        return {side: SENSES[step.relation] * _sign_of_x(box, side) for side in SIDES}
    way = np.array([*DIRECTIONS[step.relation], 0.0])
    along = box.rotation.T @ way
    sides: tuple[Side, ...] = SIDES if step.arm == "both" else (step.arm,)
    if abs(along[0]) <= abs(along[1]):
        return dict.fromkeys(sides, float(np.sign(along[1])))
    if step.arm == "both":
        sides = ("left",) if way[1] > 0 else ("right",)
    return dict.fromkeys(sides, 0.0)


def rotate(situation: Situation, step: Step) -> Skill:
    """Turn the box ``step.relation``, seen from above, with both hands."""
    if step.relation not in SENSES:
        raise SkillFailure(f"the box can't be turned '{step.relation}'")
    sense = SENSES[step.relation]
    box = situation.object(BOX).pose
    taken = yield from _hook(situation, hooked_at(box, step))
    contacts = (*taken.contacts, *_staying_with(situation, taken))
    start = {side: situation.tcp(side) for side in SIDES}
    seconds = TURN_RAD * abs((box.inverse @ start["left"]).position[0]) / _PUSHING / _PIECES
    goals = tuple(
        Goal(
            tcp={side: _turned(box, start[side], sense * TURN_RAD * piece / _PIECES) for side in SIDES},
            straight=True,
            seconds=seconds,
            contacts=contacts,
            note=f"turning the box {step.relation}",
        )
        for piece in range(1, _PIECES + 1)
    )
    report = yield Go(goals, 0.7)
    yield from rise_and_leave(situation, SIDES, contacts)
    if not report.ok:
        raise SkillFailure(report.reason)


def _hook(situation: Situation, along: dict[Side, float]) -> Generator[Action, Report, Hooks]:
    for side in along:
        needs_empty_hand(situation, side)
    report, taken = yield from approach(situation, next(iter(along)), BOX, lambda: hooks(situation, along), hook_in)
    if taken is None or not report.ok:
        raise SkillFailure(f"can't take the box: {report.reason}")
    return taken


def _sign_of_x(box: Pose, side: Side) -> float:
    """At which end of the box's x axis the handle on a side's own side is."""
    return float(np.sign(box.rotation[1, 0])) * (1.0 if side == "left" else -1.0)


def _staying_with(situation: Situation, taken: Hooks) -> tuple[ContactPair, ...]:
    """What of the box is near a hand, and stays as near as it is while both move together, wherever it was seen before."""
    pairs: list[ContactPair] = []
    for side, tcp in taken.tcp.items():
        for item in situation.scene:
            own = item.name == BOX or item.name.startswith(f"{BOX}/")
            if own and item.name in (BOX, taken.handles[side]):
                pairs += touch_of(side, item.name)
            elif own and np.linalg.norm(np.subtract(item.pose.position, tcp.position)[:2]) < NEAR_M:
                pairs.append((f"{side}_gripper", item.name))
    return tuple(dict.fromkeys(pairs))


def _shifted(pose: Pose, way: np.ndarray) -> Pose:
    x, y, z = (float(value) for value in np.add(pose.position, way))
    return Pose((x, y, z), pose.quaternion)


def _turned(box: Pose, tcp: Pose, angle: float) -> Pose:
    """A pose that goes along with the box when that turns about its middle."""
    return box @ Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, 0.0, angle)) @ box.inverse @ tcp
