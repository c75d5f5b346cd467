"""Cameras by the robot description, and by static transforms that say it otherwise."""

import numpy as np
import pytest
from geometry_msgs.msg import TransformStamped
from tf2_msgs.msg import TFMessage

from tandem.cell import names
from tandem.cell.pose import Pose
from tandem.cell.robot import RobotModel, home_positions
from tandem.nodes.camera_mounts import CameraMounts

ROBOT = RobotModel()
CAMERA = "left_wrist_camera"
OTHER = home_positions() + 0.1


def told(parent: str, child: str, pose: Pose) -> TransformStamped:
    message = TransformStamped(child_frame_id=child)
    message.header.frame_id = parent
    way, turn = message.transform.translation, message.transform.rotation
    way.x, way.y, way.z = pose.position
    turn.x, turn.y, turn.z, turn.w = pose.quaternion
    return message


def described(positions: np.ndarray) -> Pose:
    return ROBOT.frame_pose(positions, names.optical_frame(CAMERA))


def assert_same(first: Pose, second: Pose) -> None:
    np.testing.assert_allclose(first.matrix, second.matrix, atol=1e-9)


def test_without_transforms_cameras_are_where_the_description_has_them() -> None:
    assert_same(CameraMounts(None, ROBOT).pose(CAMERA, OTHER), described(OTHER))


def test_what_robot_state_publisher_says_is_the_same() -> None:
    mounts, parts = CameraMounts(None, ROBOT), ("left_gripper_base_link", f"{CAMERA}_link", names.optical_frame(CAMERA))
    poses = [ROBOT.frame_pose(home_positions(), part) for part in parts]
    links = zip(parts, parts[1:], poses, poses[1:], strict=False)
    mounts.take(TFMessage(transforms=[told(parent, child, at.inverse @ to) for parent, child, at, to in links]))
    assert_same(mounts.pose(CAMERA, OTHER), described(OTHER))


def test_a_published_calibration_wins_and_moves_with_its_link() -> None:
    mounts = CameraMounts(None, ROBOT)
    assert_same(mounts.pose(CAMERA, OTHER), described(OTHER))
    ours = Pose.from_xyz_rpy((0.1, 0.01, 0.05), (0.1, -0.4, 1.5))
    mounts.take(TFMessage(transforms=[told("left_tool0", "rig", Pose((0.0, 0.0, 0.01)))]))
    mounts.take(TFMessage(transforms=[told("rig", names.optical_frame(CAMERA), ours)]))
    wanted = ROBOT.frame_pose(OTHER, "left_tool0") @ Pose((0.0, 0.0, 0.01)) @ ours
    assert_same(mounts.pose(CAMERA, OTHER), wanted)


@pytest.mark.parametrize("parent", ["nowhere", names.optical_frame(CAMERA)])
def test_transforms_that_lead_nowhere_are_passed_over(parent: str) -> None:
    mounts = CameraMounts(None, ROBOT)
    mounts.take(TFMessage(transforms=[told(parent, names.optical_frame(CAMERA), Pose((1.0, 0.0, 0.0)))]))
    assert_same(mounts.pose(CAMERA, OTHER), described(OTHER))


def test_what_is_no_transform_is_passed_over() -> None:
    mounts, empty = CameraMounts(None, ROBOT), told("world", names.optical_frame(CAMERA), Pose((0.0, 0.0, 0.0)))
    empty.transform.rotation.w = 0.0
    mounts.take(TFMessage(transforms=[empty]))
    assert_same(mounts.pose(CAMERA, OTHER), described(OTHER))
