"""Where cameras are, from /tf_static where somebody publishes it, else from the robot description."""

from __future__ import annotations

import numpy as np
from geometry_msgs.msg import TransformStamped
from numpy.typing import NDArray
from rclpy.node import Node
from tf2_msgs.msg import TFMessage

from tandem.cell import names
from tandem.cell.pose import Pose
from tandem.cell.robot import RobotModel
from tandem.nodes import qos

Array = NDArray[np.float64]

_LONGEST = 10
"""Frames between a camera and a link of the robot; more are a ring."""


class CameraMounts:
    """Poses of cameras' optical frames. A calibration that is published as static transforms wins over the robot description.

    Where only robot_state_publisher publishes, both are the same. The newest transform of a frame counts, as in tf2.

    Args:
        node: that subscribes; None for the robot description alone.
        robot: tells where links are.
    """

    def __init__(self, node: Node | None, robot: RobotModel | None = None) -> None:
        self._robot = robot or RobotModel()
        self._told: dict[str, tuple[str, Pose]] = {}
        self._mounts: dict[str, tuple[str, Pose]] = {}
        if node is not None:
            node.create_subscription(TFMessage, "tf_static", self.take, qos.STATIC)

    def take(self, message: TFMessage) -> None:
        """Static transforms, by their child frame; those that can't be transforms are passed over."""
        for told in message.transforms:
            pose = _pose(told)
            if pose is not None:
                self._told[told.child_frame_id] = (told.header.frame_id, pose)
        self._mounts.clear()

    def pose(self, camera: str, positions: Array) -> Pose:
        """The optical frame of a camera in the world, at joints of shape (14,)."""
        if camera not in self._mounts:
            self._mounts[camera] = self._mount(names.optical_frame(camera))
        link, mounted = self._mounts[camera]
        return self._robot.frame_pose(positions, link) @ mounted

    def _mount(self, frame: str) -> tuple[str, Pose]:
        """The link of the robot that a frame is fixed to, and where: up the static transforms as far as they go."""
        link, mounted = frame, Pose((0.0, 0.0, 0.0))
        for _ in range(_LONGEST):
            if link not in self._told:
                break
            link, step = self._told[link]
            mounted = step @ mounted
        known = link not in self._told and self._robot.model.existFrame(link)
        return (link, mounted) if known else (frame, Pose((0.0, 0.0, 0.0)))


def _pose(told: TransformStamped) -> Pose | None:
    way, turn = told.transform.translation, told.transform.rotation
    values = np.array([way.x, way.y, way.z, turn.x, turn.y, turn.z, turn.w])
    size = float(np.linalg.norm(values[3:]))
    if not np.isfinite(values).all() or size < 1e-6:
        return None
    x, y, z, qx, qy, qz, qw = (float(value) for value in (*values[:3], *(values[3:] / size)))
    return Pose((x, y, z), (qx, qy, qz, qw))
