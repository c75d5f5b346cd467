"""Hand-eye calibration on rendered images of a board."""

from collections.abc import Callable
from pathlib import Path

import cv2
import mujoco
import numpy as np
import pytest
import yaml
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation
from typer.testing import CliRunner

from tandem.cell import description, ik, names
from tandem.cell.pose import Pose
from tandem.cell.reach import top_down
from tandem.cell.robot import RobotModel, home_positions
from tandem.cli.app import build_app
from tandem.perception.calibration import mounts
from tandem.perception.calibration.board import Board
from tandem.perception.calibration.hand_eye import CalibrationError, Lens, View, solve
from tandem.perception.calibration.shots import Shot, Shots
from tandem.sim.graphics import offscreen_context
from tandem.sim.rendering import pinhole

Array = NDArray[np.float64]

BOARD = Board.configured()
WIDTH, HEIGHT, FOVY = 640, 480, 50.0


@pytest.fixture(scope="module")
def pictures() -> Callable[[Pose], NDArray[np.uint8]]:
    """Renders the board as a camera sees it whose optical frame has the board at a pose."""
    spec = mujoco.MjSpec()
    drawn = np.repeat(BOARD.drawn(6000.0)[..., None], 3, axis=2)
    texture = spec.add_texture(name="board", type=mujoco.mjtTexture.mjTEXTURE_2D, width=drawn.shape[1], height=drawn.shape[0])
    texture.nchannel, texture.data = 3, drawn.tobytes()
    material = spec.add_material(name="board", texuniform=False, texrepeat=(1, 1), specular=0.0, reflectance=0.0)
    material.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = "board"
    half = np.array([BOARD.columns + 1, BOARD.rows + 1]) * BOARD.square / 2
    spec.worldbody.add_geom(type=mujoco.mjtGeom.mjGEOM_PLANE, size=(*half, 0.01), material="board")
    spec.worldbody.add_camera(name="eye", fovy=FOVY)
    spec.visual.headlight.ambient, spec.visual.headlight.diffuse = np.full(3, 0.9), np.zeros(3)
    spec.visual.map.znear, spec.stat.extent = 0.01, 1.0
    spec.visual.quality.offsamples = 4
    spec.visual.global_.offwidth, spec.visual.global_.offheight = WIDTH, HEIGHT
    model = spec.compile()
    window = offscreen_context(WIDTH, HEIGHT)
    window.make_current()
    data, scene, view = mujoco.MjData(model), mujoco.MjvScene(model, maxgeom=10), mujoco.MjvCamera()
    context = mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_100.value)
    mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN.value, context)
    view.type, view.fixedcamid = mujoco.mjtCamera.mjCAMERA_FIXED, 0
    whole, image = mujoco.MjrRect(0, 0, WIDTH, HEIGHT), np.empty((HEIGHT, WIDTH, 3), np.uint8)
    # The board's frame: at its upper left corner, x right, y down; MuJoCo's plane has its middle there, y up.
    corner = Pose((-BOARD.columns * BOARD.square / 2, BOARD.rows * BOARD.square / 2, 0.0), (1.0, 0.0, 0.0, 0.0))

    def take(board: Pose) -> NDArray[np.uint8]:
        eye = corner @ board.inverse
        x, y, z, w = (Rotation.from_quat(eye.quaternion) * Rotation.from_euler("x", np.pi)).as_quat()
        model.cam_pos[0], model.cam_quat[0] = eye.position, (w, x, y, z)
        mujoco.mj_forward(model, data)
        window.make_current()
        mujoco.mjv_updateScene(model, data, mujoco.MjvOption(), None, view, mujoco.mjtCatBit.mjCAT_ALL.value, scene)
        mujoco.mjr_render(whole, scene, context)
        mujoco.mjr_readPixels(image, None, whole, context)
        return np.ascontiguousarray(image[::-1])

    return take


def lens() -> Lens:
    return Lens(pinhole(WIDTH, HEIGHT, FOVY), np.zeros(5))


def looks(rng: np.random.Generator, count: int) -> list[Pose]:
    """The board in a camera's frame, near the middle of its image, tilted this way and that."""
    middle = Pose((-BOARD.columns * BOARD.square / 2, -BOARD.rows * BOARD.square / 2, 0.0))
    tilts = rng.uniform(-0.5, 0.5, (count, 3))
    places = np.column_stack([rng.uniform(-0.03, 0.03, (count, 2)), rng.uniform(0.33, 0.45, count)])
    return [Pose.from_xyz_rpy(tuple(place), tuple(tilt)) @ middle for place, tilt in zip(places, tilts, strict=True)]


def views(pictures: Callable[[Pose], NDArray[np.uint8]], camera: Pose, board: Pose, count: int = 12, seed: int = 1) -> list[View]:
    """What a camera sees that is mounted so, and how the two frames stood to one another: M = X C Z^-1."""
    taken = []
    for seen in looks(np.random.default_rng(seed), count):
        corners = BOARD.seen(pictures(seen))
        assert corners is not None
        taken.append(View(corners, camera @ seen @ board.inverse))
    return taken


CAMERA = Pose.from_xyz_rpy((0.092, -0.011, 0.071), (-0.05, -0.42, 1.62))
ON_TABLE = Pose.from_xyz_rpy((0.45, 0.05, 0.002), (3.1, 0.02, 0.7))


def test_corners_are_found_to_a_fraction_of_a_pixel(pictures: Callable[[Pose], NDArray[np.uint8]]) -> None:
    for seen in looks(np.random.default_rng(3), 5):
        corners = BOARD.seen(pictures(seen))
        assert corners is not None
        points = corners.points @ seen.rotation.T + seen.position
        told = points @ lens().matrix.T
        assert np.abs(told[:, :2] / told[:, 2:] - corners.pixels).max() < 0.6


