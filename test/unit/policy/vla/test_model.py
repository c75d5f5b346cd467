"""The learned model asked for chunks."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small import ROWS, SENTENCES, small_checkpoint, small_config, small_processor
from small_backbones import save_backbone

from tandem.cell import ik, names
from tandem.cell.busybox.layout import canonical
from tandem.cell.busybox.scene_objects import scene_objects
from tandem.cell.busybox.state import BoxState
from tandem.cell.observation import CameraFrame, Observation, TouchSample
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.reach import top_down
from tandem.cell.robot import RobotModel, home_positions
from tandem.cell.scene import Scene, SceneObject
from tandem.policy.chunks.model import ChunkRequest, ModelFailure
from tandem.policy.vla.backbone_loading import BackboneSource, load_backbone, with_backbone
from tandem.policy.vla.model import VlaModel, VlaOptions, touch_history
from tandem.policy.vla.modeling import TandemVla
from tandem.policy.vla.poses import tcp_poses
from tandem.policy.vla.processing import TandemVlaProcessor

STEP = Step("pick", "left", "red_cube", text=SENTENCES[0])
CUBE = SceneObject("red_cube", "cube", "red", Pose((0.45, 0.1, 0.02)), (0.04, 0.04, 0.04))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_checkpoint(tmp_path_factory.mktemp("vla") / "checkpoint")


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))


def observation() -> Observation:
    rng = np.random.default_rng(3)
    image = rng.integers(0, 255, (48, 64, 3), np.uint8)
    frames = {
        name: CameraFrame(name, 1.0, image, np.zeros((48, 64), np.float32), np.eye(3), Pose((0, 0, 1))) for name in names.CAMERAS
    }
    touch = tuple(
        TouchSample(
            0.5 + 0.05 * k, {side: np.full(6, float(k)) for side in names.SIDES}, {s: np.zeros((2, 8, 4, 3)) for s in names.SIDES}
        )
        for k in range(11)
    )
    home = home_positions()
    return Observation(1.0, home, np.zeros(14), Scene(1.0, (CUBE,)), frames, touch[-1].wrenches, touch[-1].tactile, touch)


def ask(model: VlaModel, seen: Observation, given: int = 2, step: Step = STEP) -> np.ndarray:
    model.begin(step)
    return model.predict(ChunkRequest(seen, step, np.tile(seen.positions, (given, 1)))).positions


def test_a_chunk_begins_with_what_is_committed_and_keeps_to_the_limits_of_the_fingers(folder: Path) -> None:
    model, seen = VlaModel(folder), observation()
    model.begin(STEP)
    committed = np.tile(seen.positions, (3, 1))
    committed[1:, 0] += 0.01
    answer = model.predict(ChunkRequest(seen, STEP, committed))
    assert answer.positions.shape == (ROWS, 14)
    np.testing.assert_array_equal(answer.positions[:3], committed)
    assert np.isfinite(answer.positions).all()
    grippers = answer.positions[:, list(names.GRIPPER_COLUMN.values())]
    assert (grippers >= 0).all()
    assert (grippers <= 0.0425).all()
    assert 0 <= answer.done <= 1
    assert answer.spread >= 0


def test_both_ways_to_compute_it_agree(folder: Path) -> None:
    seen = observation()
    one = ask(VlaModel(folder, VlaOptions(runtime="onnx")), seen)
    other = ask(VlaModel(folder, VlaOptions(runtime="torch")), seen)
    np.testing.assert_allclose(one, other, atol=1e-4)


def test_what_was_asked_before_does_not_matter(folder: Path) -> None:
    seen = observation()
    one, other = (VlaModel(folder, VlaOptions(runtime="torch", temperature=1.0)) for _ in range(2))
    one.begin(STEP)
    ask(one, replace(seen, stamp=seen.stamp + 1.0))
    first, same, later = ask(one, seen), ask(other, seen), ask(other, replace(seen, stamp=seen.stamp + 0.4))
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(same, later)


@pytest.mark.parametrize("switched_off", ["use_grounding", "use_touch", "use_cameras"])
def test_what_is_switched_off_does_not_matter(folder: Path, switched_off: str) -> None:
    seen = observation()
    changed = {
        "use_grounding": replace(seen, scene=Scene(1.0)),
        "use_touch": replace(seen, touch=()),
        "use_cameras": replace(seen, frames={}),
    }[switched_off]
    options = VlaOptions(runtime="torch", **{switched_off: False})
    np.testing.assert_array_equal(ask(VlaModel(folder, options), seen), ask(VlaModel(folder, options), changed))
    if switched_off != "use_cameras":
        plain = VlaOptions(runtime="torch")
        assert np.abs(ask(VlaModel(folder, plain), seen) - ask(VlaModel(folder, plain), changed)).max() > 1e-6


@pytest.mark.parametrize("held_by", ["both", "left"])
def test_hands_that_hold_one_thing_stay_to_each_other_as_they_are(folder: Path, held_by: str) -> None:
    step = Step("lift", "both", "red_cube", text=SENTENCES[2])
    seen = observation()
    seen = replace(seen, scene=Scene(1.0, (replace(CUBE, held_by=held_by),)))
    hands = tcp_poses(RobotModel(), ask(VlaModel(folder, VlaOptions(runtime="torch")), seen, step=step))
    apart = np.linalg.norm(hands[:, 0, :3, 3] - hands[:, 1, :3, 3], axis=-1)
    assert (np.ptp(apart) < 1e-4) == (held_by == "both")


def test_a_button_that_was_not_felt_is_not_pressed_whatever_the_model_says(folder: Path) -> None:
    step = Step("press", "left", "box/buttons/red", text=SENTENCES[0])
    box = scene_objects(Pose.from_xyz_rpy((0.46, 0.0, 0.0), (0.0, 0.0, -np.pi / 2)), canonical(), BoxState())
    shown = Scene(1.0, box)
    still = {side: np.zeros(6) for side in names.SIDES}
    robot, seen = RobotModel(), replace(observation(), scene=shown, wrenches=still)
    button = shown[step.object].pose.position
    pressing = solved(robot, "left", top_down((button[0], button[1], button[2] + 0.007), 0.0))
    model = VlaModel(folder, VlaOptions(runtime="torch"), robot)

    def says(positions: np.ndarray, push: float) -> tuple[bool, bool | None]:
        """Whether it may be complete, and whether a press was felt."""
        felt = {**still, "left": np.array([0.0, 0.0, -push, 0.0, 0.0, 0.0])}
        here = replace(seen, positions=positions, wrenches=felt)
        answer = model.predict(ChunkRequest(here, step, np.tile(positions, (2, 1))))
        return answer.done > 0.0, answer.felt

    model.begin(step)
    assert says(seen.positions, 0.0) == (False, False)
    assert says(pressing, 0.0) == (False, False)
    assert says(pressing, 3.5) == (True, True)
    assert says(seen.positions, 0.0) == (True, True), "it was pressed before"
    model.begin(step)
    assert says(seen.positions, 0.0) == (False, False), "but not in this step"
    blind = VlaModel(folder, VlaOptions(runtime="torch", use_touch=False), robot)
    blind.begin(step)
    answer = blind.predict(ChunkRequest(seen, step, np.tile(seen.positions, (2, 1))))
    assert (answer.done > 0.0, answer.felt) == (True, None), "who feels nothing can't tell"


def solved(robot: RobotModel, side: names.Side, tcp: Pose) -> np.ndarray:
    """Joints of both arms with one hand there."""
    positions = home_positions().copy()
    branches = ik.inverse(ik.arm_chain(robot, side), tcp.matrix[None], 0.0)[0]
    positions[names.ARM_COLUMNS[side]] = branches[~np.isnan(branches).any(axis=1)][0]
    return positions


def test_a_missing_image_is_named(folder: Path) -> None:
    with pytest.raises(ModelFailure, match="overhead_camera"):
        ask(VlaModel(folder, VlaOptions(runtime="torch")), replace(observation(), frames={}))


def test_the_history_of_touch_is_taken_at_its_times() -> None:
    wrench, tactile = touch_history(observation(), 4, 0.1)
    np.testing.assert_array_equal(wrench[:, 0], [4, 6, 8, 10])
    assert tactile.shape == (4, 2, 2, 8, 4, 3)


def test_a_model_with_a_backbone_and_adapters_answers_likewise(tmp_path: Path) -> None:
    wanted = BackboneSource(str(save_backbone(tmp_path / "backbone", "smolvlm")), lora={"rank": 2})
    loaded = load_backbone(wanted, 32)
    config = with_backbone(small_config(), wanted, loaded)
    scale = small_processor(config).scale
    TandemVla(config, loaded.model).save_pretrained(tmp_path / "model")
    processor = TandemVlaProcessor(loaded.tokenizer, config.cameras, 32, scale=scale, image_settings=loaded.image)
    processor.save_pretrained(tmp_path / "model")
    seen = observation()
    rows = ask(VlaModel(tmp_path / "model"), seen)
    assert rows.shape == (ROWS, 14)
    np.testing.assert_allclose(rows[:2], np.tile(seen.positions, (2, 1)))
    blind = ask(VlaModel(tmp_path / "model", VlaOptions(use_cameras=False)), seen)
    assert np.abs(rows - blind).max() > 1e-6
