"""Jacks hold plugs: which is in which, how tightly, and how it finds its way in.

A plug in a jack is guided by limits of its own joints, narrower the deeper it is, and rubs with the force that pulls it out: dry
friction along its axis. A plug that is out is free, and its pin meets the box like anything else.
"""

from dataclasses import dataclass
from math import cos, hypot, radians, sin

import mujoco
import numpy as np
from numpy.typing import NDArray

from tandem.cell.busybox.parts import plug
from tandem.cell.busybox.state import ROW_NAMES, WIRE_COLOURS
from tandem.sim.busybox.building import settings
from tandem.sim.busybox.setup import BoxSetup
from tandem.sim.busybox.wires import HINGES, PIN_BIT, SLIDES, plug_name

Jack = tuple[str, str]
"""Colour and row."""

PLUGS: tuple[Jack, ...] = tuple((colour, row) for colour in WIRE_COLOURS for row in ROW_NAMES)

_CATCH = 0.0025
"""A pin's tip this near to a jack's axis slides into its hole: the hole's mouth is wide [m]."""

_CATCH_TILT = radians(15.0)
_ENTERS, _LEAVES = -0.0005, -0.0010
"""Depths of the tip below the rim at which a plug counts as in, and no longer [m]."""

PLAY, _PLAY_FROM = 0.0002, 0.005
"""Of a plug to each side, when it is this deep or deeper [m]."""

TILT, _TILT_FROM = radians(2.5), 0.008
_FULL_GRIP, _FIRST_GRIP = 0.004, 0.3
"""How deep a plug must be to be held with all of its force [m], and the part of it at the mouth."""

_SPRING, _TILT_SPRING = 800.0, 0.12
"""With which a jack centres a plug within its play [N/m; N m/rad]: a cable alone then doesn't press it against its hole."""

_STURDY = 2e-4
"""Inertia added to a plug's tilt while a jack holds it [kg m^2]: limits of what is very light give way under a hand."""

_FREE = 10.0
HELD_DAMPING = np.array([5.0, 5.0, 0.05, 5e-3, 5e-3, 1e-4])
"""Of a plug in a jack, along and about its axes [N s/m; N m s/rad]: it doesn't ring."""


@dataclass(frozen=True)
class _Addresses:
    """Of a plug in the model: qpos and dof of its place and turn, its joints, its pin."""

    qpos: NDArray[np.intp]
    dofs: NDArray[np.intp]
    joints: NDArray[np.intp]
    pin: int


