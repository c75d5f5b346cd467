"""Hands over the box: where their fingertips go, and the ways down to there."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

import numpy as np

from tandem.cell import description
from tandem.cell.busybox.parts import BOX
from tandem.cell.busybox.scene_objects import box_frame, module_frame
from tandem.cell.chunk import ContactPair
from tandem.cell.names import Side
from tandem.cell.pose import Pose
from tandem.cell.reach import top_down
from tandem.policy.skills.actions import SLOW, Action, Go, Goal, Report, SkillFailure
from tandem.policy.skills.grasps import FINGERTIP_M
from tandem.policy.skills.gripping import OPEN
from tandem.policy.skills.recovery import MOST_WAYS, leave
from tandem.policy.skills.situation import Situation, fingers, home_joints, in_words, raised
from tandem.policy.skills.ways import Way, easiest_way, in_the_way

FIST: Final = 0.0
"""Travel of closed fingers [m]."""

FIST_HALF_M = 0.012
"""Half the side of closed fingers, which are about square, seen from their tips."""

OVER_M = 0.065
"""A hand comes down from so far above, where its fingers are clear of cables."""

CLEAR_M = 0.0048
"""Fingertips stay so far above the box's upper face, a little more than the margin that is kept to it."""

ROOM = 1.15
"""Times the margins that hands keep at the box where they are known to go."""

QUARTERS: Final = tuple(float(quarter) for quarter in np.pi / 2 * np.arange(4))
HALVES: Final = (0.0, float(np.pi))


_YIELD_M: Final = 0.005
"""Loops of cable push a hand aside by no more than this."""

_ASIDE: Final = 3
"""So many ways down that push loops of cable aside are tried last."""


@dataclass(frozen=True)
class Descent:
    """Where a hand comes down to on the box and goes from there, the way to `OVER_M` above it, what may touch there, and how wide
    its fingers are open [m]."""

    side: Side
    places: tuple[Pose, ...]
    way: Way
    contacts: tuple[ContactPair, ...] = ()
    opening: float = OPEN

    @property
    def tcp(self) -> Pose:
        """Where it comes down to."""
        return self.places[0]

    @property
    def sides(self) -> tuple[Side, ...]:
        """The hand that goes there."""
        return (self.side,)


def face_height(situation: Situation) -> float:
    """How high the box's faces are above the table [m]."""
    return box_frame(situation.object(BOX)).position[2] + float(description.settings("busybox.yaml")["face"])


def lowest_tips(situation: Situation) -> float:
    """The least height of fingertips over the box [m]."""
    return situation.object(BOX).top + CLEAR_M


def frame_of(situation: Situation, module: str) -> Pose:
    """Frame of a module in the world, by its short name: x to the right, y up in its print, on its face."""
    return module_frame(situation.object(f"{BOX}/{module}"))


def tips_at(x: float, y: float, tips: float, yaw: float) -> Pose:
    """The tcp of a hand that points down with its fingertips there, at a height ``tips`` [m]."""
    return top_down((x, y, tips + FINGERTIP_M), yaw)


def descents(
    situation: Situation,
    side: Side,
    name: str,
    places: Iterable[Sequence[Pose]],
    opening: float,
    contacts: tuple[ContactPair, ...],
) -> list[Descent]:
    """Ways down to tcp poses, the easier first.

    Args:
        situation: of the cell.
        side: the hand.
        name: of what it goes to, for the reason.
        places: the alternatives: each where the hand comes down to, and where it goes from there on straight lines.
        opening: travel of its fingers [m].
        contacts: that are allowed there.

    Raises:
        SkillFailure: there is none, with the reason.
    """
    alternatives = [(place, opening) for place in places]
    for allowed in (contacts, (*contacts, *loops_aside(situation, side))):
        if found := list(_descents(situation, side, alternatives, allowed)):
            return sorted(found, key=lambda descent: descent.way.effort)
    raise _nowhere(situation, side, name, alternatives, contacts)


def ranked_descents(
    situation: Situation,
    side: Side,
    name: str,
    places: Iterable[tuple[Sequence[Pose], float]],
    contacts: tuple[ContactPair, ...],
) -> list[Descent]:
    """Likewise for places that come with how far the fingers are open there, the better first, however hard to get to.

    The first few that can be gone are told; the last of them push loops of cable aside, which may be in the way to the others.
    """
    alternatives = list(places)
    found = list(islice(_descents(situation, side, alternatives, contacts), MOST_WAYS - _ASIDE))
    allowed = (*contacts, *loops_aside(situation, side))
    found += islice(_descents(situation, side, alternatives, allowed), _ASIDE)
    if not found:
        raise _nowhere(situation, side, name, alternatives, contacts)
    return found


