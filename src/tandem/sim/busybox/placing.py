"""Puts a box as a scene wants it: modules into their cells, parts into their states, loose plugs beside their jacks."""

from math import atan2, cos, sin

import mujoco
import numpy as np
from numpy.typing import NDArray

from tandem.cell.busybox.layout import MODULES
from tandem.cell.busybox.parts import BOX
from tandem.cell.busybox.state import BUTTON_COLOURS, ROW_NAMES, WIRE_COLOURS, knob_angle, lever_tilt, slider_x
from tandem.cell.pose import Pose
from tandem.sim.busybox.building import settings
from tandem.sim.busybox.mechanisms import Mechanisms
from tandem.sim.busybox.setup import BoxSetup
from tandem.sim.busybox.wires import cable_name, plug_name

Indices = NDArray[np.intp]
Array = NDArray[np.float64]

_BESIDE, _ABOVE, _LYING = 0.018, 0.012, 1.3
"""Where a loose plug is let go: outwards from its jack, above the face [m], its pin turned outwards [rad]."""

_SEATED = 0.0001
"""From the bottom of its jack to a plug that is in [m]: friction alone bears it."""

_SETTLING, _SETTLING_LOOSE = 300, 600
"""Steps of the simulation until cables hang still, and until a loose plug lies still."""

_SLOWING = 0.85
"""Of all speeds, from step to step, while a loose plug falls: nothing is flung about."""


def put_modules(model: mujoco.MjModel, data: mujoco.MjData, setup: BoxSetup) -> None:
    """Move the modules of a compiled model into their cells; the state is spoilt by it."""
    underside = Pose((0.0, 0.0, -settings()["frame"][2] / 2))
    for module in MODULES:
        body = model.body(f"{BOX}/{module}").id
        pose = underside @ setup.layout[module].pose
        x, y, z, w = pose.quaternion
        model.body_pos[body], model.body_quat[body] = pose.position, (w, x, y, z)
    for colour, lean in zip(WIRE_COLOURS, setup.leans, strict=True):
        start = int(model.joint(cable_name(colour, 0)).qposadr[0])
        model.qpos_spring[start : start + 4] = _leaning(model, colour, lean)
    mujoco.mj_setConst(model, data)


def put_parts(model: mujoco.MjModel, data: mujoco.MjData, setup: BoxSetup) -> None:
    """Set the positions of all parts; plugs that are out hover beside their jacks, and cables are as the model was built."""
    state = setup.state
    for index, row in enumerate(ROW_NAMES):
        _set(model, data, f"{BOX}/sliders/{row}", slider_x(state.sliders[index]))
        _set(model, data, f"{BOX}/switches/{row}", lever_tilt(state.switches[index]))
    _set(model, data, f"{BOX}/knob/knob", knob_angle(state.knob))
    for colour in BUTTON_COLOURS:
        _set(model, data, f"{BOX}/buttons/{colour}", settings()["buttons"]["travel"] if colour in state.buttons else 0.0)
    for colour in WIRE_COLOURS:
        for row, plugged in zip(ROW_NAMES, state.wires[WIRE_COLOURS.index(colour)], strict=True):
            if plugged:
                _set(model, data, f"{plug_name(colour, row)}:z", _SEATED)
            else:
                outwards = 1.0 if row == "top" else -1.0
                _set(model, data, f"{plug_name(colour, row)}:y", outwards * _BESIDE)
                _set(model, data, f"{plug_name(colour, row)}:z", _ABOVE)
                _set(model, data, f"{plug_name(colour, row)}:rx", outwards * _LYING)
    for colour, lean in zip(WIRE_COLOURS, setup.leans, strict=True):
        start = int(model.joint(cable_name(colour, 0)).qposadr[0])
        data.qpos[start : start + 4] = _leaning(model, colour, lean)


def _leaning(model: mujoco.MjModel, colour: str, lean: float) -> Array:
    """Quaternion w x y z of the first piece of a cable, for a loop that leans: turned about the line through the plugs' tops.

    That line is the y axis of the plug, which the piece's built pose is a turn about x away from.
    """
    w, x, _, _ = model.body_quat[model.body(cable_name(colour, 0)).id]
    pitch = 2 * atan2(x, w)
    half = sin(lean / 2)
    return np.array([cos(lean / 2), 0.0, half * cos(pitch), -half * sin(pitch)])


def _set(model: mujoco.MjModel, data: mujoco.MjData, joint: str, value: float) -> None:
    data.qpos[int(model.joint(joint).qposadr[0])] = value


def steps_to_settle(setup: BoxSetup) -> int:
    """More where a plug has to fall first."""
    return _SETTLING if all(map(all, setup.state.wires)) else _SETTLING_LOOSE


def settle(model: mujoco.MjModel, data: mujoco.MjData, mechanisms: Mechanisms, held: tuple[Indices, Indices], steps: int) -> None:
    """Let loose plugs fall and cables hang, with the robots held still; the clock doesn't go on.

    Args:
        model, data, mechanisms: of the cell.
        held: addresses of the robots' joints in qpos and in qvel.
        steps: of the simulation.
    """
    began, still = float(data.time), data.qpos[held[0]].copy()
    for step in range(steps):
        mechanisms.apply(data)
        mujoco.mj_step(model, data)
        data.qvel *= _SLOWING if step < steps - _SETTLING else 1.0
        data.qpos[held[0]], data.qvel[held[1]] = still, 0.0
    data.qvel[:], data.time = 0.0, began
