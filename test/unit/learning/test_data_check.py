"""Datasets that are sound, and what is found wrong with ones that aren't."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pyarrow", reason="datasets need pyarrow: ./tandem collect installs it")

import pyarrow as pa
import pyarrow.parquet as pq
from made_up_episodes import FEATURES, SIZE, episode

from tandem.cell.robot import home_positions
from tandem.learning.datasets import features, layout
from tandem.learning.datasets.check import check
from tandem.learning.datasets.episode import Episode
from tandem.learning.datasets.features import cell_features
from tandem.learning.datasets.layout import NotADataset
from tandem.learning.datasets.merge import merge
from tandem.learning.datasets.reader import Dataset
from tandem.learning.datasets.summary import summary
from tandem.learning.datasets.view import sheet, video
from tandem.learning.datasets.writer import DatasetWriter, write_hashes

DATA = "data/chunk-000/file-000.parquet"


def plausible(seed: int, frames: int = 6) -> Episode:
    """Joints within their limits, two steps, images with something in them."""
    made = episode(seed, frames)
    for key in (features.STATE, features.ACTION):
        made.numbers[key] = np.tile(home_positions(), (frames, 1)).astype(np.float32)
    made.numbers[features.STEP_REMAINING] = np.abs(made.numbers[features.STEP_REMAINING])
    made.numbers[features.STEP_INDEX] = np.arange(frames) * 2 // frames
    half = frames // 2
    made.line["steps"] = [{"first_frame": 0, "end_frame": half}, {"first_frame": half, "end_frame": frames}]
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with DatasetWriter(tmp_path / "d", FEATURES) as writer:
        for seed in range(3):
            writer.add(plausible(seed))
    return tmp_path / "d"


def rewritten(folder: Path, key: str, change: Callable[[np.ndarray], None]) -> None:
    """The same dataset with other values, and with hashes as if they had been there from the beginning."""
    table = pq.read_table(folder / DATA)
    values = table.column(key).to_numpy().copy()
    change(values)
    column = pa.array(values.tolist(), table.schema.field(key).type)
    table = table.set_column(table.schema.get_field_index(key), table.schema.field(key), column)
    pq.write_table(table, folder / DATA)
    write_hashes(folder)


def test_a_sound_dataset_has_nothing_wrong(folder: Path) -> None:
    looked = []
    assert check(folder, tell=looked.append) == []
    assert "images" in looked


def test_a_changed_file_is_found(folder: Path) -> None:
    (folder / layout.TASKS).write_bytes((folder / layout.TASKS).read_bytes() + b" ")
    (folder / "data" / "more.parquet").write_bytes(b"x")
    (folder / layout.STATS).unlink()
    wrong = "\n".join(check(folder))
    assert "meta/tasks.parquet was changed" in wrong
    assert "data/more.parquet was added later" in wrong
    assert "meta/stats.json is missing" in wrong


def test_a_lacking_column_and_a_lacking_frame_are_found(folder: Path) -> None:
    table = pq.read_table(folder / DATA)
    pq.write_table(table.drop_columns([features.WRENCH]).slice(1), folder / DATA)
    write_hashes(folder)
    wrong = "\n".join(check(folder))
    assert "lacks the column observation.wrench" in wrong
    assert "says 18 frames, the files have 17" in wrong


@pytest.mark.parametrize(
    ("key", "index", "value", "words"),
    [
        ("timestamp", 8, 5.0, "timestamp is not frame_index / 10, first at frame 8"),
        ("index", 3, 99, "index does not count as it should, first at frame 3"),
        ("task_index", 4, 7, "task_index goes from 0 to 7; meta/tasks.parquet has 2 tasks"),
        (features.STEP_REMAINING, 2, float("nan"), "step_remaining is not finite, first at frame 2"),
        (features.STEP_REMAINING, 2, -1.0, "step_remaining is negative, first at frame 2"),
        (features.STEP_INDEX, 7, 1, "episode 1: its steps are not where"),
    ],
)
def test_wrong_numbers_are_found(folder: Path, key: str, index: int, value: float, words: str) -> None:
    rewritten(folder, key, lambda values: values.__setitem__(index, value))
    wrong = check(folder)
    assert any(words in found for found in wrong), wrong


def test_a_joint_beyond_its_limit_is_named(folder: Path) -> None:
    def bend(values: np.ndarray) -> None:
        values[5] = values[5].copy()
        values[5][2] = 9.0

    rewritten(folder, features.STATE, bend)
    wrong = "\n".join(check(folder))
    assert "observation.state of left_elbow_joint is 9.0000 at frame 5" in wrong
    assert "stats.json: min of observation.state is not" in wrong or "stats.json: max of observation.state is not" in wrong


def test_an_image_that_is_none_is_found(tmp_path: Path) -> None:
    spoilt = plausible(0)
    with DatasetWriter(tmp_path / "d", FEATURES) as writer:
        writer.add(spoilt)
    key = features.image_key("overhead_camera")
    table = pq.read_table(tmp_path / "d" / DATA)
    encoded = [entry["bytes"] for entry in table.column(key).to_pylist()]
    encoded[3] = b"nothing"
    column = pa.StructArray.from_arrays([pa.array(encoded, pa.binary()), pa.nulls(len(encoded), pa.string())], ["bytes", "path"])
    table = table.set_column(table.schema.get_field_index(key), table.schema.field(key), column)
    pq.write_table(table, tmp_path / "d" / DATA)
    write_hashes(tmp_path / "d")
    assert any("overhead_camera at frame 3 can't be decoded" in found for found in check(tmp_path / "d"))


def test_no_dataset_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotADataset, match=r"no meta/info\.json"):
        check(tmp_path)
    (tmp_path / "meta").mkdir()
    (tmp_path / "meta" / "info.json").write_text(json.dumps({"codebase_version": "v2.1", "features": {}}))
    with pytest.raises(NotADataset, match=r"version v2\.1"):
        check(tmp_path)


@pytest.mark.parametrize("with_video", [False, True])
def test_datasets_become_one(tmp_path: Path, with_video: bool) -> None:
    columns = cell_features(SIZE, video=with_video)
    for name, seeds in (("a", range(2)), ("b", range(2, 3))):
        with DatasetWriter(tmp_path / name, columns) as writer:
            for seed in seeds:
                writer.add(plausible(seed))
    assert merge([tmp_path / "a", tmp_path / "b"], tmp_path / "c") == 3
    assert check(tmp_path / "c") == []
    merged, second = Dataset(tmp_path / "c"), Dataset(tmp_path / "b")
    for key in (features.STATE, features.TACTILE):
        assert np.array_equal(merged.column(key)[12:], second.column(key))
    assert np.abs(merged.image(14, "left_wrist_camera").astype(int) - second.image(2, "left_wrist_camera")).max() <= 8
    assert [line["index"] for line in merged.lines] == [0, 1, 2]
    with pytest.raises(NotADataset, match="choose another folder"):
        merge([tmp_path / "a"], tmp_path / "c")
    with DatasetWriter(tmp_path / "e", cell_features(32)) as writer:
        pass
    with pytest.raises(NotADataset, match="other columns"):
        merge([tmp_path / "a", tmp_path / "e"], tmp_path / "f")


def test_an_episode_can_be_looked_at(folder: Path, tmp_path: Path) -> None:
    data = Dataset(folder)
    picture = sheet(data, 1)
    assert picture.shape[2] == 3
    assert picture.std() > 10
    video(data, 1, tmp_path / "episode.mp4")
    assert (tmp_path / "episode.mp4").stat().st_size > 1000
    with pytest.raises(IndexError, match="no episode 3; there are 3"):
        sheet(data, 3)


def test_a_summary_counts(folder: Path) -> None:
    told = summary(Dataset(folder))
    assert (told["episodes"], told["frames"], told["texts"]) == (3, 18, 2)
    assert told["tasks"]["made_up"]["episodes"] == 3
    assert told["hash"] == Dataset(folder).hash
    assert json.loads(json.dumps(told)) == told
