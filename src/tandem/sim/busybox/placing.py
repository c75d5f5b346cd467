"""Puts a box as a scene wants it: modules into their cells, parts into their states."""

from math import atan2, cos, sin

import mujoco
import numpy as np
from numpy.typing import NDArray

from tandem.cell.busybox.layout import MODULES
from tandem.cell.busybox.parts import BOX
from tandem.cell.busybox.state import BUTTON_COLOURS, ROW_NAMES, WIRE_COLOURS, knob_angle, lever_tilt, slider_x
from tandem.cell.pose import Pose
from tandem.sim.busybox.building import settings
from tandem.sim.busybox.setup import BoxSetup
from tandem.sim.busybox.wires import SEGMENTS, cable_name, plug_name

Array = NDArray[np.float64]

_SEATED = 0.0001
"""From the bottom of its jack to a plug that is in [m]: friction alone bears it."""


def put_modules(model: mujoco.MjModel, data: mujoco.MjData, setup: BoxSetup) -> None:
    """Move the modules of a compiled model into their cells; the state is spoilt by it."""
    underside = Pose((0.0, 0.0, -settings()["frame"][2] / 2))
    for module in MODULES:
        body = model.body(f"{BOX}/{module}").id
        pose = underside @ setup.layout[module].pose
        x, y, z, w = pose.quaternion
        model.body_pos[body], model.body_quat[body] = pose.position, (w, x, y, z)
    for colour, lean in zip(WIRE_COLOURS, setup.leans, strict=True):
        for index, turn in _leaning(model, colour, lean).items():
            start = int(model.joint(cable_name(colour, index)).qposadr[0])
            model.qpos_spring[start : start + 4] = turn
    mujoco.mj_setConst(model, data)


def put_parts(model: mujoco.MjModel, data: mujoco.MjData, setup: BoxSetup) -> None:
    """Set the positions of all parts; loose plugs stand in their jacks until they are laid aside, see `settling`."""
    state = setup.state
    for index, row in enumerate(ROW_NAMES):
        _set(model, data, f"{BOX}/sliders/{row}", slider_x(state.sliders[index]))
        _set(model, data, f"{BOX}/switches/{row}", lever_tilt(state.switches[index]))
    _set(model, data, f"{BOX}/knob/knob", knob_angle(state.knob))
    for colour in BUTTON_COLOURS:
        _set(model, data, f"{BOX}/buttons/{colour}", settings()["buttons"]["travel"] if colour in state.buttons else 0.0)
    for colour in WIRE_COLOURS:
        for row in ROW_NAMES:
            _set(model, data, f"{plug_name(colour, row)}:z", _SEATED)
    for colour, lean in zip(WIRE_COLOURS, setup.leans, strict=True):
        for index, turn in _leaning(model, colour, lean).items():
            start = int(model.joint(cable_name(colour, index)).qposadr[0])
            data.qpos[start : start + 4] = turn


def _leaning(model: mujoco.MjModel, colour: str, lean: float) -> dict[int, Array]:
    """Of the first and the last joint of a cable, quaternions w x y z, for a loop that leans: turned about the line through the
    plugs' tops, and back.

    That line is the y axis of either plug, which the first piece's built pose is a turn about x away from.
    """
    w, x, _, _ = model.body_quat[model.body(cable_name(colour, 0)).id]
    pitch, half = 2 * atan2(x, w), sin(lean / 2)
    first = np.array([cos(lean / 2), 0.0, half * cos(pitch), -half * sin(pitch)])
    return {0: first, SEGMENTS: np.array([cos(lean / 2), 0.0, -half, 0.0])}


def _set(model: mujoco.MjModel, data: mujoco.MjData, joint: str, value: float) -> None:
    data.qpos[int(model.joint(joint).qposadr[0])] = value
