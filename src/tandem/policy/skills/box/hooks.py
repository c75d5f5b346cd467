"""Closed fingers hooked into the holes of the box's handles, to push and pull it about."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from tandem.cell.busybox.parts import BOX, HANDLES
from tandem.cell.busybox.shapes import handle_hole
from tandem.cell.chunk import ContactPair
from tandem.cell.names import SIDES, Side
from tandem.cell.pose import Pose
from tandem.cell.scene import SceneObject
from tandem.policy.skills.actions import SLOW, Go, Goal, SkillFailure
from tandem.policy.skills.box.hands import FIST, FIST_HALF_M, HALVES, OVER_M, ROOM, loops_aside, tips_at, touch_of
from tandem.policy.skills.situation import Situation, raised
from tandem.policy.skills.ways import Way, easiest_way, in_the_way

_DEEP_M = 0.013
"""The tips are so far below a handle's upper face."""

_LEAN = float(np.radians(10.0))
"""The hands lean outward, so that their palms are clear of what stands near the box's edge."""

_OUT_M = 0.0005
"""Towards the bar from the hole's middle."""

_NARROW_M = 0.0045
"""The hole is so much shorter where the fingers' outer side is."""

GAP_M = 0.003
"""Between the fingers and the post that they will push."""


@dataclass(frozen=True)
class Hooks:
    """Hands in handles.

    Attributes:
        tcp: where they are, by side.
        handles: that they are in, by side.
        way: to `OVER_M` above.
        aside: loops of cable that may be touched.
    """

    tcp: dict[Side, Pose]
    handles: dict[Side, str]
    way: Way
    aside: tuple[ContactPair, ...] = ()

    @property
    def sides(self) -> tuple[Side, ...]:
        """The hands that go there."""
        return tuple(self.tcp)

    @property
    def contacts(self) -> tuple[ContactPair, ...]:
        """What touches."""
        touching = (pair for side, handle in self.handles.items() for pair in touch_of(side, handle))
        return (*touching, *self.aside)


def hooks(situation: Situation, along: dict[Side, float]) -> list[Hooks]:
    """Ways into the handles on the hands' own sides, the easier first; those that push loops of cable aside come last: a loop may
    be in the way only half way down.

    Args:
        situation: of the cell.
        along: for each hand towards which end of the handle it is, along the box's y axis: -1, 0 or 1.

    Raises:
        SkillFailure: there is none.
    """
    own = {side: handle for side, handle in own_handles(map(situation.object, HANDLES)).items() if side in along}
    names = {side: handle.name for side, handle in own.items()}
    contacts = tuple(pair for side, name in names.items() for pair in touch_of(side, name))
    box, fists, why, ways = situation.object(BOX), dict.fromkeys(own, FIST), "", list[Hooks]()
    for aside in ((), tuple(pair for side in own for pair in loops_aside(situation, side))):
        found = []
        for turn in HALVES:
            tcp = {side: in_hole(box, handle, along[side], turn) for side, handle in own.items()}
            poses = {side: (raised(pose, OVER_M), pose) for side, pose in tcp.items()}
            way = easiest_way(situation, poses, (*contacts, *aside), ROOM, fists)
            if way is None:
                why = in_the_way(situation, poses, (*contacts, *aside), fists)
            else:
                found.append(Hooks(tcp, names, way, aside))
        ways += sorted(found, key=lambda entry: entry.way.effort)
    if ways:
        return ways
    raise SkillFailure(f"the hands can't get into the handles: {why}")


def own_handles(handles: Iterable[SceneObject]) -> dict[Side, SceneObject]:
    """The box's two handles by the hand on whose side they are."""
    return dict(zip(SIDES, sorted(handles, key=lambda item: -item.pose.position[1]), strict=True))


def hook_in(taken: Hooks) -> Go:
    """Over the handles, and in."""
    sides = tuple(taken.tcp)
    note = f"reaching for the box with {'both arms' if len(sides) == 2 else f'the {sides[0]} arm'}"
    above = Goal(joints=taken.way.joints, grippers=dict.fromkeys(sides, FIST), note=note)
    down = Goal(tcp=dict(taken.tcp), straight=True, speed=SLOW, contacts=taken.contacts, note="going into the handles")
    return Go((above, down), 0.4)


def in_hole(box: SceneObject, handle: SceneObject, end: float, turn: float) -> Pose:
    """The tcp of fingers in a handle's hole; the hand is turned so that its narrower side lies across the hole.

    Args:
        box, handle: as they are seen.
        end: of the hole, along the box's y axis: -1, 0 (the middle) or 1.
        turn: one of `HALVES`.
    """
    x, _, half = handle_hole(handle.size)
    same = float(handle.pose.rotation[:, 1] @ box.pose.rotation[:, 1])
    y = np.sign(same) * end * (half - _NARROW_M - FIST_HALF_M - GAP_M)
    tips = Pose((x + _OUT_M, float(y), handle.size[2] / 2 - _DEEP_M))
    lean = Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, _LEAN, 0.0))
    return handle.pose @ tips @ lean @ tips_at(0.0, 0.0, 0.0, turn)
