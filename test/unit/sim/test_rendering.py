"""Images agree with the geometry."""

import gc

import cv2
import numpy as np
import pytest
from arm_script import ROBOT, above, move, run, start_move

from tandem.cell import names
from tandem.cell.observation import CameraFrame
from tandem.cell.pose import Pose
from tandem.sim.cell_sim import CellSim
from tandem.sim.rendering import pinhole


def _project(frame: CameraFrame, points: np.ndarray) -> np.ndarray:
    """Pixels (u, v) of world points, shape (N, 2)."""
    in_camera = np.linalg.inv(frame.pose.matrix) @ np.column_stack([points, np.ones(len(points))]).T
    pixels = frame.intrinsics @ in_camera[:3]
    return (pixels[:2] / pixels[2]).T


def _points(frame: CameraFrame) -> np.ndarray:
    """World position of every pixel, shape (height, width, 3)."""
    height, width = frame.depth.shape
    v, u = np.mgrid[:height, :width]
    rays = np.stack([u, v, np.ones_like(u)], axis=-1) @ np.linalg.inv(frame.intrinsics).T
    local = rays * frame.depth[..., None]
    return local @ frame.pose.rotation.T + frame.pose.position


def _top_corners(pose: Pose, size: tuple[float, float, float]) -> np.ndarray:
    x, y, z = np.array(size) / 2
    local = np.array([(x, y, z), (-x, y, z), (-x, -y, z), (x, -y, z)])
    return local @ pose.rotation.T + pose.position


def _top_face_error(sim: CellSim, frame: CameraFrame, name: str) -> float:
    """Distance between where a cube's upper face is drawn and where it projects to [px]."""
    item = next(item for item in sim.scene.objects if item.name == name)
    pose = sim.truth.object_pose(name)
    points = _points(frame)
    near = np.linalg.norm(points[..., :2] - pose.position[:2], axis=-1) < 0.032
    drawn = near & (np.abs(points[..., 2] - pose.position[2] - item.size[2] / 2) < 0.002)
    v, u = np.nonzero(drawn)
    polygon = _project(frame, _top_corners(pose, item.size)).astype(np.float32)
    moments = cv2.moments(polygon[None])
    expected = np.array([moments["m10"], moments["m01"]]) / moments["m00"]
    assert len(u) == pytest.approx(moments["m00"], rel=0.12)
    return float(np.linalg.norm(np.array([u.mean(), v.mean()]) - expected))


def test_the_overhead_camera_draws_objects_where_they_are(sim: CellSim) -> None:
    sim.step(50)
    frame = sim.render("overhead_camera")
    for name in ("red_cube", "green_cube", "blue_cube"):
        assert _top_face_error(sim, frame, name) < 0.6


def test_a_wrist_camera_draws_objects_where_they_are(sim: CellSim) -> None:
    cube = sim.truth.object_pose("red_cube").position
    move(
        sim, "left", above((cube[0] - 0.05, cube[1] + 0.05, cube[2]), ROBOT.tcp_pose(sim.joint_state()[0], "left").yaw, 0.15), 1.4
    )
    frame = sim.render("left_wrist_camera")
    assert _top_face_error(sim, frame, "red_cube") < 1.0


def test_depth_is_that_of_the_table_and_of_what_stands_on_it(sim: CellSim) -> None:
    sim.step(50)
    points = _points(sim.render("overhead_camera"))
    table = points[60:100, 300:340]
    np.testing.assert_allclose(table[..., 2], 0.0, atol=2e-4)
    for item in sim.scene.objects:
        if item.category == "bin":
            near = (np.linalg.norm(points[..., :2] - item.pose.position[:2], axis=-1) < 0.11) & (points[..., 2] < 0.2)
            assert points[near][:, 2].max() == pytest.approx(item.size[2], abs=1e-3)


@pytest.mark.parametrize("camera", names.CAMERAS)
def test_frames_have_the_cameras_pose_by_the_robots_kinematics(sim: CellSim, camera: str) -> None:
    frame = sim.render(camera)
    expected = ROBOT.frame_matrix(sim.joint_state()[0], names.optical_frame(camera))
    np.testing.assert_allclose(frame.pose.matrix, expected, atol=1e-6)
    assert frame.rgb.shape == (*frame.depth.shape, 3)
    assert frame.stamp == sim.time


def test_a_moving_camera_has_its_pose_at_the_time_of_its_image(sim: CellSim) -> None:
    start_move(sim, "left", above((0.45, 0.1, 0.2), 0.0, 0.0), 0.8)
    run(sim, 0.4)
    assert np.abs(sim.joint_state()[1]).max() > 1.0
    frame = sim.render("left_wrist_camera")
    expected = ROBOT.frame_matrix(sim.joint_state()[0], names.optical_frame("left_wrist_camera"))
    np.testing.assert_allclose(frame.pose.matrix, expected, atol=1e-6)


def test_looking_changes_nothing(sim: CellSim) -> None:
    states = []
    for look in (False, True):
        sim.reset("tabletop", 1)
        start_move(sim, "left", above((0.45, 0.1, 0.2), 0.0, 0.0), 0.8)
        for _ in range(20):
            sim.step(10)
            if look:
                sim.render("overhead_camera")
        states.append(np.array(sim.data.qpos))
    np.testing.assert_array_equal(*states)


def test_what_is_too_near_or_too_far_has_no_depth(sim: CellSim) -> None:
    frame = sim.render("left_wrist_camera")
    known = frame.depth[frame.depth > 0]
    assert known.min() >= 0.03
    assert known.max() <= 2.0
    assert frame.depth.dtype == np.float32


def test_cubes_have_their_colours(sim: CellSim) -> None:
    frame = sim.render("overhead_camera")
    for channel, name in enumerate(("red", "green", "blue")):
        u, v = _project(frame, np.array([sim.truth.object_pose(f"{name}_cube").position])).round().astype(int)[0]
        pixel = frame.rgb[v, u].astype(int)
        assert np.argmax(pixel) == channel
        assert pixel[channel] > 60 + np.delete(pixel, channel).max()


def test_images_repeat(sim: CellSim) -> None:
    first = sim.render("overhead_camera")
    again = sim.render("overhead_camera")
    np.testing.assert_array_equal(first.rgb, again.rgb)
    np.testing.assert_array_equal(first.depth, again.depth)


def test_only_the_policies_cameras_are_rendered(sim: CellSim) -> None:
    with pytest.raises(KeyError, match="overhead_camera"):
        sim.render("observer")
    assert sim.render_observer(320, 180).shape == (180, 320, 3)


def test_the_pinhole_spans_the_field_of_view() -> None:
    matrix = pinhole(640, 480, 42.0)
    edge = np.linalg.inv(matrix) @ (319.5, -0.5, 1.0)
    assert np.degrees(np.arctan2(-edge[1], edge[2])) == pytest.approx(21.0)


def test_a_cell_that_is_dropped_leaves_the_others_their_images(sim: CellSim) -> None:
    before = sim.render("overhead_camera").rgb
    other = CellSim("tabletop_tray", 3)
    other.render("overhead_camera")
    sim.render("overhead_camera")
    del other
    gc.collect()
    np.testing.assert_array_equal(sim.render("overhead_camera").rgb, before)
