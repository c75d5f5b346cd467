"""Kinematics of the two arms by Pinocchio. Its configuration vector is the cell's own 14-wide layout."""

from functools import cache

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from tandem.cell import description, names
from tandem.cell.names import Side
from tandem.cell.pose import Pose

Array = NDArray[np.float64]


class RobotModel:
    """Forward kinematics and Jacobians. Not safe to share between threads: each makes its own."""

    def __init__(self) -> None:
        self.model = pin.buildModelFromXML(description.urdf(), mimic=True)
        self.data = self.model.createData()
        expected = {name: index for index, name in enumerate(names.JOINTS)}
        for joint, column in expected.items():
            found = self.model.joints[self.model.getJointId(joint)].idx_q
            if found != column:
                raise ValueError(f"joint {joint} is column {found} of the URDF's configuration, expected {column}")
        self._tcp = {side: self.model.getFrameId(names.TCP_FRAME[side]) for side in names.SIDES}

    def frame_matrix(self, positions: Array, frame: str) -> Array:
        """Homogeneous transform of a frame in the world, shape (4, 4), at ``positions``, shape (14,)."""
        frame_id = self.model.getFrameId(frame)
        if frame_id >= self.model.nframes:
            raise KeyError(f"the URDF has no frame '{frame}'")
        pin.forwardKinematics(self.model, self.data, positions)
        return np.array(pin.updateFramePlacement(self.model, self.data, frame_id).homogeneous)

    def frame_pose(self, positions: Array, frame: str) -> Pose:
        """Pose of a frame in the world."""
        return Pose.from_matrix(self.frame_matrix(positions, frame))

    def tcp_pose(self, positions: Array, side: Side) -> Pose:
        """Pose of a side's grasp centre in the world."""
        return self.frame_pose(positions, names.TCP_FRAME[side])

    def hands(self, positions: Array) -> dict[Side, Pose]:
        """Poses of both grasp centres in the world, by side."""
        return {side: self.tcp_pose(positions, side) for side in names.SIDES}

    def tcp_jacobian(self, positions: Array, side: Side) -> Array:
        """Jacobian of a side's grasp centre, shape (6, 6): linear then angular velocity in world axes, by that arm's joints."""
        full = pin.computeFrameJacobian(self.model, self.data, positions, self._tcp[side], pin.LOCAL_WORLD_ALIGNED)
        return np.array(full[:, names.ARM_COLUMNS[side]])


@cache
def home_positions() -> Array:
    """The home posture, grippers open, shape (14,), read-only."""
    cell = description.settings("cell.yaml")
    positions = np.zeros(names.DOF)
    for side in names.SIDES:
        positions[names.ARM_COLUMNS[side]] = cell["home"][side]
        positions[names.GRIPPER_COLUMN[side]] = cell["gripper"]["open"]
    positions.setflags(write=False)
    return positions
