"""From just above a jack into its hole, which is looked for by touch further and further around."""

from collections.abc import Callable, Generator

import numpy as np

from tandem.cell.observation import Observation
from tandem.cell.pose import Pose
from tandem.policy.skills.actions import Action, Go, Goal, Report
from tandem.policy.skills.box.hands import Descent, frame_of, go_on
from tandem.policy.skills.box.plug_places import seated
from tandem.policy.skills.pushing import Push
from tandem.policy.skills.searching import around
from tandem.policy.skills.situation import Situation, raised

OVER_RIM_M = 0.003
"""Its pin's tip is brought so far above the jack, before it feels its way down."""

_LIFT_M = 0.002
"""Between two places a pin is lifted so far above where it met something: one that is dragged along pulls the box with it."""

_PROBING, _SINKING = 0.0035, 0.025
"""Speeds outside of a hole and in it [m/s]: a hand goes on for half a second once it has felt that it meets something."""

_STUCK_N = 16.0
"""A jack resists about as hard as this at most; a pin that is pushed back harder has met something else."""

_CLEAR_N = 6.0
"""A pin that is pushed back less is clear."""

_PROBE_M = 0.0065
"""So far below the rim a pin is pushed, as far as it goes ..."""

_DROP_M, _DEEP_M = 0.0012, 0.0025
"""It may have found the hole where it goes so much deeper than where it met the rim, or than the rim is expected."""

_FARTHER_M, _GOES = 0.004, 0.6
"""In the hole it goes on by this share of so much, if pushed a little; beside the jack it meets the face."""

_MOST_N = 22.0
"""It is pushed no harder than this then: more than any jack holds on to a pin with."""

_SEATING_M, _SLID_M, _SEATING = 0.002, 0.006, 0.006
"""Where it is so far from its end, slower [m/s], until it is felt to be there: it may have slid in the hand by so much."""

_WIDER_M = 0.0014
"""Radius of the first places that are tried around the jack; it grows with the root of their number."""

_TRIES = 12

_DRAWN_M = 0.01
"""A box that has moved so far since is drawn along by what the hand or the wire is caught in."""


def find_jack(situation: Situation, taken: Descent, words: str) -> Generator[Action, Report, Report]:
    """From just above the rim: into the hole, which is looked for further and further around."""
    side, first = taken.side, frame_of(situation, "wires")
    in_module = first.inverse @ taken.places[-1]
    push, met = Push.tared(situation.observation, side), list[float]()

    def stopped(seen: Observation) -> bool:
        return push.back(seen) > _MOST_N

    for attempt in range(_TRIES):
        aside = around(attempt, _WIDER_M)
        module = frame_of(situation, "wires")  # what pushes the box may move it
        if np.linalg.norm(np.subtract(module.position, first.position)) > _DRAWN_M:
            return Report(False, reason=f"{words} draws the box along")
        rim = module @ in_module
        start = max(met) + _LIFT_M if met else rim.position[2] + OVER_RIM_M
        report = yield from _probe(situation, taken, rim, push, aside, start, words)
        if not report.ok:
            return report
        here = situation.measured_tcp(side).position[2]
        if here > (max(met) - _DROP_M if met else rim.position[2] - _DEEP_M):
            met.append(here)
            continue
        report = yield from _sink(situation, taken, words, _FARTHER_M, _PROBING, stopped)
        if not report.ok:
            return report
        if here - situation.measured_tcp(side).position[2] > _GOES * _FARTHER_M:
            way = situation.tcp(side).position[2] - seated(rim).position[2] - _SEATING_M
            report = yield from _sink(situation, taken, words, way, _SINKING)
            return (yield from _sink(situation, taken, words, _SEATING_M + _SLID_M, _SEATING, stopped)) if report.ok else report
    return Report(False, reason=f"{words} doesn't go into its jack")


def _sink(
    situation: Situation,
    taken: Descent,
    words: str,
    way: float,
    speed: float,
    enough: Callable[[Observation], bool] | None = None,
) -> Generator[Action, Report, Report]:
    """So much deeper [m]."""
    goal = Goal(
        tcp={taken.side: raised(situation.tcp(taken.side), -way)},
        straight=True,
        seconds=way / speed,
        contacts=taken.contacts,
        note=f"pushing {words} in",
    )
    return (yield from go_on(situation, taken.side, Go((goal,), 0.75, enough=enough)))


def _probe(
    situation: Situation, taken: Descent, rim: Pose, push: Push, aside: np.ndarray, start: float, words: str
) -> Generator[Action, Report, Report]:
    """At a height ``start`` of the hand over the jack, off its axis by so much, and down until something is met, or the tip is in
    the hole."""
    side, contacts = taken.side, taken.contacts
    shift = frame_of(situation, "wires").rotation[:, :2] @ aside
    x, y, z = (float(value) for value in np.array(rim.position) + shift)
    here = situation.tcp(side)
    note = f"looking for the jack of {words}"
    up = raised(here, max(start - here.position[2], 0.0))
    over, deep = (Pose((x, y, height), rim.quaternion) for height in (start, z - _PROBE_M))
    goals = [Goal(tcp={side: pose}, straight=True, contacts=contacts, note=note) for pose in (up, over)]
    feel = Goal(tcp={side: deep}, straight=True, seconds=(start - deep.position[2]) / _PROBING, contacts=contacts, note=note)
    meets = _Meets(push)
    return (yield from go_on(situation, side, Go((*goals, feel), 0.65, enough=meets.noticed)))


class _Meets:
    """Notices that a pin meets something, once it was clear of what it met before."""

    def __init__(self, push: Push) -> None:
        self._push, self._clear = push, False

    def noticed(self, seen: Observation) -> bool:
        """Whether it does."""
        back = self._push.back(seen)
        self._clear = self._clear or back < _CLEAR_N
        return self._clear and back > _STUCK_N
