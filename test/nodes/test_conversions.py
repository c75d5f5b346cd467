"""Messages and data, there and back."""

import array

import numpy as np
import pytest
from sensor_msgs.msg import JointState

from tandem.cell import names
from tandem.cell.chunk import ActionChunk, Outcome, Verdict
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.scene import Scene, SceneObject
from tandem.cell.trajectory import Trajectory
from tandem.nodes import conversions
from tandem.nodes.joint_buffer import JointBuffer


@pytest.mark.parametrize(
    ("pixels", "encoding"),
    [
        (np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3), "rgb8"),
        (np.linspace(0, 2, 6, dtype=np.float32).reshape(2, 3), "32FC1"),
        (np.arange(6, dtype=np.uint16).reshape(2, 3), "16UC1"),
    ],
)
def test_image_round_trip(pixels: np.ndarray, encoding: str) -> None:
    message = conversions.to_image(pixels, encoding, 1.25, "overhead_camera_optical_frame")
    assert (message.width, message.height) == (3, 2)
    assert message.step == 3 * pixels.dtype.itemsize * (3 if pixels.ndim == 3 else 1)
    np.testing.assert_array_equal(conversions.from_image(message, encoding), pixels)


def test_image_is_recoded_as_asked() -> None:
    rgb = np.array([[[1, 2, 3]]], dtype=np.uint8)
    assert conversions.from_image(conversions.to_image(rgb, "rgb8", 0.0, ""), "bgr8").tolist() == [[[3, 2, 1]]]
    millimetres = conversions.to_image(np.array([[1500]], dtype=np.uint16), "16UC1", 0.0, "")
    assert conversions.from_image(millimetres, "32FC1")[0, 0] == pytest.approx(1.5)


def test_big_endian_rows_with_padding_are_understood() -> None:
    message = conversions.to_image(np.array([[1.0], [2.0]], dtype=np.float32), "32FC1", 0.0, "")
    rows = np.zeros((2, 6), dtype=np.uint8)
    rows[:, :4] = np.array([[1.0], [2.0]], dtype=">f4").view(np.uint8).reshape(2, 4)
    message.is_bigendian, message.step = 1, 6
    message.data = array.array("B", rows.tobytes())
    np.testing.assert_array_equal(conversions.from_image(message, "32FC1").ravel(), [1.0, 2.0])


def test_unknown_encoding_is_named() -> None:
    message = conversions.to_image(np.zeros((1, 1, 3), dtype=np.uint8), "rgb8", 0.0, "")
    message.encoding = "bayer_rggb8"
    with pytest.raises(ValueError, match="bayer_rggb8"):
        conversions.from_image(message, "rgb8")


def test_scene_round_trip() -> None:
    held = SceneObject(
        "red_cube", "cube", "red", Pose.from_xyz_rpy((0.4, 0.1, 0.3), (0.1, 0.2, 0.3)), (0.04, 0.04, 0.04), 0.9, "left",
        Pose((0.0, 0.001, 0.002)), visible=False, last_seen=3.5, state="on",
    )  # fmt: skip
    lying = SceneObject(
        "blue_bin", "bin", "blue", Pose((0.4, -0.3, 0.03)), (0.16, 0.16, 0.06), inside="", on="table", last_seen=4.0
    )
    scene = Scene(4.0, (held, lying))
    assert conversions.from_scene(conversions.to_scene(scene)) == scene


def test_scene_in_another_frame_is_refused() -> None:
    message = conversions.to_scene(Scene(1.0))
    message.header.frame_id = "left_base_link"
    with pytest.raises(ValueError, match="left_base_link"):
        conversions.from_scene(message)


def test_zero_quaternion_is_refused() -> None:
    message = conversions.to_pose(Pose((0.0, 0.0, 0.0)))
    message.orientation.w = 0.0
    with pytest.raises(ValueError, match="quaternion"):
        conversions.from_pose(message)


