# ruff: noqa: E402
"""A dataset written, made longer, and read again."""

import json
from pathlib import Path

import numpy as np
import pytest

pa = pytest.importorskip("pyarrow", reason="datasets need pyarrow: ./tandem collect installs it")

import pyarrow.parquet as pq
from made_up_episodes import FEATURES, SIZE, episode, picture

from tandem.learning.datasets import episode as files
from tandem.learning.datasets import features, layout
from tandem.learning.datasets.features import cell_features
from tandem.learning.datasets.layout import NotADataset
from tandem.learning.datasets.reader import Dataset
from tandem.learning.datasets.writer import DatasetWriter


def written(folder: Path, seeds: range, file_mb: float = 100.0) -> Path:
    with DatasetWriter(folder, FEATURES, file_mb=file_mb) as writer:
        for seed in seeds:
            writer.add(episode(seed, frames=5 + seed))
    return folder


def test_what_was_written_is_read(tmp_path: Path) -> None:
    data = Dataset(written(tmp_path / "d", range(3)))
    assert len(data) == 5 + 6 + 7
    assert list(data.starts) == [0, 5, 11, 18]
    for number in range(3):
        made, span = episode(number, frames=5 + number), slice(data.starts[number], data.starts[number + 1])
        for key, values in made.numbers.items():
            assert np.array_equal(data.column(key)[span], values), key
        assert [data.text(index) for index in range(span.start, span.stop)] == list(made.texts)
        assert np.array_equal(data.column("frame_index")[span], np.arange(len(made)))
        assert np.allclose(data.column("timestamp")[span], np.arange(len(made)) / 10)
        assert set(data.column("episode_index")[span]) == {number}
    assert np.array_equal(data.column("index"), np.arange(18))
    assert data.column(features.TACTILE).shape == (18, 2, 2, 8, 4, 3)
    assert data.lines[2]["instruction"] == "Do it."