def _descents(
    situation: Situation, side: Side, places: Iterable[tuple[Sequence[Pose], float]], contacts: tuple[ContactPair, ...]
) -> Iterator[Descent]:
    """Those that can be gone."""
    for place, opening in places:
        way = easiest_way(situation, _over_and_at(side, place), contacts, ROOM, {side: opening})
        if way is not None:
            yield Descent(side, tuple(place), way, contacts, opening)


def _nowhere(
    situation: Situation,
    side: Side,
    name: str,
    places: Sequence[tuple[Sequence[Pose], float]],
    contacts: tuple[ContactPair, ...],
) -> SkillFailure:
    """Why there is no way down to any of the places."""
    if not places:
        return SkillFailure(f"{in_words(name)} lies so that it can't be taken")
    place, opening = places[0]
    why = in_the_way(situation, _over_and_at(side, place), contacts, {side: opening})
    return SkillFailure(f"the {side} arm can't get at {in_words(name)}: {why}")


def _over_and_at(side: Side, place: Sequence[Pose]) -> dict[Side, tuple[Pose, ...]]:
    return {side: (raised(place[0], OVER_M), *place)}


def loops_aside(situation: Situation, side: Side) -> tuple[ContactPair, ...]:
    """A hand that pushes loops of cable aside, which lean over what it goes to: they are soft, but better left alone."""
    return tuple((f"{side}_gripper", item.name) for item in situation.scene if item.category == "wire")


def against_loops(situation: Situation, side: Side, aim: Pose) -> Pose:
    """Where to send a hand that loops of cable push aside so that it gets to a tcp pose: beyond, by as much as it is off now."""
    off = np.subtract(situation.tcp(side).position, situation.measured_tcp(side).position)[:2]
    off *= min(1.0, _YIELD_M / max(float(np.linalg.norm(off)), 1e-9))
    x, y, z = aim.position
    return Pose((x + float(off[0]), y + float(off[1]), z), aim.quaternion)


def go_on(situation: Situation, side: Side, motion: Go) -> Generator[Action, Report, Report]:
    """Carry a motion out; where loops of cable are in its way that weren't for opened fingers, push them aside."""
    report = yield motion
    if report.moved:
        return report
    aside = loops_aside(situation, side)
    goals = tuple(replace(goal, contacts=(*goal.contacts, *aside)) for goal in motion.goals)
    return (yield replace(motion, goals=goals))


def come_down(descent: Descent, name: str, opening: float, progress: float) -> Go:
    """Over there with the fingers so far open, and down."""
    words, side, contacts = in_words(name), descent.side, descent.contacts
    above = Goal(joints=descent.way.joints, grippers={side: opening}, note=f"reaching over {words} with the {side} arm")
    down = Goal(tcp={side: descent.tcp}, straight=True, speed=SLOW, contacts=contacts, note=f"going down to {words}")
    return Go((above, down), progress)


def let_go_and_leave(
    situation: Situation, side: Side, opening: float, contacts: tuple[ContactPair, ...]
) -> Generator[Action, Report, Report]:
    """Open the fingers so far, rise, and go home."""
    yield Go((Goal(grippers={side: opening}, contacts=contacts, note="letting go"),), 0.8)
    return (yield from rise_and_leave(situation, (side,), contacts))


def rise_and_leave(
    situation: Situation, sides: tuple[Side, ...], contacts: tuple[ContactPair, ...]
) -> Generator[Action, Report, Report]:
    """Straight up from the box, and home; where loops of cable have come too near meanwhile they are pushed aside."""
    tcp = {side: raised(situation.tcp(side), OVER_M) for side in sides}
    up = Goal(tcp=dict(tcp), straight=True, contacts=contacts, note="rising")
    joints = {side: home_joints(side) for side in sides}
    home = Goal(joints=dict(joints), grippers=dict.fromkeys(sides, OPEN), note=f"moving the {' and the '.join(sides)} arm home")
    aside = tuple(pair for side in sides for pair in loops_aside(situation, side))
    return (yield from leave(situation, sides, up, home, aside))


def needs_empty_hand(situation: Situation, side: Side) -> None:
    """Raises ``SkillFailure`` where a hand holds something."""
    held = situation.scene.held_by(side)
    if held is not None:
        raise SkillFailure(f"the {side} hand holds {in_words(held.name)}")


def touch_of(side: Side, *names: str) -> tuple[ContactPair, ...]:
    """A hand's fingers on things."""
    return tuple((fingers(side), name) for name in names)
