"""Poses of both grasp centres for many joints at once."""

import numpy as np
from numpy.typing import NDArray

from tandem.cell import ik, names
from tandem.cell.robot import RobotModel

Array = NDArray[np.float64]


def tcp_poses(robot: RobotModel, joints: NDArray[np.floating]) -> Array:
    """Poses in the world for joints of shape (..., 14), left then right, shape (..., 2, 4, 4)."""
    exact: Array = joints.astype(np.float64)
    poses = [ik.forward(ik.arm_chain(robot, side), exact[..., names.ARM_COLUMNS[side]]) for side in names.SIDES]
    return np.stack(poses, axis=-3)
