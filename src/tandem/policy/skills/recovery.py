"""What skills do when the first way doesn't work."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from typing import TypeVar

from tandem.cell.chunk import ContactPair
from tandem.cell.names import Side, other_side
from tandem.policy.skills.actions import Action, Go, Goal, Report, SkillFailure
from tandem.policy.skills.situation import Situation, home_joints

Way = TypeVar("Way")

MOST_WAYS = 10
"""So many ways are planned before it is given up."""


def first_that_works(
    situation: Situation, side: Side, find: Callable[[], Sequence[Way]], motion: Callable[[Way], Go]
) -> Generator[Action, Report, tuple[Report, Way | None]]:
    """Carry out the first way that can be planned; if none can, send the other arm home, out of the way, and look again.

    Args:
        situation: of the cell.
        side: the arm that works.
        find: gives the ways, best first, as things are now; may raise ``SkillFailure`` where there are none.
        motion: the motion of a way.

    Returns:
        How it ended, and the way that was taken.
    """
    report, taken = yield from _first(find, motion)
    if taken is not None or situation.is_home(other_side(side)):
        return report, taken
    cleared = yield from send_home(situation, (other_side(side),))
    return (yield from _first(find, motion)) if cleared.ok else (report, taken)


def _first(
    find: Callable[[], Sequence[Way]], motion: Callable[[Way], Go]
) -> Generator[Action, Report, tuple[Report, Way | None]]:
    try:
        ways = find()
    except SkillFailure as failure:
        return Report(False, moved=False, reason=str(failure)), None
    report = Report(False, moved=False, reason="there is no way to do it")
    for way in ways[:MOST_WAYS]:
        report = yield motion(way)
        if report.moved:
            return report, way
    return report, None


def send_home(situation: Situation, sides: tuple[Side, ...], progress: float = 0.0) -> Generator[Action, Report, Report]:
    """Bring arms home that aren't, together or else one after the other; what a hand holds it keeps."""
    away = [side for side in sides if not situation.is_home(side)]
    if not away:
        return Report(True)
    note = f"moving the {' and the '.join(away)} arm home"
    report = yield Go((Goal(joints={side: home_joints(side) for side in away}, note=note),), progress)
    if report.moved or len(away) == 1:
        return report
    for side in away:
        report = yield Go((Goal(joints={side: home_joints(side)}, note=f"moving the {side} arm home"),), progress)
    return report


def leave(
    situation: Situation, sides: tuple[Side, ...], up: Goal, home: Goal, aside: tuple[ContactPair, ...] = ()
) -> Generator[Action, Report, Report]:
    """Up and home after letting go; where the way up is blocked, past what may be pushed ``aside``, else home by whatever way."""
    report = yield Go((up, home), progress=0.95)
    if not report.moved and aside:
        up = replace(up, contacts=(*up.contacts, *aside))
        report = yield Go((up, home), progress=0.95)
    if not report.ok and not report.moved:
        yield Go((up,), progress=0.8)
    return report if report.ok else (yield from send_home(situation, sides, progress=0.95))
