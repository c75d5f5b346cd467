"""One hand works on the box while the other one holds it: closed fingers press on a handle, or on the face between parts."""

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from tandem.cell.busybox.parts import BOX
from tandem.cell.busybox.scene_objects import box_frame
from tandem.cell.chunk import ContactPair
from tandem.cell.names import Side, other_side
from tandem.cell.pose import Pose
from tandem.policy.skills.actions import SLOW, Action, Go, Goal, Report, SkillFailure, Until
from tandem.policy.skills.box.approach import approach
from tandem.policy.skills.box.braces import NEAR_M, Spot, ranks, spots
from tandem.policy.skills.box.felt import LISTENING_S, Felt, pushed_back
from tandem.policy.skills.box.hands import FIST, OVER_M, ROOM, against_loops, loops_aside, rise_and_leave, touch_of
from tandem.policy.skills.box.look import LOOKING_S
from tandem.policy.skills.situation import Situation, in_words, raised
from tandem.policy.skills.ways import Way, easiest_way, in_the_way

_PRESSING = 0.01
"""The bracing hand goes on down at this speed [m/s] ..."""

_BEYOND_M = 0.005
"""... to so far below what it presses on at most, ..."""

_HOLD_N = 10.0
"""... or until it presses as hard as this."""

_MOST_PAIRS = 400
"""So many pairs of places are looked at."""

_ENOUGH = 3
"""So many ways are offered."""


@dataclass(frozen=True)
class Stance:
    """How both hands are at the box.

    Attributes:
        worker: the hand that works.
        places: where it begins, and where it goes from there.
        brace: where the other one presses; None where it doesn't brace.
        way: to `OVER_M` above both.
        contacts: of the working hand.
    """

    worker: Side
    places: tuple[Pose, ...]
    brace: Spot | None
    way: Way
    contacts: tuple[ContactPair, ...]

    @property
    def sides(self) -> tuple[Side, ...]:
        """The hands at the box."""
        return (self.worker,) if self.brace is None else (self.worker, other_side(self.worker))

    @property
    def touching(self) -> tuple[ContactPair, ...]:
        """What may touch: because of the work, and of the brace."""
        return (*self.contacts, *self._bracing)

    @property
    def _bracing(self) -> tuple[ContactPair, ...]:
        return touch_of(other_side(self.worker), self.brace.on) if self.brace is not None else ()


def stances(
    situation: Situation,
    worker: Side,
    name: str,
    places: Iterable[Sequence[Pose]],
    opening: float,
    contacts: tuple[ContactPair, ...],
    *,
    lifting: bool = False,
) -> list[Stance]:
    """Ways to work at places with the other hand bracing, without it where that can't be.

    Args:
        situation: of the cell.
        worker: the hand that works.
        name: of what it works on.
        places: the alternatives: each where the hand comes down to, and where it goes from there on straight lines.
        opening: travel of its fingers [m].
        contacts: that it needs there.
        lifting: whether the box would be lifted there, so that it must be held down at that end, rather than anywhere.

    Raises:
        SkillFailure: the working hand can't get there, with the reason.
    """
    alternatives = [tuple(place) for place in places]
    for allowed in (contacts, (*contacts, *loops_aside(situation, worker))):
        if any(_work(situation, worker, place, opening, allowed) is not None for place in alternatives):
            return _stances(situation, worker, alternatives, opening, allowed, lifting=lifting)
    why = in_the_way(situation, {worker: (raised(alternatives[0][0], OVER_M), *alternatives[0])}, contacts, {worker: opening})
    raise SkillFailure(f"the {worker} arm can't get at {in_words(name)}: {why}")


def _stances(
    situation: Situation,
    worker: Side,
    alternatives: Sequence[tuple[Pose, ...]],
    opening: float,
    contacts: tuple[ContactPair, ...],
    *,
    lifting: bool,
) -> list[Stance]:
    found, bracer = list[Stance](), other_side(worker)

    @cache
    def works(place: tuple[Pose, ...]) -> bool:
        return _work(situation, worker, place, opening, contacts) is not None

    @cache
    def braces(spot: Spot) -> bool:
        poses = {bracer: (raised(spot.tcp, OVER_M), spot.tcp)}
        return easiest_way(situation, poses, touch_of(bracer, spot.on), ROOM, {bracer: FIST}) is not None

    for spot, place in _pairs(situation, bracer, alternatives, lifting=lifting):
        way = _both(situation, worker, place, spot, opening, contacts) if works(place) and braces(spot) else None
        if way is not None:
            found.append(Stance(worker, place, spot, way, contacts))
        if len(found) == _ENOUGH:
            return found
    return [*found, *_alone(situation, worker, alternatives, opening, contacts)]


def _pairs(
    situation: Situation, bracer: Side, places: Sequence[tuple[Pose, ...]], *, lifting: bool
) -> list[tuple[Spot, tuple[Pose, ...]]]:
    """Places to brace and to work, the best first: where the box would be lifted, those that hold it down by less force."""
    if situation.scene.held_by(bracer) is not None:
        return []
    known = spots(situation.scene, bracer, places[0][0])
    ranked: list[tuple[float, int, tuple[Pose, ...]]] = []
    for place in places:
        good = ranks(situation.scene, place[0], known, lifting=lifting)
        ranked += [(float(good[index]), int(index), place) for index in np.flatnonzero(np.isfinite(good))]
    return [(known[index], place) for _, index, place in sorted(ranked, key=lambda entry: entry[:2])[:_MOST_PAIRS]]


