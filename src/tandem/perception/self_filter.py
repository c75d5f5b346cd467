"""Which pixels show the robot itself, by its own description and joints."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from tandem.cell import description
from tandem.cell.robot import RobotModel
from tandem.perception.view import Mask, View

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Part:
    """A primitive of the robot: ``half`` extents of a box, or radius (twice) and half length of a cylinder along z [m]."""

    kind: Literal["box", "cylinder"]
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
        self._inflation = inflation
        model = pin.buildGeomFromUrdfString(robot.model, description.urdf(), pin.GeometryType.COLLISION)
        self._parts = [_read_part(item) for item in model.geometryObjects if not item.name.startswith("table")]

    def mask(self, view: View, positions: Array) -> Mask:
        """Pixels whose points lie within ``inflation`` of the robot at ``positions``, shape (height, width).

        Args:
            view: the image.
            positions: joints at the time of the image, shape (14,) [rad; m].
        """
        pin.forwardKinematics(self._robot.model, self._robot.data, positions)
        marked = np.zeros(view.valid.shape, dtype=bool)
        for part in self._parts:
            world = self._robot.data.oMi[part.joint].homogeneous @ part.placement
            self._mark(marked, view, part, world)
        return marked

    def _mark(self, marked: Mask, view: View, part: _Part, world: Array) -> None:
        half = part.half + self._inflation
        window = _window(view, world, half)
        if window is None:
            return
        rows, columns = window
        inverse = np.linalg.inv(world).astype(np.float32)
        points = view.points[:, rows, columns]
        local = np.tensordot(inverse[:3, :3], points, axes=1) + inverse[:3, 3][:, None, None]
        inside = np.abs(local[2]) < half[2]
        if part.kind == "box":
            inside &= (np.abs(local[0]) < half[0]) & (np.abs(local[1]) < half[1])
        else:
            inside &= local[0] ** 2 + local[1] ** 2 < half[0] ** 2
        marked[rows, columns] |= inside & view.valid[rows, columns]


def _window(view: View, world: Array, half: Array) -> tuple[slice, slice] | None:
    """The part of the image in which the box of ``half`` extents at ``world`` appears, None when it can't."""
    signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
    corners = (signs * half) @ world[:3, :3].T + world[:3, 3]
    u, v, depth = view.project(corners)
    height, width = view.valid.shape
    if depth.max() <= 0:
        return None
    if depth.min() < 0.02:  # reaches behind the camera: its projection says nothing
        return slice(0, height), slice(0, width)
    left, right = int(max(u.min(), 0)), int(min(u.max() + 2, width))
    top, bottom = int(max(v.min(), 0)), int(min(v.max() + 2, height))
    return (slice(top, bottom), slice(left, right)) if left < right and top < bottom else None
