"""Somebody shoves a thing on the table to another place while the cell works."""

import mujoco
import numpy as np
from numpy.typing import NDArray

from tandem.sim.model import CellModel

Array = NDArray[np.float64]

_BANDWIDTH = 40.0
"""How stiffly the hand that shoves follows its way [rad/s]."""

_MOST_N = 100.0


class Shove:
    """A hand that moves a free object by a minimum-jerk way, level and without turning it, and lets go at its end."""

    def __init__(self, cell: CellModel, data: mujoco.MjData, name: str, offset: tuple[float, float], seconds: float) -> None:
        self._model, self._name = cell.model, name
        self._body = int(cell.model.body(name).id)
        self._start, self._begun, self._seconds = data.xpos[self._body][:2].copy(), float(data.time), seconds
        self._offset, self._yaw = np.array(offset), _yaw(data, self._body)
        self._mass = float(cell.model.body_subtreemass[self._body])
        size = 2.0 * np.abs(cell.model.geom_pos[cell.model.geom_bodyid == self._body]).max()
        self._inertia = self._mass * max(float(size), 0.05) ** 2 / 6

    def apply(self, data: mujoco.MjData) -> bool:
        """Set its force for the next step; whether it goes on."""
        part = (float(data.time) - self._begun) / self._seconds
        if part >= 1.0:
            data.xfrc_applied[self._body] = 0.0
            return False
        way = part**3 * (10 - 15 * part + 6 * part**2)
        speed = part**2 * (30 - 60 * part + 30 * part**2) / self._seconds
        moving = np.zeros(6)
        mujoco.mj_objectVelocity(self._model, data, mujoco.mjtObj.mjOBJ_BODY, self._body, moving, 0)
        off = self._start + way * self._offset - data.xpos[self._body][:2]
        force = self._mass * (_BANDWIDTH**2 * off + 2 * _BANDWIDTH * (speed * self._offset - moving[3:5]))
        turned = np.remainder(self._yaw - _yaw(data, self._body) + np.pi, 2 * np.pi) - np.pi
        torque = self._inertia * (_BANDWIDTH**2 * turned - 2 * _BANDWIDTH * moving[2])
        data.xfrc_applied[self._body] = (*_at_most(force), 0.0, 0.0, 0.0, torque)
        return True


def _at_most(force: Array) -> Array:
    size = float(np.linalg.norm(force))
    return force if size <= _MOST_N else force * _MOST_N / size


def _yaw(data: mujoco.MjData, body: int) -> float:
    turn = data.xmat[body].reshape(3, 3)
    return float(np.arctan2(turn[1, 0], turn[0, 0]))
