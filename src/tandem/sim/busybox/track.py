"""Where the box's parts really were, from the simulation's positions: at one time or at many. For evaluators only."""

from dataclasses import dataclass
from typing import Any, Self

import mujoco
import numpy as np
from numpy.typing import NDArray

from tandem.cell.busybox.parts import plug
from tandem.cell.busybox.state import (
    BUTTON_COLOURS,
    ROW_NAMES,
    WIRE_COLOURS,
    BoxState,
    knob_angle,
    knob_number,
    lever_tilt,
    slider_number,
    slider_x,
)
from tandem.sim.busybox.building import settings
from tandem.sim.busybox.detents import PRESSED
from tandem.sim.busybox.setup import BoxSetup
from tandem.sim.busybox.wires import HINGES, SLIDES, plug_name

Array = NDArray[np.float64]

_HOLE = 0.0025
"""A tip so near to its jack's axis, and below the rim, is in it [m]."""

_CONNECTED = 0.002
"""A plug less deep than that is not in: it only leans in the mouth of its jack [m]."""


@dataclass(frozen=True)
class BoxTrack:
    """Positions of all parts at N times.

    Attributes:
        sliders: x of the caps of `ROW_NAMES` in their module, shape (N, 2) [m].
        knob: angle of the pointer, counterclockwise from the module's y axis, on and on, shape (N,) [rad].
        switches: tilt of the levers of `ROW_NAMES`, shape (N, 2) [rad].
        buttons: how deep those of `BUTTON_COLOURS` are pressed, shape (N, 4) [m].
        plugs: depth below the rim of the tips of the plugs of `WIRE_COLOURS` and `ROW_NAMES`, 0 for one that is in no jack of its
            colour, shape (N, 4, 2: by the row of the jack) [m].
    """

    sliders: Array
    knob: Array
    switches: Array
    buttons: Array
    plugs: Array

    @classmethod
    def at_start(cls, setup: BoxSetup) -> Self:
        """What a scene begins with."""
        state, full = setup.state, float(settings()["wires"]["jack"]["depth"])
        travel = float(settings()["buttons"]["travel"])
        return cls(
            np.array([[slider_x(number) for number in state.sliders]]),
            np.array([knob_angle(state.knob)]),
            np.array([[lever_tilt(on) for on in state.switches]]),
            np.array([[travel if colour in state.buttons else 0.0 for colour in BUTTON_COLOURS]]),
            np.array([[[full if plugged else 0.0 for plugged in both] for both in state.wires]]),
        )

    def until(self, index: int) -> "BoxTrack":
        """The same up to a time, with it."""
        return BoxTrack(*(values[: index + 1] for values in (self.sliders, self.knob, self.switches, self.buttons, self.plugs)))

    def pressed(self) -> tuple[str, ...]:
        """Colours of the buttons that were down at any time after the first."""
        deep = PRESSED * float(settings()["buttons"]["travel"])
        return tuple(c for c, depths in zip(BUTTON_COLOURS, self.buttons[1:].T, strict=True) if (depths > deep).any())

    def state(self, index: int = -1) -> BoxState:
        """What state the parts were in, by default at the last time."""
        deep = PRESSED * float(settings()["buttons"]["travel"])
        top, bottom = (slider_number(float(x)) for x in self.sliders[index])
        first, second = (bool(tilt > 0.0) for tilt in self.switches[index])
        return BoxState(
            sliders=(top, bottom),
            knob=knob_number(float(self.knob[index])),
            switches=(first, second),
            wires=tuple((bool(both[0] > _CONNECTED), bool(both[1] > _CONNECTED)) for both in self.plugs[index]),
            buttons=frozenset(c for c, depth in zip(BUTTON_COLOURS, self.buttons[index], strict=True) if depth > deep),
        )

    def report(self, index: int = -1) -> dict[str, Any]:
        """Plain data for JSON, by part: positions [m; rad], depths of plugs [m]."""
        rows, colours = dict(zip(ROW_NAMES, range(2), strict=True)), dict(zip(WIRE_COLOURS, range(4), strict=True))
        return {
            "sliders": {row: float(self.sliders[index][at]) for row, at in rows.items()},
            "knob": float(self.knob[index]),
            "switches": {row: float(self.switches[index][at]) for row, at in rows.items()},
            "buttons": {colour: float(depth) for colour, depth in zip(BUTTON_COLOURS, self.buttons[index], strict=True)},
            "wires": {colour: {row: float(self.plugs[index][i][j]) for row, j in rows.items()} for colour, i in colours.items()},
        }


class BoxReader:
    """Reads the box's parts out of a model's positions."""

    def __init__(self, model: mujoco.MjModel) -> None:
        self._sliders = [_qpos(model, f"box/sliders/{row}") for row in ROW_NAMES]
        self._knob = _qpos(model, "box/knob/knob")
        self._switches = [_qpos(model, f"box/switches/{row}") for row in ROW_NAMES]
        self._buttons = [_qpos(model, f"box/buttons/{colour}") for colour in BUTTON_COLOURS]
        self._plugs = [
            [[_qpos(model, f"{plug_name(colour, row)}:{axis}") for axis in (*SLIDES, *HINGES)] for row in ROW_NAMES]
            for colour in WIRE_COLOURS
        ]

    def track(self, positions: Array) -> BoxTrack:
        """Of MuJoCo's generalised positions, shape (N, nq)."""
        return BoxTrack(
            positions[:, self._sliders],
            positions[:, self._knob],
            positions[:, self._switches],
            positions[:, self._buttons],
            self._depths(positions),
        )

    def _depths(self, positions: Array) -> Array:
        """Shape (N, 4, 2). Both plugs of a wire are alike: either may be in either of its jacks."""
        depths = np.zeros((len(positions), len(WIRE_COLOURS), len(ROW_NAMES)))
        for i, colour in enumerate(WIRE_COLOURS):
            for row, columns in zip(ROW_NAMES, self._plugs[i], strict=True):
                tips = _tips(positions[:, columns], colour, row)
                for j, jack in enumerate(ROW_NAMES):
                    foot = plug(colour, jack)
                    near = np.hypot(tips[:, 0] - foot[0], tips[:, 1] - foot[1]) < _HOLE
                    depth = float(settings()["wires"]["jack"]["height"]) - tips[:, 2]
                    depths[:, i, j] = np.maximum(depths[:, i, j], np.where(near, np.maximum(depth, 0.0), 0.0))
        return depths


def _tips(places: Array, colour: str, row: str) -> Array:
    """Of a plug's pin in the module's frame, shape (N, 3) [m], from its joints, shape (N, 6)."""
    jack = settings()["wires"]["jack"]
    long = float(jack["height"]) - float(jack["depth"])
    x, y, z, about_x, about_y, _ = places.T
    foot = plug(colour, row)  # type: ignore[arg-type]
    axis = (np.sin(about_y), -np.sin(about_x) * np.cos(about_y), np.cos(about_x) * np.cos(about_y))
    return np.column_stack([foot[0] + x + axis[0] * long, foot[1] + y + axis[1] * long, foot[2] + z + axis[2] * long])


def _qpos(model: mujoco.MjModel, joint: str) -> int:
    return int(model.joint(joint).qposadr[0])