def test_a_camera_on_a_hand_is_found_to_two_millimetres_and_half_a_degree(pictures: Callable[[Pose], NDArray[np.uint8]]) -> None:
    found = solve(views(pictures, CAMERA, ON_TABLE), lens())
    off = CAMERA.inverse @ found.camera
    assert np.linalg.norm(off.position) < 0.002
    assert Rotation.from_quat(off.quaternion).magnitude() < np.radians(0.5)
    assert found.error_px < 0.5
    assert np.linalg.norm(off.position) < 5 * found.position_m + 3e-4, "the spread that is told is about right"


def test_robots_that_are_not_quite_where_they_say_are_told_by_the_error(pictures: Callable[[Pose], NDArray[np.uint8]]) -> None:
    rng, taken = np.random.default_rng(5), views(pictures, CAMERA, ON_TABLE)
    shaken = [
        View(view.corners, view.moved @ Pose.from_xyz_rpy(tuple(rng.normal(0, 0.004, 3)), tuple(rng.normal(0, 0.01, 3))))
        for view in taken
    ]
    assert solve(shaken, lens()).error_px > 4 * solve(taken, lens()).error_px


def test_views_that_do_not_tell_are_refused(pictures: Callable[[Pose], NDArray[np.uint8]]) -> None:
    taken = views(pictures, CAMERA, ON_TABLE, count=6)
    with pytest.raises(CalibrationError, match="5 views show the board; take at least 6"):
        solve(taken[:5], lens())
    with pytest.raises(CalibrationError, match="about one axis only"):
        solve([taken[0]] * 6, lens())


def test_an_image_without_a_board_shows_none() -> None:
    assert BOARD.seen(np.full((HEIGHT, WIDTH, 3), 128, np.uint8)) is None


def test_what_was_found_is_where_the_robot_description_has_it_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nominal = description.settings("calibration.yaml")
    camera = "left_wrist_camera"
    assert (mounts.side_of(camera), mounts.side_of("overhead_camera")) == ("left", None)
    file = tmp_path / "ours.yaml"
    mounts.write(mounts.changed(nominal, camera, CAMERA, "12 views, 0.2 px"), file)
    monkeypatch.setenv(description.CALIBRATION, str(file))
    robot = RobotModel()
    hand = robot.frame_pose(home_positions(), mounts.parent_of(camera, nominal))
    seen = hand.inverse @ robot.frame_pose(home_positions(), names.optical_frame(camera))
    np.testing.assert_allclose(seen.matrix, CAMERA.matrix, atol=2e-6)
    assert yaml.safe_load(file.read_text())["cameras"][camera]["found"] == "12 views, 0.2 px"


def test_a_camera_that_there_is_not_is_refused() -> None:
    with pytest.raises(KeyError, match="no camera is named 'kinect'; there are overhead_camera"):
        mounts.side_of("kinect")


def shots_of(pictures: Callable[[Pose], NDArray[np.uint8]], camera: Pose, side: names.Side) -> Shots:
    """Images of a wrist camera that is mounted so, while its hand tilts above a board on the table."""
    robot, taken, rng = RobotModel(), [], np.random.default_rng(8)
    hand = f"{side}_gripper_base_link"
    above = top_down((0.44, 0.12, 0.30), 0.2)
    board: Pose | None = None
    for tilt in rng.uniform(-0.28, 0.28, (10, 3)):
        joints = ik.solutions(robot, side, above @ Pose.from_xyz_rpy((0.0, 0.0, 0.0), tuple(tilt)), home_positions())
        posture = home_positions().copy()
        posture[names.ARM_COLUMNS[side]] = joints[0]
        eye = robot.frame_pose(posture, hand) @ camera
        board = board or eye @ looks(rng, 1)[0]
        taken.append(Shot(pictures(eye.inverse @ board), posture))
    return Shots(lens(), tuple(taken))


def test_the_verb_calibrates_from_images_of_a_folder(pictures: Callable[[Pose], NDArray[np.uint8]], tmp_path: Path) -> None:
    shots_of(pictures, CAMERA, "left").save(tmp_path / "shots")
    out = tmp_path / "ours.yaml"
    app = build_app("calibrate")
    told = ["calibrate", "left_wrist_camera", "--shots", str(tmp_path / "shots"), "--out", str(out)]
    result = CliRunner().invoke(app, told)
    assert result.exit_code == 0, result.output
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(description.CALIBRATION, str(out))
        robot = RobotModel()
    hand = robot.frame_pose(home_positions(), "left_gripper_base_link")
    off = CAMERA.inverse @ hand.inverse @ robot.frame_pose(home_positions(), "left_wrist_camera_optical_frame")
    assert np.linalg.norm(off.position) < 0.002
    assert Rotation.from_quat(off.quaternion).magnitude() < np.radians(0.5)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["kinect"], "no camera is named 'kinect'"), (["left_wrist_camera", "--shots", "/nowhere"], "/nowhere holds no shots")],
)
def test_the_verb_says_what_is_wrong(arguments: list[str], words: str) -> None:
    result = CliRunner().invoke(build_app("calibrate"), ["calibrate", *arguments])
    assert result.exit_code == 2
    assert words in " ".join(result.output.split())


def test_the_board_is_drawn_to_print(tmp_path: Path) -> None:
    result = CliRunner().invoke(build_app("calibrate"), ["calibrate", "board", "--out", str(tmp_path / "board.png")])
    assert result.exit_code == 0, result.output
    image = cv2.imread(str(tmp_path / "board.png"))
    assert image is not None
    corners = BOARD.seen(np.asarray(image, dtype=np.uint8))
    assert corners is not None
    assert len(corners.points) == (BOARD.columns - 1) * (BOARD.rows - 1)
