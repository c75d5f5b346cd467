"""Joints that put hands somewhere, for tests."""

import numpy as np

from tandem.cell import ik, names
from tandem.cell.names import Side
from tandem.cell.pose import Pose
from tandem.cell.robot import RobotModel, home_positions

OPEN, CUBE, BAR = 0.0425, 0.020, 0.008
"""Travel of each finger [m]: opened, on a cube, on a tray's handle."""

_robot = RobotModel()


def top_down(x: float, y: float, z: float, closing: float = np.pi / 2) -> Pose:
    """A hand that points down, its fingers closing along the heading ``closing`` [rad]."""
    matrix = np.eye(4)
    matrix[:3, 1] = np.cos(closing), np.sin(closing), 0.0
    matrix[:3, 2] = 0.0, 0.0, -1.0
    matrix[:3, 0] = np.cross(matrix[:3, 1], matrix[:3, 2])
    matrix[:3, 3] = x, y, z
    return Pose.from_matrix(matrix)


def sideways(x: float, y: float, z: float) -> Pose:
    """A hand that points to the left (+y), its fingers closing along x: how the right hand takes what the left one holds."""
    matrix = np.eye(4)
    matrix[:3, 1], matrix[:3, 2] = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)
    matrix[:3, 0] = np.cross(matrix[:3, 1], matrix[:3, 2])
    matrix[:3, 3] = x, y, z
    return Pose.from_matrix(matrix)


def joints(hands: dict[Side, Pose], travel: dict[Side, float] | None = None) -> np.ndarray:
    """Joints of the cell, shape (14,), with hands where they are said to be and everything else at home."""
    positions = home_positions().copy()
    for side, pose in hands.items():
        found = ik.solve(_robot, side, pose, positions)
        assert found is not None, f"the {side} hand can't be at {pose}"
        positions[names.ARM_COLUMNS[side]] = found
    for side, value in (travel or {}).items():
        positions[names.GRIPPER_COLUMN[side]] = value
    return positions


def tcp(positions: np.ndarray, side: Side) -> Pose:
    return _robot.tcp_pose(positions, side)
