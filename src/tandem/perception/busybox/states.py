"""States of an upright module's parts, by what is measured and by what the network tells; each counts where it can see."""

from collections.abc import Callable
from dataclasses import dataclass
from math import atan2, cos, exp, pi, sin, tau
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tandem.cell import description
from tandem.cell.busybox import parts, state
from tandem.cell.busybox.layout import Module
from tandem.cell.busybox.state import ROW_NAMES, WIRE_COLOURS
from tandem.perception.busybox import measure
from tandem.perception.busybox.answers import HALF_SLOT, KNOB, PLUGS, SLIDERS, SWITCHES
from tandem.perception.busybox.patches import Patch

SURE: Final = 0.8
"""A state that is as probable as this is believed at once."""

HIDDEN: Final = 0.45
"""A part of whose surroundings more than this is hidden isn't told."""

MEASURED_ODDS, TOLD_ODDS = 2.0, 5.0
"""By how much, in log odds, a measurement and the network count at most for a plug's state: a neighbour's loose plug may lean
over a jack, and the network sees what leans where."""

ALIKE: Final = 0.008
"""Measured and told places of a slider's cap that differ by more than this are of different things [m]."""

Point = tuple[float, float, float]


@dataclass(frozen=True)
class PartReading:
    """Of one part, in one image.

    Attributes:
        name: of a part, or of a plug.
        state: as `SceneObject.state`.
        sure: probability of the state.
        place: middle of what a hand would touch, in the module's frame [m]; None where the state tells it well enough.
        angle: of a knob's pointer, counterclockwise from the module's y axis [rad].
        colour: of what a hand would touch, a colour word; empty where the name tells it.
    """

    name: str
    state: str
    sure: float
    place: Point | None = None
    angle: float = 0.0
    colour: str = ""


def read(module: Module, patch: Patch, told: NDArray[np.float32]) -> list[PartReading]:
    """What is seen of the parts of a module; those that are hidden are left out.

    Args:
        module: which.
        patch: of it, upright.
        told: the network's numbers of that patch, shape (COUNT,).
    """
    reader = _READERS.get(module)
    return reader(patch, told, measure.face_level(patch)) if reader is not None else []


def _buttons(patch: Patch, told: NDArray[np.float32], level: float) -> list[PartReading]:
    own = description.settings("busybox.yaml")["buttons"]
    readings = []
    for colour in state.BUTTON_COLOURS:
        x, y = (float(own["offset"]) * sign for sign in own["places"][colour])
        pressed = measure.button_down(patch, (x, y), level)
        if pressed is None or measure.hidden(patch, (x, y), float(own["cap"]) / 2) > HIDDEN:
            continue
        odds = (pressed / float(own["travel"]) - 0.5) * 10.0
        down = pressed > float(own["travel"]) / 2
        place = (x, y, float(own["height"]) - max(pressed if down else 0.0, 0.0))
        readings.append(PartReading(f"{parts.BOX}/buttons/{colour}", "down" if down else "up", _sure(abs(odds)), place))
    return readings


def _sliders(patch: Patch, told: NDArray[np.float32], level: float) -> list[PartReading]:
    own = description.settings("busybox.yaml")["sliders"]
    readings = []
    for index, row in enumerate(ROW_NAMES):
        y, height = float(own["rows"][row]), float(own["cap"][2])
        guess = float(np.clip(told[SLIDERS][index], -1.1, 1.1)) * HALF_SLOT
        cap = measure.slider_cap(patch, row, level)
        if cap is None and measure.hidden(patch, (guess, y), 0.012) > HIDDEN:
            continue
        x = guess if cap is None else cap.x
        sure = 0.6 if cap is None else 0.95 if abs(cap.x - guess) < ALIKE else 0.75
        place, number = (x, y, height / 2), str(state.slider_number(x))
        readings.append(
            PartReading(f"{parts.BOX}/sliders/{row}", number, sure, place, colour=measure.colour_at(patch, (x, y), 0.006))
        )
    return readings


def _knob(patch: Patch, told: NDArray[np.float32], level: float) -> list[PartReading]:
    guess = atan2(float(told[KNOB][1]), float(told[KNOB][0]))
    found = measure.knob_pointer(patch, level)
    if found is None and measure.hidden(patch, (-0.03 * sin(guess), 0.03 * cos(guess)), 0.014) > HIDDEN:
        return []
    angle = guess if found is None else found[0]
    agree = abs((angle - guess + pi) % tau - pi) < 0.4
    sure = 0.6 if found is None else 0.95 if agree else 0.75
    height = float(description.settings("busybox.yaml")["knob"]["body"]["height"])
    number = str(state.knob_number(angle))
    colour = measure.colour_at(patch, (0.0, 0.0), 0.022, vivid=True)
    return [PartReading(f"{parts.BOX}/knob/knob", number, sure, (0.0, 0.0, height / 2), angle, colour)]


def _switches(patch: Patch, told: NDArray[np.float32], level: float) -> list[PartReading]:
    own = description.settings("busybox.yaml")["switches"]
    readings = []
    for index, row in enumerate(ROW_NAMES):
        y = float(own["rows"][row])
        tip = measure.lever_tip(patch, row, level)
        if tip is None and measure.hidden(patch, (0.0, y), 0.011) > HIDDEN:
            continue
        odds = float(np.clip(told[SWITCHES][index], -4.0, 4.0))
        full = float(own["lever"]["length"]) * sin(state.lever_tilt(True))
        if tip is not None:
            odds += 6.0 * float(np.clip(tip.x / full, -1.0, 1.0))
        tilt = state.lever_tilt(odds > 0)
        length = float(own["lever"]["length"])
        x = length * sin(tilt) if tip is None else float(np.clip(tip.x, -full, full))
        place = (x, y, length * cos(tilt))
        told_state, colour = "on" if odds > 0 else "off", measure.colour_at(patch, (0.6 * x, y), 0.004)
        readings.append(PartReading(f"{parts.BOX}/switches/{row}", told_state, _sure(abs(odds)), place, colour=colour))
    return readings


def _wires(patch: Patch, told: NDArray[np.float32], level: float) -> list[PartReading]:
    """Of the plugs; a wire is in when both of its plugs are."""
    readings = []
    for wire, colour in enumerate(WIRE_COLOURS):
        for end, row in enumerate(ROW_NAMES):
            at = parts.plug(colour, row)
            measured = measure.plug_odds(patch, at, level)
            if measured is None or measure.hidden(patch, at[:2], 0.007) > HIDDEN:
                continue
            odds = float(np.clip(measured, -MEASURED_ODDS, MEASURED_ODDS)) + measure.rim_odds(patch, at, level)
            odds += float(np.clip(told[PLUGS][wire * len(ROW_NAMES) + end], -TOLD_ODDS, TOLD_ODDS))
            readings.append(PartReading(f"{parts.BOX}/wires/{colour}/{row}", "in" if odds > 0 else "out", _sure(abs(odds))))
    return readings


def _sure(odds: float) -> float:
    """Probability of what has those log odds, 0 or more; never quite 1."""
    return min(1.0 / (1.0 + exp(-odds)), 0.99)


Reader = Callable[[Patch, NDArray[np.float32], float], list[PartReading]]

_READERS: Final[dict[str, Reader]] = {
    "buttons": _buttons,
    "sliders": _sliders,
    "knob": _knob,
    "switches": _switches,
    "wires": _wires,
}
