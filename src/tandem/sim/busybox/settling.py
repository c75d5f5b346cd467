"""Lays loose plugs beside their jacks and lets cables hang before a scene begins."""

from dataclasses import dataclass

import mujoco
import numpy as np
from numpy.typing import NDArray

from tandem.cell.busybox.state import ROW_NAMES, WIRE_COLOURS
from tandem.sim.busybox.mechanisms import Mechanisms
from tandem.sim.busybox.setup import BoxSetup
from tandem.sim.busybox.wires import HINGES, SLIDES, plug_name

Indices = NDArray[np.intp]
Array = NDArray[np.float64]

_OVER, _DOWN = 0.016, 0.0112
"""How high above where it is when it is in a loose plug is carried aside, out of its jack, and how high it is let go: its pin is
just above the face then [m]."""

_CARRYING, _LYING, _HANGING = 160, 240, 300
"""Steps of the simulation in which a plug is laid aside, in which it comes to lie, and in which everything comes to rest."""

_SLOWING = 0.85
"""Of all speeds, from step to step, until a loose plug lies: nothing is flung about."""


@dataclass(frozen=True)
class _Loose:
    """A plug that is out: addresses of its place and turn in qpos and qvel, and where it is to be let go."""

    qpos: Indices
    dofs: Indices
    place: Array

    def carried(self, data: mujoco.MjData, part: float) -> None:
        """Hold it upright where it is at that part of its way: aside first, then down."""
        aside, down = min(2 * part, 1.0), max(2 * part - 1.0, 0.0)
        data.qpos[self.qpos] = (*(aside * self.place), _OVER + down * (_DOWN - _OVER), 0.0, 0.0, 0.0)
        data.qvel[self.dofs] = 0.0


def settle(
    model: mujoco.MjModel, data: mujoco.MjData, mechanisms: Mechanisms, setup: BoxSetup, held: tuple[Indices, Indices]
) -> None:
    """Do both, with the robots held still; the clock doesn't go on.

    Args:
        model, data, mechanisms: of the cell.
        setup: what is loose.
        held: addresses of the robots' joints in qpos and in qvel.
    """
    loose = _loose(model, setup)
    carrying, lying = (_CARRYING, _LYING) if loose else (0, 0)
    began, still = float(data.time), data.qpos[held[0]].copy()
    for step in range(carrying + lying + _HANGING):
        if step < carrying:
            for plug in loose:
                plug.carried(data, step / carrying)
        mechanisms.apply(data)
        mujoco.mj_step(model, data)
        data.qvel *= _SLOWING if step < carrying + lying else 1.0
        data.qpos[held[0]], data.qvel[held[1]] = still, 0.0
    data.qvel[:], data.time = 0.0, began


def _loose(model: mujoco.MjModel, setup: BoxSetup) -> list[_Loose]:
    found = []
    for colour, both in zip(WIRE_COLOURS, setup.state.wires, strict=True):
        for row, plugged in zip(ROW_NAMES, both, strict=True):
            if not plugged:
                joints = [model.joint(f"{plug_name(colour, row)}:{axis}") for axis in (*SLIDES, *HINGES)]
                aside, outwards = setup.beside
                place = np.array([aside, outwards if row == "top" else -outwards])
                qpos = np.array([int(joint.qposadr[0]) for joint in joints])
                found.append(_Loose(qpos, np.array([int(joint.dofadr[0]) for joint in joints]), place))
    return found
