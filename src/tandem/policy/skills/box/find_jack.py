"""From just above a jack into its hole, which is looked for by touch further and further around."""

from collections.abc import Generator

import numpy as np

from tandem.cell import description
from tandem.cell.names import Side
from tandem.cell.pose import Pose
from tandem.policy.skills.actions import SLOW, Action, Go, Goal, Report
from tandem.policy.skills.box.hands import Descent, frame_of, go_on
from tandem.policy.skills.pushing import Push
from tandem.policy.skills.situation import Situation, raised

OVER_RIM_M = 0.003
"""Its pin's tip is brought so far above the jack, before it feels its way down."""

_PROBING, _SINKING = 0.010, 0.025
"""Speeds outside of a hole and in it [m/s]."""

_STUCK_N = 16.0
"""A jack resists about as hard as this at most; a pin that is pushed back harder has met something else."""

_PROBE_M = 0.008
"""So far below the rim a pin is pushed, as far as it goes ..."""

_IN_M = 0.0055
"""... and has found the hole if it is this deep: deeper than the face beside the jack."""

_BEYOND_M = 0.002
"""A plug is pushed so much farther than it goes, which its jack resists."""

_WIDER_M = 0.0014
"""Radius of the first places that are tried around the jack; it grows with the root of their number."""

_TURN = 2.4
"""Angle between one such place and the next [rad]: never the same twice."""

_TRIES = 12


def find_jack(situation: Situation, taken: Descent, words: str) -> Generator[Action, Report, Report]:
    """From just above the rim: into the hole, which is looked for further and further around."""
    side, rim = taken.side, taken.places[-1]
    depth = float(description.settings("busybox.yaml")["wires"]["jack"]["depth"])
    push = Push.tared(situation.observation, side)
    for attempt in range(_TRIES):
        aside = _WIDER_M * np.sqrt(attempt) * np.array([np.cos(_TURN * attempt), np.sin(_TURN * attempt)])
        report = yield from _probe(situation, taken, push, aside, words)
        if not report.ok:
            return report
        if rim.position[2] - measured_tcp(situation, side).position[2] > _IN_M:
            here = situation.tcp(side)
            way = depth + _BEYOND_M - (rim.position[2] - here.position[2])
            goal = Goal(
                tcp={side: raised(here, -way)},
                straight=True,
                seconds=way / _SINKING,
                contacts=taken.contacts,
                note=f"pushing {words} in",
            )
            return (yield from go_on(situation, side, Go((goal,), 0.75)))
    return Report(False, reason=f"{words} doesn't go into its jack")


def _probe(situation: Situation, taken: Descent, push: Push, aside: np.ndarray, words: str) -> Generator[Action, Report, Report]:
    """Above the jack, off its axis by so much, and down until something is met, or the tip is in the hole."""
    side, rim, contacts = taken.side, taken.places[-1], taken.contacts
    shift = frame_of(situation, "wires").rotation[:, :2] @ aside
    x, y, z = (float(value) for value in np.array(rim.position) + shift)
    above, down = (Pose((x, y, z + height), rim.quaternion) for height in (OVER_RIM_M, -_PROBE_M))
    over = Goal(tcp={side: above}, straight=True, speed=SLOW, contacts=contacts, note=f"looking for the jack of {words}")
    feel = Goal(
        tcp={side: down},
        straight=True,
        seconds=(OVER_RIM_M + _PROBE_M) / _PROBING,
        contacts=contacts,
        note=f"feeling for the jack of {words}",
    )
    if situation.tcp(side).position[2] < z + OVER_RIM_M - 2e-4:
        report = yield from go_on(situation, side, Go((over,), 0.6))
        if not report.ok:
            return report
    return (yield from go_on(situation, side, Go((feel,), 0.65, enough=lambda seen: push.back(seen) > _STUCK_N)))


def measured_tcp(situation: Situation, side: Side) -> Pose:
    """Where a hand really is, rather than where it was sent."""
    return situation.robot.tcp_pose(situation.observation.positions, side)
