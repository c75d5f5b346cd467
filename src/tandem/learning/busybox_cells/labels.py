"""What is true of a simulated box's cells, as the network is to tell it."""

from math import cos, sin

import numpy as np
from numpy.typing import NDArray

from tandem.cell.busybox.layout import CELLS, MODULES
from tandem.cell.busybox.parts import BOX
from tandem.cell.busybox.state import ROW_NAMES, WIRE_COLOURS, BoxState
from tandem.perception.busybox.answers import COUNT, HALF_SLOT, KIND, KNOB, PLUGS, SLIDERS, SWITCHES, TURNS
from tandem.sim.cell_sim import CellSim


def labels(sim: CellSim) -> NDArray[np.float32]:
    """The right numbers for each of ``CELLS``, shape (cells, COUNT); kinds as one 1 among zeros, all others as of that module."""
    setup = sim.scene.objects[0].setup
    if setup is None:
        raise ValueError("the scene's first object is no box")
    told = np.zeros((len(CELLS), COUNT), np.float32)
    for module, place in setup.layout.places:
        row = told[CELLS.index(place.cell)]
        row[KIND][MODULES.index(module) * TURNS + place.turns % TURNS] = 1.0
        match module:
            case "sliders":
                row[SLIDERS] = [_position(sim, f"{BOX}/sliders/{name}") / HALF_SLOT for name in ROW_NAMES]
            case "knob":
                angle = _position(sim, f"{BOX}/knob/knob")
                row[KNOB] = cos(angle), sin(angle)
            case "switches":
                row[SWITCHES] = [float(_position(sim, f"{BOX}/switches/{name}") > 0) for name in ROW_NAMES]
            case "wires":
                now = _state(sim)
                row[PLUGS] = [float(now.wires[index][end]) for index in range(len(WIRE_COLOURS)) for end in range(len(ROW_NAMES))]
    return told


def _state(sim: CellSim) -> BoxState:
    track = sim.truth.box
    assert track is not None, "there is a box"
    return track.state()


def _position(sim: CellSim, joint: str) -> float:
    return float(sim.data.qpos[int(sim.cell.model.joint(joint).qposadr[0])])
