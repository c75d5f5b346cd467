"""Joint paths along which the grasp centres move on straight lines."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation, Slerp

from tandem.cell import ik, limits, names
from tandem.cell.names import Side
from tandem.cell.pose import Pose
from tandem.cell.robot import RobotModel
from tandem.cell.scene import SceneObject

Array = NDArray[np.float64]

_STEP_M = 0.01
_STEP_RAD = 0.04
_FEWEST = 12

_JUMP_RAD = 0.35
"""A joint that turns more than this in one step has met a singularity."""


_GRIP_M, _GRIP_RAD = 0.005, np.radians(2.0)
"""By so much two hands on one object may change their relative pose."""


@dataclass(frozen=True)
class Line:
    """Joints along straight lines.

    Attributes:
        points: shape (n, 14), as far as it could be followed.
        fraction: of the way that this is, 1 for all of it.
        reason: what ended it, in words; empty for all of it.
    """

    points: Array
    fraction: float
    reason: str = ""


def straight(robot: RobotModel, start: Array, goals: dict[Side, Pose], held: SceneObject | None = None) -> Line:
    """Moves one or both grasp centres from where they are at ``start`` on straight lines to ``goals``, in step with one another.

    Orientations turn about one axis at an even rate. Where both hands hold ``held``, it is the object that moves so, and the
    hands keep their places on it.

    Args:
        robot: kinematics of the cell.
        start: joints of the cell, shape (14,).
        goals: world poses of the tcps.
        held: the object that both hands hold, if any.
    """
    origins = {side: robot.tcp_pose(start, side).matrix for side in goals}
    ends = {side: pose.matrix for side, pose in goals.items()}
    count = max(_count(origins[side], ends[side]) for side in goals)
    lines = {side: _between(origins[side], ends[side], count) for side in goals}
    if held is not None and held.pose_in_tcp is not None and len(goals) == 2:
        lines = _about_object(origins, ends, held.pose_in_tcp.matrix, count)
    points = np.tile(start, (count, 1))
    reached, reason = count, ""
    for side, poses in lines.items():
        joints, usable, why = _follow(robot, side, poses, start[names.ARM_COLUMNS[side]])
        points[:, names.ARM_COLUMNS[side]] = joints
        if usable < reached:
            reached, reason = usable, why
    return Line(points[:reached], (reached - 1) / (count - 1), reason)


def keeps_grip(robot: RobotModel, start: Array, goals: dict[Side, Pose]) -> bool:
    """Whether both goals keep the hands as they are to one another at the start."""
    before = robot.tcp_pose(start, "left").inverse @ robot.tcp_pose(start, "right")
    after = goals["left"].inverse @ goals["right"]
    change = (before.inverse @ after).matrix
    return bool(np.linalg.norm(change[:3, 3]) < _GRIP_M and Rotation.from_matrix(change[:3, :3]).magnitude() < _GRIP_RAD)


def _count(origin: Array, end: Array) -> int:
    """How many poses a line needs."""
    distance = float(np.linalg.norm(end[:3, 3] - origin[:3, 3]))
    angle = float(Rotation.from_matrix(origin[:3, :3].T @ end[:3, :3]).magnitude())
    return max(_FEWEST, int(np.ceil(max(distance / _STEP_M, angle / _STEP_RAD))) + 1)


def _between(origin: Array, end: Array, count: int) -> Array:
    """Poses evenly from ``origin`` to ``end``, shape (count, 4, 4)."""
    share = np.linspace(0.0, 1.0, count)
    poses = np.tile(np.eye(4), (count, 1, 1))
    poses[:, :3, 3] = origin[:3, 3] + share[:, None] * (end - origin)[:3, 3]
    poses[:, :3, :3] = Slerp([0.0, 1.0], Rotation.from_matrix(np.stack([origin, end])[:, :3, :3]))(share).as_matrix()
    return poses


def _about_object(origins: dict[Side, Array], ends: dict[Side, Array], in_left_hand: Array, count: int) -> dict[Side, Array]:
    """Poses of both hands while the object moves evenly; what little they differ on it at the end is spread over the way."""
    before, after = origins["left"] @ in_left_hand, ends["left"] @ in_left_hand
    moving = _between(before, after, count)
    return {
        side: moving @ _between(np.linalg.inv(before) @ origins[side], np.linalg.inv(after) @ ends[side], count)
        for side in names.SIDES
    }


def _follow(robot: RobotModel, side: Side, poses: Array, start: Array) -> tuple[Array, int, str]:
    """Joints along poses of shape (n, 4, 4) on the branch of ``start``, shape (n, 6); how many are usable, and what ends it."""
    branches = ik.inverse(ik.arm_chain(robot, side), poses, float(start[5]))
    at_start = np.abs((branches[0] - start + np.pi) % (2 * np.pi) - np.pi).max(axis=1)
    joints = branches[:, int(np.nanargmin(at_start))]
    missing = np.isnan(joints).any(axis=1)
    reachable = int(np.argmax(missing)) if missing.any() else len(poses)
    joints = joints.copy()
    joints[:reachable] = np.unwrap(np.vstack([start, joints[:reachable]]), axis=0)[1:]
    bounds = limits.joint_limits()
    lower, upper = bounds.lower[names.ARM_COLUMNS[side]], bounds.upper[names.ARM_COLUMNS[side]]
    ends = [(reachable, f"the {side} arm can't reach farther")]
    with np.errstate(invalid="ignore"):
        outside = np.flatnonzero(((joints < lower - 1e-6) | (joints > upper + 1e-6)).any(axis=1))
        jumps = np.flatnonzero((np.abs(np.diff(joints, axis=0)) > _JUMP_RAD).any(axis=1))
    if len(outside):
        ends.append((int(outside[0]), f"a joint of the {side} arm reaches its limit"))
    if len(jumps):
        ends.append((int(jumps[0]) + 1, f"the {side} arm would have to swing round near a singularity"))
    usable, reason = min(ends, key=lambda end: end[0])
    return np.clip(joints, lower, upper), usable, reason if usable < len(poses) else ""
