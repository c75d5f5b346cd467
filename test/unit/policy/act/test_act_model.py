"""The baseline as a model of chunks, and its checkpoints."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from small import small_checkpoint
from small_act import small_act_checkpoint

from tandem.cell import names
from tandem.cell.observation import CameraFrame, Observation
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.robot import home_positions
from tandem.cell.scene import Scene
from tandem.policy.act.checkpoint import load_act
from tandem.policy.act.model import ActModel
from tandem.policy.act.processing import statistics
from tandem.policy.checkpoints import CheckpointError
from tandem.policy.chunks.model import ChunkRequest, ModelFailure
from tandem.policy.registry import chunk_model, make
from tandem.policy.vla.checkpoint import load_checkpoint
from tandem.policy.vla.features import FINGERS_M

STEP = Step("pick", "left", "red_cube", text="pick up the red cube with the left hand")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_act_checkpoint(tmp_path / "checkpoint")


def _seen() -> Observation:
    rng = np.random.default_rng(0)
    depth, intrinsics = np.ones((48, 64), np.float32), np.eye(3)
    frames = {
        camera: CameraFrame(camera, 0.0, rng.integers(0, 255, (48, 64, 3), np.uint8), depth, intrinsics, Pose((0.0, 0.0, 1.0)))
        for camera in names.CAMERAS
    }
    return Observation(0.0, home_positions(), np.zeros(14), Scene(0.0), frames)


def test_it_answers_from_what_is_committed_within_the_fingers_travel(folder: Path) -> None:
    model = ActModel(folder)
    committed = home_positions()[None] + 0.01
    model.begin(STEP)
    answer = model.predict(ChunkRequest(_seen(), STEP, committed))
    assert answer.positions.shape == (model.rows, 14)
    np.testing.assert_allclose(answer.positions[0], committed[0])
    grippers = answer.positions[:, list(names.GRIPPER_COLUMN.values())]
    assert grippers[1:].min() >= 0.0
    assert grippers[1:].max() <= FINGERS_M
    assert 0.0 <= answer.done <= 1.0
    assert np.isnan(answer.spread)


def test_its_rows_are_absolute_joints(folder: Path) -> None:
    path = folder / "processor_config.json"
    entries = json.loads(path.read_text())
    model = ActModel(folder)
    model.begin(STEP)
    usual = model.predict(ChunkRequest(_seen(), STEP, home_positions()[None])).positions
    entries["statistics"]["action_mean"][0] += 1.0
    path.write_text(json.dumps(entries))
    moved = ActModel(folder)
    moved.begin(STEP)
    shifted = moved.predict(ChunkRequest(_seen(), STEP, home_positions()[None])).positions
    np.testing.assert_allclose(shifted[1:, 0] - usual[1:, 0], 1.0, atol=1e-5)
    np.testing.assert_allclose(shifted[:, 1:], usual[:, 1:], atol=1e-5)


def test_a_camera_that_is_away_is_named(folder: Path) -> None:
    model = ActModel(folder)
    model.begin(STEP)
    with pytest.raises(ModelFailure, match="overhead_camera"):
        model.predict(ChunkRequest(replace(_seen(), frames={}), STEP, home_positions()[None]))


def test_it_is_made_by_name(folder: Path) -> None:
    assert make("act", options={"checkpoint": str(folder), "join": "ensemble"}).name == "act"
    assert chunk_model("act", {"checkpoint": str(folder)}).name == "act"
    with pytest.raises(ValueError, match="tandem train --config config/training/act"):
        make("act")
    with pytest.raises(ValueError, match="no option 'samples'"):
        make("act", options={"checkpoint": str(folder), "samples": "3"})


def _edit(name: str, change: Callable[[dict], object]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        entries = json.loads((folder / name).read_text())
        change(entries)
        (folder / name).write_text(json.dumps(entries))

    return apply


def _lose_a_weight(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    tensors.pop("queries")
    save_file(tensors, folder / "model.safetensors")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_edit("config.json", lambda entries: entries.update(rows=10**9)), "rows is"),
        (_edit("config.json", lambda entries: entries.update(joints=7)), "joints is 7"),
        (_edit("config.json", lambda entries: entries.update(text={"auto_map": {}})), "never run"),
        (_edit("processor_config.json", lambda entries: entries["joint_names"].reverse()), "other joints"),
        (_edit("processor_config.json", lambda entries: entries.pop("statistics")), "state_mean"),
        (_edit("processor_config.json", lambda entries: entries["statistics"].update(action_std=[0.0] * 14)), "positive"),
        (
            _edit("processor_config.json", lambda entries: entries["statistics"].update(action_mean=[float("inf")] * 14)),
            "moderate",
        ),
        (_edit("processor_config.json", lambda entries: entries["statistics"].update(state_std=[1.0])), "normalisation"),
        (_lose_a_weight, "queries"),
        (lambda folder: (folder / "weights.pkl").write_bytes(b""), "could run code"),
    ],
)
def test_a_bad_checkpoint_is_refused(folder: Path, spoil: Callable[[Path], None], says: str) -> None:
    spoil(folder)
    with pytest.raises(CheckpointError, match=says):
        load_act(folder)


def test_the_two_kinds_of_checkpoints_are_told_apart(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="--policy act"):
        load_checkpoint(folder)
    with pytest.raises(CheckpointError, match="--policy vla"):
        load_act(small_checkpoint(tmp_path / "other"))


def test_joints_that_do_not_move_are_not_blown_up() -> None:
    still = np.tile(home_positions(), (10, 1))
    found = statistics(still, still)
    assert min(found["state_std"]) >= 1e-4
    np.testing.assert_allclose(found["action_mean"], home_positions())