def take_stance(
    situation: Situation,
    worker: Side,
    name: str,
    places: Callable[[], Iterable[Sequence[Pose]]],
    opening: float,
    contacts: tuple[ContactPair, ...],
    *,
    lifting: bool = False,
    pause_m: float = 0.0,
) -> Generator[Action, Report, Stance]:
    """Bring the working hand down to the first of its places as they are now, and brace the box; for the arguments see `stances`.

    It stops ``pause_m`` above its place and looks whether loops of cable have pushed it or the box aside before it goes on.

    Raises:
        SkillFailure: it can't be done.
    """
    seen = list[Pose]()

    def find() -> list[Stance]:
        seen.append(box_frame(situation.object(BOX)))
        return stances(situation, worker, name, places(), opening, contacts, lifting=lifting)

    report, taken = yield from approach(
        situation,
        worker,
        name,
        find,
        lambda stance: _come_down(stance, name, opening, pause_m),
    )
    if taken is not None and report.ok and pause_m:
        report, taken = yield from _go_on_down(situation, taken, name, seen[-1])
    if taken is None or not report.ok:
        raise SkillFailure(f"can't get at {in_words(name)}: {report.reason}")
    yield Until(lambda _: False, LISTENING_S, taken.contacts, f"listening beside {in_words(name)}")
    if taken.brace is not None:
        yield from _press_down(situation, taken)
    return taken


def leave_stance(situation: Situation, stance: Stance) -> Generator[Action, Report, Report]:
    """Both hands up, and home."""
    return (yield from rise_and_leave(situation, stance.sides, stance.touching))


def let_go(situation: Situation, stance: Stance, opening: float) -> Generator[Action, Report, Report]:
    """Open the working hand so far; then both hands up, and home."""
    yield Go((Goal(grippers={stance.worker: opening}, contacts=stance.touching, note="letting go"),), 0.8)
    return (yield from leave_stance(situation, stance))


def _press_down(situation: Situation, stance: Stance) -> Generator[Action, Report, None]:
    side = other_side(stance.worker)
    felt = Felt.from_now(situation.observation, side, pushed_back)
    down = raised(situation.tcp(side), -NEAR_M - _BEYOND_M)
    seconds = (NEAR_M + _BEYOND_M) / _PRESSING
    note = f"bracing the box with the {side} hand"
    goal = Goal(tcp={side: down}, straight=True, seconds=seconds, contacts=stance.touching, note=note)
    yield Go((goal,), 0.45, enough=lambda seen: felt.note(seen) > _HOLD_N)


def _go_on_down(situation: Situation, stance: Stance, name: str, seen: Pose) -> Generator[Action, Report, tuple[Report, Stance]]:
    """From its pause, with the box ``seen`` there when the hands set out, down to where it is now; the stance as it is then."""
    note = f"going down to {in_words(name)}"
    yield Until(lambda _: False, LOOKING_S, stance.touching, note)
    moved = box_frame(situation.object(BOX)) @ seen.inverse
    stance = replace(stance, places=tuple(moved @ place for place in stance.places))
    down = against_loops(situation, stance.worker, stance.places[0])
    over = raised(down, situation.tcp(stance.worker).position[2] - down.position[2])
    goals = tuple(
        Goal(tcp={stance.worker: pose}, straight=True, speed=SLOW, contacts=stance.touching, note=note) for pose in (over, down)
    )
    return (yield Go(goals, 0.42)), stance


def _come_down(stance: Stance, name: str, opening: float, pause_m: float) -> Go:
    words, worker = in_words(name), stance.worker
    tcp, grippers, note = (
        {worker: raised(stance.places[0], pause_m)},
        {worker: opening},
        f"reaching over {words} with the {worker} arm",
    )
    if stance.brace is not None:
        bracer = other_side(worker)
        tcp[bracer], grippers[bracer] = stance.brace.tcp, FIST
        note = f"reaching over {words} with both arms"
    above = Goal(joints=stance.way.joints, grippers=dict(grippers), note=note)
    down = Goal(tcp=dict(tcp), straight=True, speed=SLOW, contacts=stance.touching, note=f"going down to {words}")
    return Go((above, down), 0.4)


def _both(
    situation: Situation,
    worker: Side,
    place: Sequence[Pose],
    spot: Spot,
    opening: float,
    contacts: tuple[ContactPair, ...],
) -> Way | None:
    bracer = other_side(worker)
    poses = {worker: (raised(place[0], OVER_M), *place), bracer: (raised(spot.tcp, OVER_M), *[spot.tcp] * len(place))}
    allowed = (*contacts, *touch_of(bracer, spot.on))
    return easiest_way(situation, poses, allowed, scale=ROOM, fingers={worker: opening, bracer: FIST})


def _work(
    situation: Situation, worker: Side, place: Sequence[Pose], opening: float, contacts: tuple[ContactPair, ...]
) -> Way | None:
    poses = {worker: (raised(place[0], OVER_M), *place)}
    return easiest_way(situation, poses, contacts, ROOM, {worker: opening})


def _alone(
    situation: Situation,
    worker: Side,
    places: Sequence[tuple[Pose, ...]],
    opening: float,
    contacts: tuple[ContactPair, ...],
) -> list[Stance]:
    ways = [(place, _work(situation, worker, place, opening, contacts)) for place in places]
    found = [Stance(worker, place, None, way, contacts) for place, way in ways if way is not None]
    return sorted(found, key=lambda stance: stance.way.effort)
