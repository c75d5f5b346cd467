"""Two hands that hold one thing move as one: what they want differently would only bend it."""

import numpy as np
from numpy.typing import NDArray

from tandem.cell.robot import RobotModel
from tandem.policy.vla import frames
from tandem.policy.vla.poses import tcp_poses

Array = NDArray[np.float64]

_APART_M = 0.002


def together(targets: Array, before: Array) -> Array:
    """Targets of two hands that stay to each other as they were, shape (..., 2, 4, 4).

    The absolute pose of both, between them and half turned from one to the other, is what was wanted; the relative one is kept.
    Chiacchio, Chiaverini, Siciliano, "Direct and inverse kinematics for coordinated motion tasks of a two-manipulator system",
    ASME Journal of Dynamic Systems, Measurement, and Control 118, 1996.

    Args:
        targets: of the grasp centres in the world, shape (..., 2, 4, 4).
        before: where they were sent last, shape (2, 4, 4).
    """
    middle = frames.from_parts(before[:, :3, 3].mean(axis=0), before[0, :3, :3])
    grasps = frames.inverse(middle) @ before
    wanted = targets @ frames.inverse(grasps)
    between = frames.rotation_vectors(frames.inverse(wanted[..., 0, :, :]) @ wanted[..., 1, :, :])
    half = frames.from_vectors(np.zeros_like(between), between / 2)
    turned = wanted[..., 0, :3, :3] @ half[..., :3, :3]
    agreed = frames.from_parts(wanted[..., :3, 3].mean(axis=-2), turned)
    return np.asarray(agreed[..., None, :, :] @ grasps)


def while_together(robot: RobotModel, joints: Array, before: Array) -> Array:
    """Joints, shape (H, 14), up to where an arm can't follow so that the hands would part; both wait there.

    Args:
        robot: kinematics of the cell.
        joints: of both arms.
        before: where they were sent last, shape (14,).
    """
    hands = tcp_poses(robot, np.concatenate([before[None], joints]))
    apart = (frames.inverse(hands[:, 0]) @ hands[:, 1])[:, :3, 3]
    parted = np.linalg.norm(apart - apart[0], axis=1)[1:] > _APART_M
    if not parted.any():
        return joints
    first = int(parted.argmax())
    waiting = joints.copy()
    waiting[first:] = joints[first - 1] if first else before
    return waiting
