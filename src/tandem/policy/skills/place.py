"""Put what a hand holds where a relation wants it."""

from collections.abc import Generator
from dataclasses import replace

import numpy as np

from tandem.cell import places
from tandem.cell.chunk import ContactPair
from tandem.cell.names import Side
from tandem.cell.places import Spot
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.reach import top_down
from tandem.cell.scene import SceneObject
from tandem.policy.skills.actions import Action, Go, Goal, Report, Skill, SkillFailure, Until
from tandem.policy.skills.grasps import APPROACH_M
from tandem.policy.skills.gripping import LOOSE, OPEN
from tandem.policy.skills.pick import one_arm
from tandem.policy.skills.placing import GAP_M, LET_GO_S, SET_DOWN_SPEED, free_spots, goal_in_words, set_down_on
from tandem.policy.skills.recovery import first_that_works, leave
from tandem.policy.skills.set_down import set_down
from tandem.policy.skills.situation import Situation, fingers, home_joints, in_words, raised
from tandem.policy.skills.ways import Way, easiest_way

_ANY_WAY = tuple(np.linspace(-np.pi, np.pi, 8, endpoint=False).tolist())


def place(situation: Situation, step: Step) -> Skill:
    """Put ``step.object``, which ``step.arm`` holds, at ``step.relation`` to ``step.target``; then bring the arm home."""
    if step.arm == "both":
        yield from set_down(situation, step)
        return
    side = one_arm(step)
    item, in_tcp = situation.in_hand(side, step.object)
    touching: tuple[ContactPair, ...] = (set_down_on(step), (fingers(side), item.name))
    standing = upright_size(item, in_tcp)
    report, _ = yield from first_that_works(
        situation,
        side,
        lambda: _ways_down(situation, side, standing, in_tcp, step),
        lambda way: _set_down(situation, side, *way, step),
    )
    if not report.ok:
        raise SkillFailure(f"can't put {in_words(item.name)} {goal_in_words(step)}: {report.reason}")
    report = yield from let_go(situation, side, item, touching)
    if not report.ok:
        raise SkillFailure(report.reason)


def let_go(
    situation: Situation, side: Side, item: SceneObject, contacts: tuple[ContactPair, ...]
) -> Generator[Action, Report, Report]:
    """Open a little, wait until that is seen, rise and go home."""
    words = in_words(item.name)
    yield Go((Goal(grippers=_room(situation, side), contacts=contacts, note=f"letting {words} go"),), progress=0.65)
    yield Until(lambda seen: seen.scene.held_by(side) is None, LET_GO_S, contacts, f"letting {words} go", 0.7)
    up = Goal(tcp={side: raised(situation.tcp(side), APPROACH_M)}, straight=True, speed=0.6, contacts=contacts, note="rising")
    home = Goal(joints={side: home_joints(side)}, grippers={side: OPEN}, note=f"moving the {side} arm home")
    return (yield from leave(situation, (side,), up, home))


def upright_size(item: SceneObject, in_tcp: Pose) -> SceneObject:
    """The object as it will stand when the hand points down: its extents, and its pose in a frame that is turned like the tcp."""
    turned = Pose((0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0)) @ in_tcp
    axes = np.abs(turned.rotation)
    order = [int(axes[row].argmax()) for row in range(3)]
    x, y, z = (item.size[index] for index in order)
    return replace(item, size=(x, y, z))


def _ways_down(situation: Situation, side: Side, item: SceneObject, in_tcp: Pose, step: Step) -> list[tuple[Pose, Way]]:
    """Tcp poses that bring the object to free spots, spot by spot, the easier ways first, with the ways over them.

    Raises:
        SkillFailure: there is none, with the reason.
    """
    found: list[tuple[Pose, Way]] = []
    for spot in free_spots(situation, item, step):
        here = []
        for yaw in places.hand_yaws(spot, step.relation, situation.scene.get(step.target)) or _ANY_WAY:
            pose = tcp_over(spot, yaw, item, in_tcp)
            over_and_at = {side: (raised(pose, APPROACH_M), pose)}
            way = easiest_way(situation, over_and_at, (set_down_on(step),), fingers=_room(situation, side))
            if way is not None:
                here.append((pose, way))
        found += sorted(here, key=lambda entry: entry[1].effort)[:2]
    if not found:
        raise SkillFailure(f"the {side} arm can't get to a place {goal_in_words(step)}")
    return found


def tcp_over(spot: Spot, yaw: float, item: SceneObject, in_tcp: Pose) -> Pose:
    """Where the tcp must be, pointing down with that turn, so that the object in hand stands at a spot, `GAP_M` above it."""
    turned = top_down((0.0, 0.0, 0.0), yaw)
    offset = turned.rotation @ np.array(in_tcp.position)
    x, y, z = np.array([spot.x, spot.y, spot.support + item.size[2] / 2 + GAP_M]) - offset
    return Pose((float(x), float(y), float(z)), turned.quaternion)


def _room(situation: Situation, side: Side) -> dict[Side, float]:
    """How far a hand opens to let go what it holds [m]."""
    return {side: min(OPEN, situation.travel(side) + LOOSE)}


def _set_down(situation: Situation, side: Side, pose: Pose, way: Way, step: Step) -> Go:
    words, contacts = in_words(step.object), (set_down_on(step),)
    over = Goal(joints=way.joints, note=f"carrying {words} over with the {side} arm")
    note, room = f"setting {words} down", _room(situation, side)
    down = Goal(tcp={side: pose}, room=room, straight=True, speed=SET_DOWN_SPEED, contacts=contacts, note=note)
    return Go((over, down), progress=0.6)
