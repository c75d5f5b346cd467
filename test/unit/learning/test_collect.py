"""Demonstrations: one short episode, recorded, judged, finalised, and gone on with."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pyarrow", reason="datasets need pyarrow: ./tandem collect installs it")

from tandem.cell import names
from tandem.cell.limits import joint_limits
from tandem.learning.collection import collect as collecting
from tandem.learning.collection import demonstration
from tandem.learning.collection.demonstration import Settings
from tandem.learning.datasets import features
from tandem.learning.datasets.layout import NotADataset
from tandem.learning.datasets.reader import Dataset
from tandem.learning.evaluation.tasks import load_suite
from tandem.policy.images import policy_image
from tandem.policy.registry import PolicyRefused

SETTINGS = Settings("tabletop", "skills", seed=5, image_size=64, mistakes=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("demonstrations") / "d"
    told = []
    summary = collecting.collect(folder, SETTINGS, 1, tasks=["lift_tray"], on_episode=told.append)
    assert summary.new == len(told) == 2, "this task asks for twice as many"
    assert told[0]["kept"], told[0]["failure"]
    yield folder
    demonstration._cell("skills", "")[0].loop.sim.close()


def test_frames_fit_together(folder: Path) -> None:
    data = Dataset(folder)
    first = slice(0, int(data.starts[1]))
    state, action = data.column(features.STATE)[first], data.column(features.ACTION)[first]
    remaining, steps = data.column(features.STEP_REMAINING)[first], data.column(features.STEP_INDEX)[first]
    assert len(state) > 30
    # The arms follow what they are told within 0.1 s, and the fingers close.
    arms = [column for side in names.SIDES for column in range(*names.ARM_COLUMNS[side].indices(14))]
    assert np.abs(state[1:] - action[:-1])[:, arms].max() < 0.02
    assert np.all(action >= joint_limits().lower - 1e-4)
    # Time runs down to the end of each step, then stays there for some frames.
    for number in np.unique(steps):
        left = remaining[steps == number]
        assert np.allclose(np.diff(left)[left[1:] > 0], -0.1, atol=1e-4)
        assert 2 <= (left == 0).sum() <= 4
    held = np.abs(data.column(features.TACTILE)[first]).sum(axis=(3, 4, 5))
    assert held[-1].min() > 1.0
    assert held[0].max() < 0.1
    assert data.column(features.GROUNDING)[:, 0, 1].all()
    assert not data.column(features.IS_MISTAKE).any()


def test_steps_are_told(folder: Path) -> None:
    data = Dataset(folder)
    line, other = data.lines
    assert (line["index"], other["index"]) == (0, 1)
    assert (line["task"], line["suite"], line["success"]) == ("lift_tray", "tabletop", True)
    assert line["steps"][0]["verb"] == "lift"
    assert [step["outcome"] for step in line["steps"]] == ["done"] * len(line["steps"])
    assert line["steps"][0]["first_frame"] == 0
    assert line["steps"][-1]["end_frame"] == data.starts[1]
    assert data.text(0) == line["steps"][0]["text"]


def test_images_are_what_a_policy_sees(folder: Path) -> None:
    sim = demonstration._cell("skills", "")[0].loop.sim
    for camera in names.CAMERAS:
        seen = policy_image(sim.render(camera), 64).astype(int)
        assert np.abs(sim.render_square(camera).shape[0] - min(sim.render(camera).rgb.shape[:2])) == 0
        # The scene is still there as it was at the end.
        assert np.abs(Dataset(folder).image(len(Dataset(folder)) - 1, camera) - seen).mean() < 4.0


def test_what_is_done_is_not_done_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = Dataset(folder).hash
    monkeypatch.setattr(collecting, "demonstrate", lambda job: pytest.fail("done again"))
    summary = collecting.collect(folder, SETTINGS, 1, tasks=["lift_tray"])
    assert (summary.new, len(summary.lines)) == (0, 2)
    assert Dataset(folder).hash == before


def test_other_settings_need_another_folder(folder: Path) -> None:
    with pytest.raises(NotADataset, match="image_size 64, not 32"):
        collecting.collect(folder, Settings("tabletop", "skills", seed=5, image_size=32, mistakes=False), 1)
    with pytest.raises(NotADataset, match="nothing was collected"):
        collecting.finalise(folder.parent)


def test_an_episode_that_breaks_off_is_told_and_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demonstration, "suitable_scene", lambda *_: 1 / 0)
    summary = collecting.collect(tmp_path / "d", SETTINGS, 1, tasks=["lift_tray"])
    assert [line["kept"] for line in summary.lines] == [False, False]
    assert "ZeroDivisionError" in summary.lines[0]["failure"]
    attempts = (tmp_path / "d" / collecting.ATTEMPTS).read_text().splitlines()
    assert [json.loads(line)["index"] for line in attempts] == [0, 1]
    assert Dataset(tmp_path / "d").info.episodes == 0


def test_a_learner_that_may_not_err_is_refused(tmp_path: Path) -> None:
    settings = Settings("tabletop", "skills", mistakes=False, learner=str(tmp_path))
    with pytest.raises(PolicyRefused, match="not both"):
        collecting.collect(tmp_path / "d", settings, 1)


def test_tasks_with_rare_steps_ask_for_more_episodes() -> None:
    tasks = {task.name: task for task in load_suite("tabletop")}
    common, rare = tasks["stack_red_on_green"], tasks["insert_peg"]
    assert (common.demonstrations, rare.demonstrations) == (1, 2)
    wanted = collecting._episodes([common, rare], 2)
    assert wanted == [(common.name, 0), (rare.name, 0), (rare.name, 1), (common.name, 1), (rare.name, 2), (rare.name, 3)]