@pytest.mark.parametrize("video", [False, True])
def test_images_are_found_by_frame_and_camera(tmp_path: Path, video: bool) -> None:
    columns = cell_features(SIZE, video=video)
    with DatasetWriter(tmp_path / "d", columns, file_mb=1e-9) as writer:
        for seed in range(3):
            writer.add(episode(seed, frames=9, columns=columns))
    data = Dataset(tmp_path / "d")
    assert len(data.data_files) == 3
    for index in (26, 0, 9, 13, 12, 8):
        expected = picture(index // 9, index % 9).astype(int)
        assert np.abs(data.image(index, "left_wrist_camera") - expected).max() <= 6, index
    assert data.images([3, 4], "overhead_camera").shape == (2, SIZE, SIZE, 3)
    with pytest.raises(IndexError):
        data.image(27, "overhead_camera")
    with pytest.raises(KeyError, match="overhead_camera"):
        data.image(0, "third_eye")


def test_a_dataset_gets_longer_and_its_old_files_stay(tmp_path: Path) -> None:
    folder = written(tmp_path / "d", range(2))
    first = layout.sha256(folder / "data/chunk-000/file-000.parquet")
    hash_before = Dataset(folder).hash
    written(folder, range(2, 4))
    data = Dataset(folder)
    assert data.info.episodes == 4
    assert len(data.data_files) == 2
    assert layout.sha256(folder / "data/chunk-000/file-000.parquet") == first
    assert np.array_equal(data.column("episode_index")[data.starts[:-1]], np.arange(4))
    assert data.hash != hash_before
    one_go = Dataset(written(tmp_path / "e", range(4)))
    assert data.stats[features.STATE]["q99"] == one_go.stats[features.STATE]["q99"]


def test_an_interrupted_writer_leaves_what_was_there(tmp_path: Path) -> None:
    folder = written(tmp_path / "d", range(1))

    def interrupted() -> None:
        with DatasetWriter(folder, FEATURES, file_mb=1e-9) as writer:
            writer.add(episode(5))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert Dataset(folder).info.episodes == 1
    written(folder, range(1, 2))
    data = Dataset(folder)
    assert [line["index"] for line in data.lines] == [0, 1]
    assert np.array_equal(data.column(features.STATE)[5:], episode(1, frames=6).numbers[features.STATE])


def test_the_files_say_what_lerobot_reads(tmp_path: Path) -> None:
    folder = written(tmp_path / "d", range(2))
    info = json.loads((folder / "meta/info.json").read_text())
    assert (info["codebase_version"], info["fps"], info["robot_type"]) == ("v3.0", 10, "tandem_cell")
    assert (info["total_episodes"], info["total_frames"], info["total_tasks"]) == (2, 11, 2)
    assert info["features"]["action"]["names"][0] == "left_shoulder_pan_joint"
    assert info["features"]["observation.images.overhead_camera"]["dtype"] == "image"
    assert (folder / info["data_path"].format(chunk_index=0, file_index=0)).is_file()
    schema = pq.read_schema(folder / "data/chunk-000/file-000.parquet")
    assert schema.field("observation.state").type == pa.list_(pa.float32(), 14)
    assert schema.field("observation.images.left_wrist_camera").type == pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    told = json.loads(schema.metadata[b"huggingface"])["info"]["features"]
    assert told["observation.tactile"] == {"shape": [2, 2, 8, 4, 3], "dtype": "float32", "_type": "Array5D"}
    (row, _) = pq.read_table(folder / "meta/episodes/chunk-000/file-000.parquet").to_pylist()
    assert (row["dataset_from_index"], row["dataset_to_index"], row["length"]) == (0, 5, 5)
    assert row["tasks"] == ["pick", "place"]
    assert len(row["stats/observation.state/mean"]) == 14
    stats = json.loads((folder / "meta/stats.json").read_text())
    assert set(stats["action"]) == {"min", "max", "mean", "std", "count", "q01", "q10", "q50", "q90", "q99"}
    assert np.shape(stats["observation.images.overhead_camera"]["mean"]) == (3, 1, 1)
    assert layout.read_tasks(folder) == ["pick", "place"]


def test_statistics_are_those_of_the_values(tmp_path: Path) -> None:
    data = Dataset(written(tmp_path / "d", range(4)))
    values = data.column(features.ACTION).astype(float)
    told = data.stats[features.ACTION]
    assert np.allclose(told["mean"], values.mean(axis=0), atol=1e-6)
    assert np.allclose(told["std"], values.std(axis=0), atol=1e-6)
    assert np.allclose(told["q10"], np.quantile(values, 0.1, axis=0), atol=1e-6)
    assert told["count"] == [len(data)]
    blue = np.array(data.stats["observation.images.overhead_camera"]["mean"]).ravel()[2]
    assert abs(blue - 100 / 255) < 0.02


def test_says_what_is_wrong_with_a_folder(tmp_path: Path) -> None:
    with pytest.raises(NotADataset, match=r"no meta/info\.json"):
        Dataset(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "thesis.txt").write_text("precious")
    with pytest.raises(NotADataset, match=r"thesis\.txt"):
        written(tmp_path, range(1))
    assert (tmp_path / "data" / "thesis.txt").is_file()
    folder = written(tmp_path / "d", range(1))
    with pytest.raises(NotADataset, match="overhead_camera"), DatasetWriter(folder, cell_features(32)):
        pass


def test_an_episode_that_lacks_something_is_refused(tmp_path: Path) -> None:
    lacking = episode(0)
    del lacking.numbers[features.ACTION]
    with pytest.raises(ValueError, match="lacks action"), DatasetWriter(tmp_path / "d", FEATURES) as writer:
        writer.add(lacking)


def test_an_episode_survives_in_a_file_of_its_own(tmp_path: Path) -> None:
    made = episode(3)
    files.save(made, FEATURES, tmp_path / "shard")
    loaded = files.load(tmp_path / "shard", FEATURES)
    assert loaded.images == made.images
    assert loaded.texts == made.texts
    assert loaded.line == made.line
    assert all(np.array_equal(loaded.numbers[key], made.numbers[key]) for key in made.numbers)