def test_chunk_round_trip() -> None:
    rows = np.random.default_rng(1).normal(size=(5, names.DOF))
    chunk = ActionChunk(2.5, 0.02, rows, names.JOINTS, "vla", 7, "step", (("left_fingers", "red_cube"),), "closing")
    back = conversions.from_chunk(conversions.to_chunk(chunk))
    np.testing.assert_array_equal(back.positions, rows)
    assert back.allowed_contacts == chunk.allowed_contacts
    assert (back.stamp, back.step_dt, back.source, back.sequence, back.step_id, back.note) == (
        2.5,
        0.02,
        "vla",
        7,
        "step",
        "closing",
    )


def test_chunk_of_the_wrong_size_is_refused() -> None:
    message = conversions.to_chunk(ActionChunk(0.0, 0.02, np.zeros((3, names.DOF)), names.JOINTS, "vla", 1))
    message.positions = message.positions[:-1]
    with pytest.raises(ValueError, match="42 positions"):
        conversions.from_chunk(message)


def test_verdict_and_step_round_trip() -> None:
    verdict = Verdict(
        1.0, "vla", 3, "s", Outcome.TRUNCATED, "S3", "too close", ("left_forearm_link", "table"), 0.001, 0.004, 1.5, 0.7
    )
    assert conversions.from_verdict(conversions.to_verdict(verdict)) == verdict
    step = Step("place", "left", "red_cube", "blue_bin", "in", 0.1, 2.0, "put it there", "3")
    assert conversions.from_step(conversions.to_step(step)) == step


def test_joint_trajectory_carries_the_columns_of_one_arm() -> None:
    times = np.array([10.0, 10.02, 10.04])
    rows = np.arange(3 * names.DOF, dtype=float).reshape(3, names.DOF)
    trajectory = Trajectory(times, rows, rows * 2, rows * 3)
    message = conversions.to_joint_trajectory(trajectory, names.ARM_COLUMNS["right"], names.ARM_JOINTS["right"])
    assert list(message.joint_names) == list(names.ARM_JOINTS["right"])
    assert conversions.to_seconds(message.header.stamp) == pytest.approx(10.0)
    assert [conversions.to_seconds(point.time_from_start) for point in message.points] == pytest.approx([0.0, 0.02, 0.04])
    assert list(message.points[1].accelerations) == (rows[1, 7:13] * 3).tolist()


def _state(stamp: float, joints: tuple[str, ...], positions: list[float]) -> JointState:
    return JointState(header=conversions.header(stamp, ""), name=list(joints), position=positions, velocity=[0.0] * len(joints))


def test_joint_buffer_takes_any_order_and_split_messages() -> None:
    buffer = JointBuffer()
    left, right = names.JOINTS[:7], tuple(reversed(names.JOINTS[7:]))
    buffer.add(_state(1.0, left, [float(i) for i in range(7)]))
    assert buffer.newest is None
    assert buffer.missing == list(names.JOINTS[7:])
    buffer.add(_state(1.01, right, [float(13 - i) for i in range(7)]))
    assert buffer.newest is not None
    np.testing.assert_array_equal(buffer.newest[1], np.arange(14.0))


def test_joint_buffer_interpolates_and_forgets_when_time_is_set_back() -> None:
    buffer = JointBuffer()
    for stamp in (1.0, 1.1, 1.2):
        buffer.add(_state(stamp, names.JOINTS, [stamp] * 14))
    assert buffer.positions_at(1.15)[0] == pytest.approx(1.15)
    assert buffer.positions_at(0.0)[0] == pytest.approx(1.0)
    assert len(buffer.since(1.0)) == 2
    buffer.add(_state(0.2, names.JOINTS, [0.2] * 14))
    assert buffer.positions_at(1.15)[0] == pytest.approx(0.2)


def test_joint_buffer_drops_what_is_not_finite() -> None:
    buffer = JointBuffer()
    buffer.add(_state(1.0, names.JOINTS, [float("nan")] + [0.0] * 13))
    assert buffer.newest is None


def test_joint_buffer_passes_over_what_others_joints_do_not_know() -> None:
    """joint_state_broadcaster says nan where a joint has no such interface; a lift or a mimic may have none."""
    buffer = JointBuffer()
    buffer.add(_state(1.0, (*names.JOINTS, "lift_joint"), [0.0] * 14 + [float("nan")]))
    assert buffer.newest is not None
