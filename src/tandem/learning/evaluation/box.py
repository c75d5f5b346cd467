"""Whether what was to be done on the BusyBox was done, by the box's own state."""

from math import degrees, radians, remainder, tau

import numpy as np

from tandem.cell.busybox.parts import BOX, PARTS, part_named
from tandem.cell.busybox.state import ROW_NAMES, WIRE_COLOURS, knob_angle, slider_x
from tandem.cell.motions import DIRECTIONS, SENSES
from tandem.learning.evaluation.recording import Recording
from tandem.sim.busybox.track import BoxTrack

_IN_DETENT_M, _IN_DETENT_RAD = 0.004, radians(15.0)
"""As far as this from its number a slider or the knob may be."""

_SEATED_M = 0.008
"""A plug that was put in is at least so deep in its jack."""

_STANDS_M, _STANDS_RAD = 0.004, radians(2.0)
"""A box that stands on the table is at most so much higher than at the start, and tilted."""

_STILL_S, _STILL_M = 0.3, 0.002


def pressed(recording: Recording, name: str, part: str) -> str:
    """The button was down at some time."""
    return "" if part in pressed_buttons(recording) else f"{part} was not pressed"


def pressed_buttons(recording: Recording) -> tuple[str, ...]:
    """Names of all buttons that were pressed, after the start."""
    return tuple(f"{BOX}/buttons/{colour}" for colour in _track(recording).pressed())


def at(recording: Recording, name: str, part: str, state: str) -> str:
    """A part is in that state at the end: ``1`` to ``6``, ``on``, ``off``, ``in``, ``out``; and well in it."""
    track = _track(recording)
    now = track.state().of(part)
    if now != str(state):
        return f"{part} is {now}, not {state}"
    return _not_well_in(track, part)


def _not_well_in(track: BoxTrack, part: str) -> str:
    """What says that a part is between two states."""
    kind, state = part_named(part), track.state()
    if kind.module == "sliders":
        row = ROW_NAMES.index(kind.key)
        off = float(track.sliders[-1][row]) - slider_x(state.sliders[row])
        return f"{part} is {1e3 * off:.0f} mm beside {state.sliders[row]}" if abs(off) > _IN_DETENT_M else ""
    if kind.module == "knob":
        off = remainder(float(track.knob[-1]) - knob_angle(state.knob), tau)
        return f"{part} is {degrees(off):.0f} degrees beside {state.knob}" if abs(off) > _IN_DETENT_RAD else ""
    if kind.module == "wires" and state.of(part) == "in":
        depth = float(track.plugs[-1][WIRE_COLOURS.index(kind.key)].min())
        return f"a plug of {part} is only {1e3 * depth:.0f} mm deep in its jack" if depth < _SEATED_M else ""
    return ""


def moved(recording: Recording, name: str, direction: str, distance: float) -> str:
    """The box stands that much farther on in a direction of `DIRECTIONS` [m]."""
    way = recording.poses[name][-1, :2] - recording.poses[name][0, :2]
    along = float(way @ DIRECTIONS[direction])
    if along < distance:
        return f"{name} was moved by {1e3 * along:.0f} mm {direction}, not {1e3 * distance:.0f} mm"
    return _not_standing(recording, name)


def rotated(recording: Recording, name: str, direction: str, angle_deg: float) -> str:
    """The box stands turned by that much in a sense of `SENSES`."""
    turn = SENSES[direction] * remainder(recording.pose(name).yaw - recording.pose(name, 0).yaw, tau)
    if degrees(turn) < angle_deg:
        return f"{name} was turned by {degrees(turn):.0f} degrees {direction}, not {angle_deg:.0f}"
    return _not_standing(recording, name)


def nothing_else(recording: Recording, name: str, part: str = "") -> str:
    """All parts but that one are as they were at the start, and no other button was pressed."""
    track = _track(recording)
    before, after = track.state(0), track.state()
    for other in (entry.name for entry in PARTS if entry.name != part and entry.module != "buttons"):
        if before.of(other) != after.of(other):
            return f"{other} changed from {before.of(other)} to {after.of(other)}"
    wrong = [button for button in pressed_buttons(recording) if button != part]
    return f"{wrong[0]} was pressed" if wrong else ""


def _not_standing(recording: Recording, name: str) -> str:
    start, end = recording.pose(name, 0), recording.pose(name)
    if abs(end.position[2] - start.position[2]) > _STANDS_M or np.arccos(min(1.0, end.rotation[2, 2])) > _STANDS_RAD:
        return f"{name} doesn't stand on the table"
    if recording.travel(name, _STILL_S) > _STILL_M:
        return f"{name} still moves"
    return ""


def _track(recording: Recording) -> BoxTrack:
    if recording.box is None:
        raise KeyError(f"the scene has no {BOX}")
    return recording.box
