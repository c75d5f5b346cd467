"""The drives' inner control loop: arms follow their desired state as if by springs, in joint impedance."""

import mujoco
import numpy as np
from numpy.typing import NDArray

from tandem.cell import description, names
from tandem.cell.names import Side
from tandem.sim.gripper_controller import FingerCommand
from tandem.sim.model import CellModel
from tandem.sim.spline import JointSample

Array = NDArray[np.float64]


class Servo:
    """Turns desired states into the drives' controls: joint impedance with the arm's own dynamics fed forward."""

    def __init__(self, cell: CellModel) -> None:
        self._model = cell.model
        settings = description.settings("sim.yaml")
        self._stiffness = np.array(settings["arm"]["stiffness"], dtype=float)
        self._damping = np.array(settings["arm"]["damping"], dtype=float)
        self._finger = float(settings["gripper"]["stiffness"]), float(settings["gripper"]["damping"])
        self._arm_dofs = {side: cell.dofs[names.ARM_COLUMNS[side]] for side in names.SIDES}
        self._arm_drives = {side: cell.drives[names.ARM_COLUMNS[side]] for side in names.SIDES}
        self._finger_drives = {
            side: np.array([cell.drives[names.GRIPPER_COLUMN[side]], cell.mimic(side)[2]]) for side in names.SIDES
        }
        self._acceleration = np.zeros(self._model.nv)
        self._torque = np.zeros(self._model.nv)

    def command(self, data: mujoco.MjData, arms: dict[Side, JointSample], grippers: dict[Side, FingerCommand]) -> None:
        """Write the controls of both arms and grippers for the next step."""
        for side, desired in arms.items():
            self._acceleration[self._arm_dofs[side]] = desired.acceleration
        mujoco.mj_mulM(self._model, data, self._torque, self._acceleration)
        self._torque += data.qfrc_bias
        for side, desired in arms.items():
            data.ctrl[self._arm_drives[side]] = (
                self._stiffness * desired.position + self._damping * desired.velocity + self._torque[self._arm_dofs[side]]
            )
        stiffness, damping = self._finger
        for side, fingers in grippers.items():
            drives = self._finger_drives[side]
            data.ctrl[drives] = stiffness * fingers.position + damping * fingers.velocity
            self._model.actuator_forcerange[drives] = (-fingers.max_effort, fingers.max_effort)
