"""The drives' inner control loop: arms in Cartesian impedance, fingers in position control."""

from dataclasses import dataclass
from typing import Self

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
        self._arms = {side: _ArmAddresses.of(cell, side) for side in names.SIDES}
        self._fingers = {side: (int(cell.drives[names.GRIPPER_COLUMN[side]]), cell.mimic(side)[2]) for side in names.SIDES}
        self._max_effort: dict[Side, float] = {}
        self._acceleration = np.zeros(self._model.nv)
        self._torque = np.zeros(self._model.nv)
        self._jacobian = np.zeros((6, self._model.nv))
        self._moving, self._turning = self._jacobian[:3], self._jacobian[3:]

    def command(self, data: mujoco.MjData, arms: dict[Side, JointSample], grippers: dict[Side, FingerCommand]) -> None:
        """Write the controls of both arms and grippers for the next step."""
        qpos, ctrl, torque = data.qpos, data.ctrl, self._torque
        for side, desired in arms.items():
            self._acceleration[self._arms[side].dofs] = desired.acceleration
        mujoco.mj_mulM(self._model, data, torque, self._acceleration)
        torque += data.qfrc_bias
        mujoco.mj_kinematics(self._model, data)  # a step leaves the bodies where they were before it
        mujoco.mj_comPos(self._model, data)
        for side, desired in arms.items():
            arm = self._arms[side]
            springs = self._stiffness(data, arm) @ (desired.position - qpos[arm.qpos])
            ctrl[arm.drives] = springs + (self._damping * desired.velocity + torque[arm.dofs])
        stiffness, damping = self._finger
        for side, fingers in grippers.items():
            one, other = self._fingers[side]
            ctrl[one] = ctrl[other] = stiffness * fingers.position + damping * fingers.velocity
            if fingers.max_effort != self._max_effort.get(side):
                self._max_effort[side] = fingers.max_effort
                self._model.actuator_forcerange[[one, other]] = (-fingers.max_effort, fingers.max_effort)

    def _stiffness(self, data: mujoco.MjData, arm: "_ArmAddresses") -> Array:
        """Of an arm's joints where they are, shape (6, 6) [N m/rad]."""
        mujoco.mj_jacBody(self._model, data, self._moving, self._turning, arm.tcp)
        jacobian = self._jacobian[:, arm.dofs]
        return jacobian.T @ (self._tool * jacobian) + self._joints


@dataclass(frozen=True)
class _ArmAddresses:
    """Where an arm's six joints are in MuJoCo's arrays, and the index of its tool's body."""

    qpos: slice
    dofs: slice
    drives: slice
    tcp: int

    @classmethod
    def of(cls, cell: CellModel, side: Side) -> Self:
        columns = names.ARM_COLUMNS[side]
        qpos, dofs, drives = (_span(addresses[columns]) for addresses in (cell.qpos, cell.dofs, cell.drives))
        return cls(qpos, dofs, drives, int(cell.model.body(names.TCP_FRAME[side]).id))


def _span(addresses: NDArray[np.intp]) -> slice:
    """Addresses that follow one another: a slice reads them without a copy.

    Raises:
        ValueError: they don't.
    """
    if np.any(np.diff(addresses) != 1):
        raise ValueError(f"the joints of an arm are scattered over the model: {addresses}")
    return slice(int(addresses[0]), int(addresses[-1]) + 1)
