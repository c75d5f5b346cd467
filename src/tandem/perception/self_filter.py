"""Which pixels show the robot itself, by its own description and joints."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from tandem.cell import description
from tandem.cell.robot import RobotModel
from tandem.perception.view import Float, Mask, View, Window

Array = NDArray[np.float64]
Kind = Literal["box", "cylinder"]

_SIGNS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
"""Of a box's corners, shape (8, 3)."""


@dataclass(frozen=True, eq=False)
class _Part:
    """A primitive of the robot: ``half`` extents of a box, or radius (twice) and half length of a cylinder along z [m]."""

    kind: Kind
    joint: int
    placement: Array
    half: Array


def _read_part(geometry: pin.GeometryObject) -> _Part:
    shape = geometry.geometry
    if hasattr(shape, "halfSide"):
        return _Part("box", geometry.parentJoint, geometry.placement.homogeneous, np.array(shape.halfSide))
    if hasattr(shape, "halfLength"):
        half = np.array([shape.radius, shape.radius, shape.halfLength])
        return _Part("cylinder", geometry.parentJoint, geometry.placement.homogeneous, half)
    raise ValueError(f"{geometry.name}: only boxes and cylinders can be filtered out, not {type(shape).__name__}")


class SelfFilter:
    """Marks the robot in images. Holds the robot's shapes; each instance is for one thread."""

    def __init__(self, robot: RobotModel, inflation: float) -> None:
        self._robot = robot
        model = pin.buildGeomFromUrdfString(robot.model, description.urdf(), pin.GeometryType.COLLISION)
        self._parts = [_read_part(item) for item in model.geometryObjects if not item.name.startswith("table")]
        self._joints = [part.joint for part in self._parts]
        self._placements = np.stack([part.placement for part in self._parts])
        self._half = np.stack([part.half for part in self._parts]) + inflation

    def mask(self, view: View, positions: Array) -> Mask:
        """Pixels whose points lie within ``inflation`` of the robot at ``positions``, shape (height, width).

        Args:
            view: the image.
            positions: joints at the time of the image, shape (14,) [rad; m].
        """
        pin.forwardKinematics(self._robot.model, self._robot.data, positions)
        joints = np.stack([placement.homogeneous for placement in self._robot.data.oMi])
        worlds = joints[self._joints] @ self._placements
        marked = np.zeros(view.valid.shape, dtype=bool)
        halves, frames, windows = self._half.astype(np.float32), _to_local(worlds), _windows(view, worlds, self._half)
        for part, half, (turn, shift), window in zip(self._parts, halves, frames, windows, strict=True):
            if window is not None:
                inside = _inside(view.points[:, *window], part.kind, half, turn, shift)
                marked[window] |= inside & view.valid[window]
        return marked


def _to_local(worlds: Array) -> Iterator[tuple[Float, Float]]:
    """How points of the world are turned, shape (3, 3), and shifted, shape (3,), into each of some frames, shape (N, 4, 4)."""
    turns = worlds[:, :3, :3].transpose(0, 2, 1)
    shifts = -(turns @ worlds[:, :3, 3, None])[..., 0]
    return zip(turns.astype(np.float32), shifts.astype(np.float32), strict=True)


def _inside(points: Float, kind: Kind, half: Float, turn: Float, shift: Float) -> Mask:
    """Which points of the world, shape (3, height, width), lie in a part, of which the frame is given by ``_to_local``."""
    local = (turn @ points.reshape(3, -1)).reshape(points.shape)
    local += shift[:, None, None]
    if kind == "box":
        np.abs(local, out=local)
        return (local[0] < half[0]) & (local[1] < half[1]) & (local[2] < half[2])
    return (np.abs(local[2]) < half[2]) & (local[0] ** 2 + local[1] ** 2 < half[0] ** 2)


def _windows(view: View, worlds: Array, half: Array) -> Iterator[Window | None]:
    """The part of the image in which each box of ``half`` extents appears, None where it can't.

    Args:
        view: the image.
        worlds: poses of the boxes, shape (N, 4, 4).
        half: shape (N, 3) [m].
    """
    corners = (_SIGNS * half[:, None, :]) @ worlds[:, :3, :3].transpose(0, 2, 1) + worlds[:, None, :3, 3]
    u, v, depth = (values.reshape(-1, 8) for values in view.project(corners.reshape(-1, 3)))
    height, width = view.valid.shape
    spans = np.stack([v.min(axis=1), v.max(axis=1) + 2, u.min(axis=1), u.max(axis=1) + 2], axis=1)
    limits = np.clip(spans, 0, [height, height, width, width]).astype(int).tolist()
    for (top, bottom, left, right), nearest, farthest in zip(limits, depth.min(axis=1), depth.max(axis=1), strict=True):
        if farthest > 0 and nearest < 0.02:  # reaches behind the camera: its projection says nothing
            yield slice(0, height), slice(0, width)
        elif farthest > 0 and left < right and top < bottom:
            yield slice(top, bottom), slice(left, right)
        else:
            yield None
