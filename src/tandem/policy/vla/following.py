"""Joints that follow hands: the closed-form solution nearest to where the arm was the moment before."""

import numpy as np
from numpy.typing import NDArray

from tandem.cell import ik, names
from tandem.cell.robot import RobotModel

Array = NDArray[np.float64]

_FASTEST_RAD_S = 3.0
"""An arm that would have to turn a joint faster goes towards the target as fast as that."""


def follow(robot: RobotModel, targets: Array, start: Array, step_dt: float) -> Array:
    """Joints of both arms along targets, shape (H, 14); gripper columns stay those of ``start``.

    Args:
        robot: kinematics of the cell.
        targets: poses of both grasp centres in the world, shape (H, 2, 4, 4).
        start: joints before the first row, shape (14,).
        step_dt: time between rows [s].
    """
    joints = np.tile(start, (len(targets), 1))
    for hand, side in enumerate(names.SIDES):
        columns = names.ARM_COLUMNS[side]
        joints[:, columns] = _one_arm(robot, side, targets[:, hand], start[columns], _FASTEST_RAD_S * step_dt)
    return joints


def _one_arm(robot: RobotModel, side: names.Side, targets: Array, start: Array, most: float) -> Array:
    """Row by row, shape (H, 6); where a target is out of reach the arm stays."""
    solved = ik.inverse(ik.arm_chain(robot, side), targets, float(start[5]))
    rows = np.empty((len(targets), 6))
    before = start
    for index, branches in enumerate(solved):
        near = ik.wrap_near(branches, before, side)
        distance = np.abs(near - before).max(axis=1)
        if not np.isnan(distance).all():
            before = before + np.clip(near[int(np.nanargmin(distance))] - before, -most, most)
        rows[index] = before
    return rows