class Jacks:
    """Of the box in one model."""

    def __init__(self, model: mujoco.MjModel) -> None:
        self._model = model
        self._plugs = [_addresses(model, colour, row) for colour, row in PLUGS]
        self._all_qpos = np.array([item.qpos for item in self._plugs])
        self._feet = [plug(colour, row)[:2] for colour, row in PLUGS]  # type: ignore[arg-type]
        jack = settings()["wires"]["jack"]
        self._rim, self._reach = float(jack["height"]), float(jack["depth"])
        self._free_damping = model.dof_damping[self._plugs[0].dofs].copy()
        self._free_armature = float(model.dof_armature[self._plugs[0].dofs[5]])
        self._in: list[int | None] = list(range(len(PLUGS)))
        self._depth = [0.0] * len(PLUGS)
        self._pull_out = [0.0] * len(PLUGS)

    def holding(self) -> dict[Jack, Jack]:
        """Which plug is in which jack: by plug."""
        return {PLUGS[index]: PLUGS[jack] for index, jack in enumerate(self._in) if jack is not None}

    def depth(self, which: Jack) -> float:
        """How far a plug's tip is below the rim of the jack that it is in [m], 0 when it is in none."""
        index = PLUGS.index(which)
        return self._depth[index] if self._in[index] is not None else 0.0

    def release(self) -> None:
        """All plugs are free: the model is as it was built."""
        for index, item in enumerate(self._plugs):
            self._in[index] = None
            self._let_go(index)
            self._model.qpos_spring[item.qpos[:2]] = 0.0

    def reset(self, data: mujoco.MjData, setup: BoxSetup) -> None:
        """Plugs are in their own jacks or out, as the setup says."""
        self._pull_out = list(setup.pull_out)
        for index, (colour, row) in enumerate(PLUGS):
            plugged = setup.state.wires[WIRE_COLOURS.index(colour)][ROW_NAMES.index(row)]
            self._in[index] = index if plugged else None
            self._let_go(index)
        self._depth = [-1.0] * len(PLUGS)
        self.update(data)

    def update(self, data: mujoco.MjData) -> None:
        """Take in or let go what the last step moved; hold what is in by how deep it is."""
        for index, place in enumerate(data.qpos[self._all_qpos].tolist()):
            if self._in[index] is None and place[2] > _nearly_out(self._reach):
                continue
            tip = self._tip(index, place)
            jack = self._in[index] if self._in[index] is not None else self._found(index, tip, place)
            if jack is None:
                continue
            depth = self._rim - tip[2]
            if depth < _LEAVES:
                self._in[index] = None
                self._let_go(index)
            elif self._in[index] is None or abs(depth - self._depth[index]) > 2e-5:
                self._in[index], self._depth[index] = jack, depth
                self._hold(index, jack, depth)

    def _tip(self, index: int, place: list[float]) -> tuple[float, float, float]:
        """Of a plug's pin, in the module's frame."""
        x, y, z, about_x, about_y, _ = place
        foot, long = self._feet[index], self._rim - self._reach
        across = sin(about_y) * long
        return foot[0] + x + across, foot[1] + y - sin(about_x) * cos(about_y) * long, z + cos(about_x) * cos(about_y) * long

    def _found(self, index: int, tip: tuple[float, float, float], place: list[float]) -> int | None:
        """The jack that a free plug's tip is at, upright enough to go in."""
        if not (_ENTERS < self._rim - tip[2] < self._reach / 2) or hypot(place[3], place[4]) > _CATCH_TILT:
            return None
        for jack, foot in enumerate(self._feet):
            if hypot(tip[0] - foot[0], tip[1] - foot[1]) < _CATCH and jack not in self._in:
                return jack
        return None

    def _hold(self, index: int, jack: int, depth: float) -> None:
        model, item = self._model, self._plugs[index]
        play = PLAY + (_CATCH - PLAY) * max(0.0, 1.0 - max(depth, 0.0) / _PLAY_FROM)
        tilt = TILT + (_CATCH_TILT - TILT) * max(0.0, 1.0 - max(depth, 0.0) / _TILT_FROM)
        for axis in (0, 1):
            middle = self._feet[jack][axis] - self._feet[index][axis]
            model.jnt_range[item.joints[axis]] = (middle - play, middle + play)
            model.jnt_range[item.joints[3 + axis]] = (-tilt, tilt)
            model.qpos_spring[item.qpos[axis]] = middle
            model.jnt_stiffness[item.joints[axis]], model.jnt_stiffness[item.joints[3 + axis]] = _SPRING, _TILT_SPRING
        model.jnt_range[item.joints[2]] = (0.0, _FREE)
        grip = _FIRST_GRIP + (1.0 - _FIRST_GRIP) * min(max(depth, 0.0) / _FULL_GRIP, 1.0)
        model.dof_frictionloss[item.dofs[2]] = grip * self._pull_out[index]
        model.dof_damping[item.dofs] = HELD_DAMPING
        model.dof_armature[item.dofs[3:5]] = _STURDY
        model.geom_contype[item.pin] = model.geom_conaffinity[item.pin] = 0

    def _let_go(self, index: int) -> None:
        model, item = self._model, self._plugs[index]
        model.jnt_range[item.joints] = (-_FREE, _FREE)
        model.jnt_stiffness[item.joints] = 0.0
        model.dof_frictionloss[item.dofs[2]] = 0.0
        model.dof_damping[item.dofs] = self._free_damping
        model.dof_armature[item.dofs[3:5]] = self._free_armature
        model.geom_contype[item.pin], model.geom_conaffinity[item.pin] = PIN_BIT, 1


def _nearly_out(reach: float) -> float:
    """Height of a plug's foot above which its tip can't be in a jack, however it leans [m]."""
    return 1.5 * reach


def _addresses(model: mujoco.MjModel, colour: str, row: str) -> _Addresses:
    name = plug_name(colour, row)
    joints = [model.joint(f"{name}:{axis}") for axis in (*SLIDES, *HINGES)]
    return _Addresses(
        np.array([int(joint.qposadr[0]) for joint in joints]),
        np.array([int(joint.dofadr[0]) for joint in joints]),
        np.array([int(joint.id) for joint in joints]),
        int(model.geom(f"{name}/pin").id),
    )
