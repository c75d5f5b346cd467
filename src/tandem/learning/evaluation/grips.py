"""Whether hands held, lifted and passed on an object, by the truth: contacts of both fingers, and poses."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tandem.cell.marks import marked_place
from tandem.cell.names import SIDES, Side, other_side
from tandem.cell.props import break_force
from tandem.learning.evaluation.recording import Recording

_CARRIED_M = 0.02
"""An object this far above where it stood is carried by what holds it."""

_CARRIED_S = 0.2


def held_in_turn(recording: Recording, name: str, giver: Side, taker: Side) -> str:
    """First one hand carried it alone, then the other one did."""
    off = recording.poses[name][:, 2] - recording.poses[name][0, 2] > _CARRIED_M
    alone = {side: off & recording.held(name, side) & ~recording.held(name, other_side(side)) for side in (giver, taker)}
    for side in (giver, taker):
        if _longest(recording.times, alone[side]) < _CARRIED_S:
            return f"{name} was never carried by the {side} hand alone"
    first = float(recording.times[alone[giver]][0])
    last = float(recording.times[alone[taker]][-1])
    return "" if first < last else f"the {taker} hand had {name} before the {giver} one"


def held_up(
    recording: Recording, name: str, hands: Sequence[Side], height: float, seconds: float, tilt_deg: float | None = None
) -> str:
    """All hands hold it, that much higher than it stood, and level, for that long without a break, up to the end.

    Args:
        recording: the episode.
        name: of the object.
        hands: that hold it.
        height: above where it stood [m].
        seconds: how long at least, the end included.
        tilt_deg: largest angle between its z axis and the vertical; None for any.
    """
    poses = recording.poses[name]
    rise = poses[:, 2] - poses[0, 2]
    held = np.all([recording.held(name, side) for side in hands], axis=0)
    tilt = _tilt_deg(poses)
    level = np.ones(len(poses), dtype=bool) if tilt_deg is None else tilt <= tilt_deg
    good = held & (rise >= height) & level
    if good[-1] and _last(recording.times, good) >= seconds:
        return ""
    if not held[-1]:
        return f"{name} is not held by {' and '.join(hands)} at the end"
    if rise[-1] < height:
        return f"{name} is {1e3 * rise[-1]:.0f} mm up at the end (at most {1e3 * rise.max():.0f} mm), not {1e3 * height:.0f} mm"
    if not level[-1]:
        return f"{name} is tilted by {tilt[-1]:.1f} degrees at the end"
    return f"{name} was held up and level for {_last(recording.times, good):.1f} s, not {seconds:.1f} s"


def held_over(recording: Recording, name: str, place: str, radius: float, height: float, seconds: float) -> str:
    """A hand holds it above a marked place, for that long without a break, up to the end.

    Args:
        recording: the episode.
        name: of the object.
        place: name of the place in config/cell.yaml.
        radius: largest distance of the object's centre from the place in plan view [m].
        height: of the object's centre above the table at least [m].
        seconds: how long at least, the end included.
    """
    centres = recording.poses[name][:, :3]
    away = np.linalg.norm(centres[:, :2] - marked_place(place).position, axis=1)
    held = np.any([recording.held(name, side) for side in SIDES], axis=0)
    good = held & (away <= radius) & (centres[:, 2] >= height)
    if good[-1] and _last(recording.times, good) >= seconds:
        return ""
    if not held[-1]:
        return f"{name} is not held at the end"
    if not good[-1]:
        return (
            f"{name} is held {1e3 * away[-1]:.0f} mm beside {place} and {1e3 * centres[-1, 2]:.0f} mm above the table at the end"
        )
    return f"{name} was held over {place} for {_last(recording.times, good):.1f} s, not {seconds:.1f} s"


def not_broken(recording: Recording, name: str) -> str:
    """No finger, nor any other part of a robot, ever pressed it harder than what it bears by config/props.yaml."""
    bears = break_force(recording.spec(name).category)
    peak = recording.peak_force(name)
    broken = bears is not None and peak > bears
    return f"{name} broke: it was pressed with {peak:.1f} N, and bears {bears:.0f} N" if broken else ""


def held_at_end(recording: Recording, name: str, hands: Sequence[Side]) -> str:
    """All hands hold it at the end, off what it stood on."""
    missing = [side for side in hands if not recording.held(name, side)[-1]]
    if missing:
        return f"{name} is not held by the {missing[0]} hand at the end"
    rise = float(recording.poses[name][-1, 2] - recording.poses[name][0, 2])
    return "" if rise > _CARRIED_M else f"{name} is held but only {1e3 * rise:.0f} mm up"


def carried_for(recording: Recording, hands: Mapping[str, Side]) -> float:
    """How long at most several things were each in its hand, off where they stood, at the same time [s]."""
    both = np.ones(len(recording.times), dtype=bool)
    for name, side in hands.items():
        rise = recording.poses[name][:, 2] - recording.poses[name][0, 2]
        both &= recording.held(name, side) & (rise > _CARRIED_M)
    return _longest(recording.times, both)


def _tilt_deg(poses: NDArray[np.float64]) -> NDArray[np.float64]:
    """Angle between the z axis of each pose and the vertical, shape (N,)."""
    x, y = poses[:, 3], poses[:, 4]
    return np.degrees(np.arccos(np.clip(1 - 2 * (x * x + y * y), -1.0, 1.0)))


def _longest(times: NDArray[np.float64], mask: NDArray[np.bool_]) -> float:
    """Duration of the longest run of True [s]."""
    best, begun = 0.0, None
    for time, good in zip(times, mask, strict=True):
        if not good:
            begun = None
        else:
            begun = time if begun is None else begun
            best = max(best, float(time - begun))
    return best


def _last(times: NDArray[np.float64], mask: NDArray[np.bool_]) -> float:
    """Duration of the run of True that ends with the last sample [s]."""
    bad = np.flatnonzero(~mask)
    first = 0 if not len(bad) else bad[-1] + 1
    return float(times[-1] - times[first]) if first < len(times) else 0.0
