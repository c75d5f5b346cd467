"""The shapes that collision checking works on: the robot's own, and a pool of boxes and spheres for what comes and goes.

Pinocchio's geometry data are costly to build and cheap to change, so shapes are parked below the floor rather than removed.
"""

import coal
import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from tandem.cell import contacts, description, names

Array = NDArray[np.float64]

UNUSED = ""


class GeometryPool:
    """A Pinocchio geometry model of the robot, the table, ``boxes`` boxes and ``spheres`` spheres.

    Attributes:
        model: the geometry model.
        bodies: name of the body that each shape belongs to; ``UNUSED`` for a parked one.
        boxes, spheres: indices of the pool's shapes.
        reach: bound on how far any point of a shape moves for a motion of each joint, shape (shapes, 14)
            [m/rad; m/m for grippers]: the lengths of the chain from the joint on, added up.
    """

    def __init__(self, robot: pin.Model, boxes: int, spheres: int) -> None:
        self._robot = robot
        self.model = pin.buildGeomFromUrdfString(robot, description.urdf(), pin.GeometryType.COLLISION)
        self.bodies = [robot.frames[shape.parentFrame].name for shape in self.model.geometryObjects]
        self.fixed = len(self.bodies)
        self.boxes = range(self.fixed, self.fixed + boxes)
        self.spheres = range(self.boxes.stop, self.boxes.stop + spheres)
        for index in (*self.boxes, *self.spheres):
            shape = coal.Box(0.01, 0.01, 0.01) if index in self.boxes else coal.Sphere(0.01)
            self.model.addGeometryObject(pin.GeometryObject(f"pool_{index}", 0, 0, pin.SE3.Identity(), shape))
            self.bodies.append(UNUSED)
        self._shapes = list(self.model.geometryObjects)
        self.reach = np.zeros((len(self.bodies), names.DOF))
        for index in range(self.fixed):
            self._measure(index)
        for index in (*self.boxes, *self.spheres):
            self.park(index)

    def park(self, index: int) -> None:
        """Put a shape of the pool out of the way."""
        shape = self._shapes[index]
        shape.parentJoint = 0
        shape.placement = pin.SE3(np.eye(3), np.array([0.0, 0.0, -5.0 - index]))
        self.bodies[index] = UNUSED
        self.reach[index] = 0.0

    def put_box(self, index: int, body: str, joint: int, placement: Array, size: Array) -> None:
        """Use a box of full extents ``size`` [m] for ``body``, at ``placement`` (4, 4) in a joint's frame, 0 for the world."""
        shape = self._shapes[index]
        shape.geometry.halfSide = np.asarray(size) / 2
        self._put(index, body, joint, placement)

    def put_sphere(self, index: int, body: str, position: Array, radius: float) -> None:
        """Use a sphere for ``body``, at a position in the world [m]."""
        self._shapes[index].geometry.radius = radius
        placement = np.eye(4)
        placement[:3, 3] = position
        self._put(index, body, 0, placement)

    def joint_of(self, index: int) -> int:
        """The joint that moves a shape, 0 for none."""
        return int(self._shapes[index].parentJoint)

    def chain(self, joint: int) -> list[int]:
        """A joint and those before it, from the tip to the base, without the world."""
        found = []
        while joint > 0:
            found.append(joint)
            joint = self._robot.parents[joint]
        return found

    def column(self, joint: int) -> int:
        """Column of a joint in the 14-wide layout; a mimicking finger's is that of the joint it follows."""
        return int(self._robot.joints[joint].idx_q)

    def _put(self, index: int, body: str, joint: int, placement: Array) -> None:
        shape = self._shapes[index]
        shape.parentJoint = joint
        shape.placement = pin.SE3(placement[:3, :3], placement[:3, 3])
        self.bodies[index] = body
        self._measure(index)

    def _measure(self, index: int) -> None:
        """Fill a row of ``reach``. A revolute joint turns about its z axis, a prismatic one shifts everything alike."""
        shape = self._shapes[index]
        self.reach[index] = 0.0
        shape.geometry.computeLocalAABB()
        if shape.parentJoint == 0:
            return
        corners = _corners(shape)
        beyond = float(np.linalg.norm(corners, axis=1).max())
        about_axis = float(np.linalg.norm(corners[:, :2], axis=1).max())
        for joint in self.chain(shape.parentJoint):
            prismatic = self._is_prismatic(joint)
            self.reach[index, self.column(joint)] = 1.0 if prismatic else about_axis
            offset = self._robot.jointPlacements[joint].translation
            travel = float(self._robot.upperPositionLimit[self.column(joint)]) if prismatic else 0.0
            about_axis = float(np.linalg.norm(offset[:2])) + travel + beyond
            beyond += float(np.linalg.norm(offset)) + travel

    def _is_prismatic(self, joint: int) -> bool:
        return self.column(joint) in names.GRIPPER_COLUMN.values()


def _corners(shape: pin.GeometryObject) -> Array:
    """Corners of a box around a shape, in its joint's frame, shape (8, 3)."""
    box = shape.geometry.aabb_local
    low, high = np.asarray(box.min_).ravel(), np.asarray(box.max_).ravel()
    corners = np.array([[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])])
    return np.asarray(corners @ shape.placement.rotation.T + shape.placement.translation)


def checked_pairs(pool: GeometryPool) -> Array:
    """Which shapes may ever have to be checked against each other, upper triangular, shape (shapes, shapes), bool.

    Leaves out pairs of one link, those that the SRDF disables, and pairs of shapes that can never move.
    """
    count = len(pool.bodies)
    wanted = np.zeros((count, count), dtype=bool)
    wanted[: pool.fixed, pool.fixed :] = True
    wanted[pool.boxes.start :, pool.boxes.start :] = True
    wanted[pool.spheres.start :, pool.spheres.start :] = False
    never = contacts.never_checked()
    for a in range(pool.fixed):
        for b in range(a + 1, pool.fixed):
            first, second = pool.bodies[a], pool.bodies[b]
            wanted[a, b] = first != second and frozenset((first, second)) not in never
    return np.triu(wanted, 1)
