"""One hand works on the box while the other one holds it down: closed fingers press on the bar of a handle."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np

from tandem.cell.busybox.parts import BOX
from tandem.cell.busybox.shapes import handle_bar
from tandem.cell.chunk import ContactPair
from tandem.cell.names import Side, other_side
from tandem.cell.pose import Pose
from tandem.cell.scene import SceneObject
from tandem.policy.skills.actions import SLOW, Action, Go, Goal, Report, SkillFailure, Until
from tandem.policy.skills.box.felt import LISTENING_S, Felt, pushed_back
from tandem.policy.skills.box.hands import FIST, FIST_HALF_M, OVER_M, QUARTERS, ROOM, rise_and_leave, tips_at, touch_of
from tandem.policy.skills.recovery import first_that_works
from tandem.policy.skills.situation import Situation, in_words, raised
from tandem.policy.skills.ways import Way, easiest_way, in_the_way

HANDLES: Final = (f"{BOX}/handles/left", f"{BOX}/handles/right")

_TILTS = tuple(np.radians((0.0, 20.0, 35.0)))
"""By which the bracing hand leans away from the box, to leave room for the other one."""

_ALONG_M = (0.0, 0.045, -0.045)
"""Places on a bar, from its middle."""

_NEAR_M = 0.002
"""The bracing hand comes down quickly to so far above the bar ..."""

_PRESSING = 0.01
"""... goes on at this speed [m/s] ..."""

_BEYOND_M = 0.002
"""... to so far below its upper face at most, ..."""

_HOLD_N = 10.0
"""... or until it presses as hard as this."""

_ENOUGH = 3
"""So many ways are offered."""


@dataclass(frozen=True)
class Stance:
    """How both hands are at the box.

    Attributes:
        worker: the hand that works.
        places: where it begins, and where it goes from there.
        brace: where the other one presses, its fingers just above the bar; None where it doesn't brace.
        handle: of the box that it presses on, or empty.
        way: to `OVER_M` above both.
    """

    worker: Side
    places: tuple[Pose, ...]
    brace: Pose | None
    handle: str
    way: Way

    @property
    def sides(self) -> tuple[Side, ...]:
        """The hands at the box."""
        return (self.worker,) if self.brace is None else (self.worker, other_side(self.worker))

    @property
    def bracing(self) -> tuple[ContactPair, ...]:
        """What touches because of the brace."""
        return touch_of(other_side(self.worker), self.handle) if self.brace is not None else ()


def stances(
    situation: Situation,
    worker: Side,
    name: str,
    places: Iterable[Sequence[Pose]],
    opening: float,
    contacts: tuple[ContactPair, ...],
) -> list[Stance]:
    """Ways to work at places with the other hand bracing, without it where that can't be.

    Args:
        situation: of the cell.
        worker: the hand that works.
        name: of what it works on.
        places: the alternatives: each where the hand comes down to, and where it goes from there on straight lines.
        opening: travel of its fingers [m].
        contacts: that it needs there.

    Raises:
        SkillFailure: the working hand can't get there, with the reason.
    """
    alternatives, found = list(places), list[Stance]()
    bracer = other_side(worker)
    for handle, tcp in _braces(situation, bracer, alternatives[0][0]) if situation.scene.held_by(bracer) is None else ():
        here = [
            Stance(worker, tuple(place), tcp, handle, way)
            for place in alternatives
            if (way := _both(situation, worker, place, tcp, handle, opening, contacts)) is not None
        ]
        found += sorted(here, key=lambda stance: stance.way.effort)
        if len(found) >= _ENOUGH:
            return found
    return [*found, *_alone(situation, worker, name, alternatives, opening, contacts)]


def take_stance(
    situation: Situation,
    worker: Side,
    name: str,
    places: Iterable[Sequence[Pose]],
    opening: float,
    contacts: tuple[ContactPair, ...],
) -> Generator[Action, Report, Stance]:
    """Bring the working hand down to the first of its places, and brace the box; the arguments are those of `stances`.

    Raises:
        SkillFailure: it can't be done.
    """
    alternatives = list(places)
    report, taken = yield from first_that_works(
        situation,
        worker,
        lambda: stances(situation, worker, name, alternatives, opening, contacts),
        lambda stance: _come_down(stance, name, opening, contacts),
    )
    if taken is None or not report.ok:
        raise SkillFailure(f"can't get at {in_words(name)}: {report.reason}")
    yield Until(lambda _: False, LISTENING_S, contacts, f"listening beside {in_words(name)}")
    if taken.brace is not None:
        yield from _press_down(situation, taken)
    return taken


def leave_stance(situation: Situation, stance: Stance, contacts: tuple[ContactPair, ...]) -> Generator[Action, Report, Report]:
    """Both hands up, and home."""
    return (yield from rise_and_leave(situation, stance.sides, (*contacts, *stance.bracing)))


def _press_down(situation: Situation, stance: Stance) -> Generator[Action, Report, None]:
    side = other_side(stance.worker)
    felt = Felt.from_now(situation.observation, side, pushed_back)
    down = raised(situation.tcp(side), -_NEAR_M - _BEYOND_M)
    seconds = (_NEAR_M + _BEYOND_M) / _PRESSING
    note = f"bracing the box with the {side} hand"
    goal = Goal(tcp={side: down}, straight=True, seconds=seconds, contacts=stance.bracing, note=note)
    yield Go((goal,), 0.45, enough=lambda seen: felt.note(seen) > _HOLD_N)


def _come_down(stance: Stance, name: str, opening: float, contacts: tuple[ContactPair, ...]) -> Go:
    words, worker = in_words(name), stance.worker
    tcp, grippers, note = {worker: stance.places[0]}, {worker: opening}, f"reaching over {words} with the {worker} arm"
    if stance.brace is not None:
        bracer = other_side(worker)
        tcp[bracer], grippers[bracer] = stance.brace, FIST
        note = f"reaching over {words} with both arms"
    above = Goal(joints=stance.way.joints, grippers=dict(grippers), note=note)
    both = (*contacts, *stance.bracing)
    down = Goal(tcp=dict(tcp), straight=True, speed=SLOW, contacts=both, note=f"going down to {words}")
    return Go((above, down), 0.4)


def _both(
    situation: Situation,
    worker: Side,
    place: Sequence[Pose],
    brace: Pose,
    handle: str,
    opening: float,
    contacts: tuple[ContactPair, ...],
) -> Way | None:
    bracer = other_side(worker)
    poses = {worker: (raised(place[0], OVER_M), *place), bracer: (raised(brace, OVER_M), *[brace] * len(place))}
    allowed = (*contacts, *touch_of(bracer, handle))
    return easiest_way(situation, poses, allowed, scale=ROOM, fingers={worker: opening, bracer: FIST})


def _alone(
    situation: Situation,
    worker: Side,
    name: str,
    places: Sequence[Sequence[Pose]],
    opening: float,
    contacts: tuple[ContactPair, ...],
) -> list[Stance]:
    found, why = [], "there is no way"
    for place in places:
        poses = {worker: (raised(place[0], OVER_M), *place)}
        way = easiest_way(situation, poses, contacts, ROOM, {worker: opening})
        if way is None:
            why = in_the_way(situation, poses, contacts, {worker: opening})
        else:
            found.append(Stance(worker, tuple(place), None, "", way))
    if not found:
        raise SkillFailure(f"the {worker} arm can't get at {in_words(name)}: {why}")
    return sorted(found, key=lambda stance: stance.way.effort)


def _braces(situation: Situation, side: Side, work: Pose) -> Iterator[tuple[str, Pose]]:
    """Handles and tcp poses on their bars: the handle on the hand's own side first, upright hands, and far from the work."""
    handles = sorted((situation.object(name) for name in HANDLES), key=lambda item: item.pose.position[1], reverse=side == "left")
    for handle, tilt in product(handles, _TILTS):
        poses = [_on_bar(handle, along, float(tilt), quarter) for along, quarter in product(_ALONG_M, QUARTERS)]
        for tcp in sorted(poses, key=lambda pose: -np.linalg.norm(np.subtract(pose.position, work.position)).round(2)):
            yield handle.name, tcp


def _on_bar(handle: SceneObject, along: float, tilt: float, turn: float) -> Pose:
    """The tcp of closed fingers just above a bar's upper face, leaning away from the box: then they touch it with an edge."""
    bar, size = handle_bar(handle.size)
    lean = Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, tilt, 0.0))
    edge = FIST_HALF_M * np.array([np.cos(tilt), 0.0, -np.sin(tilt)]) if tilt else np.zeros(3)
    x, y, z = np.array([bar.position[0], along, size[2] / 2 + _NEAR_M]) - edge
    tips = Pose((float(x), float(y), float(z)))
    return handle.pose @ tips @ lean @ tips_at(0.0, 0.0, 0.0, turn)
