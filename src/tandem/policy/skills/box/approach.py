"""Getting to a part of the box, and starting over when it turns out to be elsewhere meanwhile."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol, TypeVar

import numpy as np

from tandem.cell.busybox.parts import PLUG_CATEGORY
from tandem.cell.busybox.scene_objects import turn_between
from tandem.cell.names import Side
from tandem.cell.observation import Observation
from tandem.cell.pose import Pose
from tandem.cell.scene import SceneObject
from tandem.policy.skills.actions import Action, Go, Goal, Report
from tandem.policy.skills.box.hands import OVER_M
from tandem.policy.skills.recovery import first_that_works
from tandem.policy.skills.situation import Situation, in_words, raised

_MOVED_M, _TURNED_RAD = 0.004, float(np.radians(6.0))
"""What is seen farther than this from where it was, or turned more, has moved."""

_PLUG_SLACK = 2.5
"""Times that for a loose plug, which is small: its pose is less sure."""

_CHANGES = 4
"""So often a hand starts over."""


class Approaching(Protocol):
    """A way to the box."""

    @property
    def sides(self) -> tuple[Side, ...]:
        """The hands that go there."""
        ...


Way = TypeVar("Way", bound=Approaching)


@dataclass(frozen=True)
class Watch:
    """Where something was seen when a hand set out for it."""

    name: str
    pose: Pose

    @classmethod
    def of(cls, item: SceneObject) -> "Watch":
        """From now on."""
        return cls(item.name, item.pose)

    def gone(self, observation: Observation) -> bool:
        """Whether it is seen somewhere else now."""
        item = observation.scene.get(self.name)
        if item is None:
            return False
        apart = np.linalg.norm(np.subtract(item.pose.position, self.pose.position))
        turned = turn_between(item, self.pose)
        slack = _PLUG_SLACK if item.category == PLUG_CATEGORY else 1.0
        return bool(apart > slack * _MOVED_M or turned > slack * _TURNED_RAD)


class _Lookout:
    """Notices that something has moved; it may be seen where it was again afterwards, but the motion has ended."""

    def __init__(self, watch: Watch) -> None:
        self._watch, self._noticed = watch, False

    def notices(self, seen: Observation) -> bool:
        """Whether it has."""
        self._noticed = self._noticed or self._watch.gone(seen)
        return self._noticed


def _watched(motion: Callable[[Way], Go], lookout: _Lookout, way: Way) -> Go:
    """The motion of a way, which ends when something is noticed."""
    return replace(motion(way), enough=lookout.notices)


def approach(
    situation: Situation,
    side: Side,
    name: str,
    find: Callable[[], Sequence[Way]],
    motion: Callable[[Way], Go],
    look: Callable[[], Generator[Action, Report, None]] | None = None,
) -> Generator[Action, Report, tuple[Report, Way | None]]:
    """Carry out the first way to a thing that can be planned, and another one if it is seen to move meanwhile.

    Args:
        situation: of the cell.
        side: the hand that works.
        name: of what is watched.
        find: gives the ways, best first, as things are now; may raise ``SkillFailure`` where there are none.
        motion: the motion of a way.
        look: what is done before each start.

    Returns:
        How it ended, and the way that was taken.
    """
    for _ in range(_CHANGES):
        if look is not None:
            yield from look()
        lookout = _Lookout(Watch.of(situation.object(name)))
        report, taken = yield from first_that_works(situation, side, find, partial(_watched, motion, lookout))
        if taken is None or not report.ok or not lookout.notices(situation.observation):
            return report, taken
        contacts = motion(taken).goals[-1].contacts
        up = {side: raised(situation.tcp(side), OVER_M) for side in taken.sides}
        yield Go((Goal(tcp=dict(up), straight=True, contacts=contacts, note=f"{in_words(name)} has moved: backing off"),))
    return Report(False, reason=f"{in_words(name)} doesn't keep still"), None
