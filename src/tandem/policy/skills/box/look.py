"""Look at a loose plug from nearby, with the camera of the hand that is to take it."""

from collections.abc import Generator
from typing import Final

import numpy as np

from tandem.cell.busybox.state import ROW_NAMES
from tandem.cell.names import Side
from tandem.cell.reach import top_down
from tandem.policy.skills.actions import Action, Go, Goal, Report, Until
from tandem.policy.skills.box.hands import frame_of
from tandem.policy.skills.recovery import first_that_works
from tandem.policy.skills.situation import Situation, in_words
from tandem.policy.skills.ways import Way, easiest_way

OVER_M: Final = (0.08, 0.10)
"""Heights of the hand above the plug, the best first."""

_QUARTER: Final = float(np.pi / 2)

LOOKING_S: Final = 0.8
"""Time in which a few images are taken and understood [s]."""


def look_closely(situation: Situation, side: Side, name: str) -> Generator[Action, Report, None]:
    """Bring a hand's camera over a plug and wait until it is seen; where that can't be done, it is known from above alone."""
    note = f"looking at {in_words(name)} closely"
    report, _ = yield from first_that_works(
        situation, side, lambda: _ways(situation, side, name), lambda way: Go((Goal(joints=way.joints, note=note),), progress=0.1)
    )
    if report.ok:
        until = situation.observation.stamp + LOOKING_S
        yield Until(lambda seen: seen.stamp >= until, LOOKING_S + 1.0, note=note, progress=0.15)


def _ways(situation: Situation, side: Side, name: str) -> list[Way]:
    """Best from the module's edge, where no cables are before the plug, else from the sides."""
    x, y, z = situation.object(name).pose.position
    outward = _QUARTER if name.endswith(ROW_NAMES[0]) else -_QUARTER
    yaw = frame_of(situation, "wires").yaw
    found = []
    for turn in (0.0, _QUARTER, -_QUARTER):
        poses = [top_down((x, y, z + height), yaw + outward + turn) for height in OVER_M]
        ways = [easiest_way(situation, {side: (pose,)}) for pose in poses]
        found += [way for way in ways if way is not None]
    return found
