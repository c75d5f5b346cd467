"""Wrist force and touch, as the cell's sensors report them."""

from functools import cached_property

import mujoco
import numpy as np
from numpy.typing import NDArray

from tandem.cell import description, names
from tandem.cell.names import Side
from tandem.sim.model import CellModel
from tandem.sim.robot_body import FINGERS

Array = NDArray[np.float64]


class WristSensor:
    """Force and torque that the surroundings put on one tool, its own weight taken off as a tared sensor does."""

    def __init__(self, cell: CellModel, side: Side) -> None:
        self._model, self._side = cell.model, side
        self._force = slice(*_sensor_range(cell.model, f"{side}_force"))
        self._torque = slice(*_sensor_range(cell.model, f"{side}_torque"))
        self._site = cell.model.site(f"{side}_wrist").id
        self._tool = cell.model.body(f"{side}_gripper_base_link").id

    def read(self, data: mujoco.MjData) -> Array:
        """Force [N] and torque [N m] in and about the tcp frame, shape (6,)."""
        measured = np.concatenate([data.sensordata[self._force], data.sensordata[self._torque]])
        axes = data.site_xmat[self._site].reshape(3, 3)
        weight = axes.T @ (self._mass * self._model.opt.gravity)
        arm = axes.T @ (data.subtree_com[self._tool] - data.site_xpos[self._site])
        return -measured - np.concatenate([weight, _cross(arm, weight)])  # MuJoCo's is what the flange puts on the tool

    @cached_property
    def _mass(self) -> float:
        return float(self._model.body_subtreemass[self._tool])


class TactilePads:
    """Forces on a grid over the pad of each finger of one gripper.

    MuJoCo gives point forces at the corners of where flat things touch; the pad's skin carries them on to the taxels around.
    """

    def __init__(self, cell: CellModel, side: Side) -> None:
        settings = description.settings("sim.yaml")["tactile"]
        self.rows, self.columns = int(settings["rows"]), int(settings["columns"])
        self._model = cell.model
        self._spread = float(settings["spread"])
        self._pads = [cell.model.geom(f"{side}_pad_{finger}").id for finger in FINGERS]
        self._inward = (-1.0, 1.0)
        half_x, _, half_z = cell.model.geom_size[self._pads[0]]
        self._along = ((np.arange(self.rows) + 0.5) / self.rows * 2 * half_z - half_z)[:, None]
        self._across = ((np.arange(self.columns) + 0.5) / self.columns * 2 * half_x - half_x)[None, :]

    def read(self, data: mujoco.MjData) -> Array:
        """Forces on the pads [N], shape (2, rows, columns, 3): pressure, then shear along columns' and along rows' direction.

        Finger a first; rows from base to tip, columns along the tcp's x. The shears are in the tcp's x and z.
        """
        image = np.zeros((2, self.rows, self.columns, 3))
        one, other = self._pads
        pairs = enumerate(data.contact.geom.tolist())
        touching = [(index, pair) for index, pair in pairs if one in pair or other in pair]
        for finger, pad in enumerate(self._pads):
            for index, pair in touching:
                if pad in pair:
                    self._add_contact(data, index, finger, image[finger])
        return image

    def _add_contact(self, data: mujoco.MjData, index: int, finger: int, image: Array) -> None:
        contact, pad = data.contact[index], self._pads[finger]
        raw = np.zeros(6)
        mujoco.mj_contactForce(self._model, data, index, raw)
        on_second = contact.frame.reshape(3, 3).T @ raw[:3]
        force = on_second if contact.geom[1] == pad else -on_second
        axes = data.geom_xmat[pad].reshape(3, 3)
        x, normal, z = axes.T @ force
        across, _, along = axes.T @ (contact.pos - data.geom_xpos[pad])
        pressure = -self._inward[finger] * normal
        image += self._weights(across, along)[:, :, None] * np.array([pressure, x, z])

    def _weights(self, across: float, along: float) -> Array:
        """How much of a force at a place on a pad each taxel feels, shape (rows, columns)."""
        squared = (self._along - along) ** 2 + (self._across - across) ** 2
        weights = np.exp(-squared / (2 * self._spread**2))
        return np.asarray(weights / max(float(weights.sum()), 1e-12))


def _cross(one: Array, other: Array) -> Array:
    """The cross product of two vectors; numpy's takes arrays of any shape and several times as long."""
    (a, b, c), (d, e, f) = one.tolist(), other.tolist()
    return np.array([b * f - c * e, c * d - a * f, a * e - b * d])


def both_wrists(cell: CellModel) -> dict[Side, WristSensor]:
    """The wrist sensors by side."""
    return {side: WristSensor(cell, side) for side in names.SIDES}


def _sensor_range(model: mujoco.MjModel, name: str) -> tuple[int, int]:
    sensor = model.sensor(name)
    return int(sensor.adr[0]), int(sensor.adr[0] + sensor.dim[0])
