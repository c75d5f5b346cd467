"""What moves the box's parts between steps of the simulation: springs and detents, and the jacks that hold plugs."""

from collections.abc import Callable

import mujoco
import numpy as np

from tandem.cell.busybox.parts import PARTS
from tandem.sim.busybox import detents
from tandem.sim.busybox.jacks import Jacks
from tandem.sim.busybox.setup import BoxSetup

_FORCES: dict[str, Callable[[float], float]] = {
    "buttons": detents.button,
    "sliders": detents.slider,
    "knob": detents.knob,
    "switches": detents.switch,
}


class Mechanisms:
    """Of the box in one model."""

    def __init__(self, model: mujoco.MjModel) -> None:
        moving = [part for part in PARTS if part.module in _FORCES]
        joints = [model.joint(part.name) for part in moving]
        self._qpos = np.array([int(joint.qposadr[0]) for joint in joints])
        self._dofs = np.array([int(joint.dofadr[0]) for joint in joints])
        self._forces = [_FORCES[part.module] for part in moving]
        self.jacks = Jacks(model)

    def release(self) -> None:
        """Take back what depends on the state, before the model's constants are set."""
        self.jacks.release()

    def reset(self, data: mujoco.MjData, setup: BoxSetup) -> None:
        """Begin with parts where they are, and plugs in their jacks or not as the setup says."""
        self.jacks.reset(data, setup)
        self.apply(data)

    def apply(self, data: mujoco.MjData) -> None:
        """Set the forces for the next step."""
        places = data.qpos[self._qpos].tolist()
        # MuJoCo lets sleep only what has no force on it at all, and takes -0.0 for one.
        data.qfrc_applied[self._dofs] = [force(place) + 0.0 for force, place in zip(self._forces, places, strict=True)]
        self.jacks.update(data)
