"""The drives' inner control loop: arms in Cartesian impedance, fingers in position control."""

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
    """Turns desired states into the drives' controls.

    An arm follows its desired state as if springs held its tool there: tau = J^T K J (q_desired - q), for small errors Hogan's
    "Impedance control: an approach to manipulation", ASME Journal of Dynamic Systems, Measurement, and Control 107, 1985. Weak
    springs in the joints hold what the tool leaves free. The arm's own dynamics are fed forward.
    """

    def __init__(self, cell: CellModel) -> None:
        self._model = cell.model
        settings = description.settings("sim.yaml")
        tool = settings["arm"]["tool_stiffness"]
        self._tool = np.repeat((float(tool["position"]), float(tool["rotation"])), 3)[:, None]
        self._joints = np.diag(np.array(settings["arm"]["stiffness"], dtype=float))
        self._damping = np.array(settings["arm"]["damping"], dtype=float)
        self._finger = float(settings["gripper"]["stiffness"]), float(settings["gripper"]["damping"])
        self._tcp = {side: int(self._model.body(names.TCP_FRAME[side]).id) for side in names.SIDES}
        self._arm_qpos = {side: cell.qpos[names.ARM_COLUMNS[side]] for side in names.SIDES}
        self._arm_dofs = {side: cell.dofs[names.ARM_COLUMNS[side]] for side in names.SIDES}
        self._arm_drives = {side: cell.drives[names.ARM_COLUMNS[side]] for side in names.SIDES}
        self._finger_drives = {
            side: np.array([cell.drives[names.GRIPPER_COLUMN[side]], cell.mimic(side)[2]]) for side in names.SIDES
        }
        self._acceleration = np.zeros(self._model.nv)
        self._torque = np.zeros(self._model.nv)
        self._jacobian = np.zeros((6, self._model.nv))

    def command(self, data: mujoco.MjData, arms: dict[Side, JointSample], grippers: dict[Side, FingerCommand]) -> None:
        """Write the controls of both arms and grippers for the next step."""
        for side, desired in arms.items():
            self._acceleration[self._arm_dofs[side]] = desired.acceleration
        mujoco.mj_mulM(self._model, data, self._torque, self._acceleration)
        self._torque += data.qfrc_bias
        mujoco.mj_kinematics(self._model, data)  # a step leaves the bodies where they were before it
        mujoco.mj_comPos(self._model, data)
        for side, desired in arms.items():
            springs = self._stiffness(data, side) @ (desired.position - data.qpos[self._arm_qpos[side]])
            dynamics = self._damping * desired.velocity + self._torque[self._arm_dofs[side]]
            data.ctrl[self._arm_drives[side]] = springs + dynamics
        stiffness, damping = self._finger
        for side, fingers in grippers.items():
            drives = self._finger_drives[side]
            data.ctrl[drives] = stiffness * fingers.position + damping * fingers.velocity
            self._model.actuator_forcerange[drives] = (-fingers.max_effort, fingers.max_effort)

    def _stiffness(self, data: mujoco.MjData, side: Side) -> Array:
        """Of an arm's joints where they are, shape (6, 6) [N m/rad]."""
        mujoco.mj_jacBody(self._model, data, self._jacobian[:3], self._jacobian[3:], self._tcp[side])
        jacobian = self._jacobian[:, self._arm_dofs[side]]
        return jacobian.T @ (self._tool * jacobian) + self._joints
