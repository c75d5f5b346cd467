"""Where the files of a LeRobot v3.0 dataset are, and the small ones among them."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from tandem.learning.datasets.episode import Line, write_atomically
from tandem.learning.datasets.features import COUNTERS, FPS, ROBOT, VERSION, Feature, Features

DATA_PATH: Final = "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"
VIDEO_PATH: Final = "videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4"
EPISODES_PATH: Final = "meta/episodes/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"
INFO, STATS, TASKS = "meta/info.json", "meta/stats.json", "meta/tasks.parquet"
LINES: Final = "meta/tandem_episodes.jsonl"
"""A line of JSON an episode: what LeRobot has no place for."""
FILES: Final = "meta/tandem_files.json"
"""The sha256 of every file, and one of all of them."""

FILES_PER_CHUNK: Final = 1000
FILE_MB: Final = 100


class NotADataset(ValueError):
    """A folder that isn't a dataset that this program reads; the message says why."""


@dataclass(frozen=True)
class Info:
    """meta/info.json."""

    features: Features
    episodes: int = 0
    frames: int = 0
    tasks: int = 0
    fps: int = FPS
    robot: str = ROBOT
    other: dict[str, Any] = field(default_factory=dict)

    @property
    def pictures(self) -> tuple[str, ...]:
        """Columns of images."""
        return tuple(key for key, feature in self.features.items() if feature.is_picture)

    @property
    def numbers(self) -> tuple[str, ...]:
        """All other columns."""
        return tuple(key for key, feature in self.features.items() if not feature.is_picture)

    @property
    def has_video(self) -> bool:
        """Whether images are kept as videos."""
        return any(feature.dtype == "video" for feature in self.features.values())

    def as_json(self) -> dict[str, Any]:
        """As the file has it."""
        features = {}
        for key, feature in self.features.items():
            features[key] = feature.as_json()
            if feature.dtype == "video":
                features[key]["info"] = _video_info(feature, self.fps)
        return {
            "codebase_version": VERSION,
            "robot_type": self.robot,
            "total_episodes": self.episodes,
            "total_frames": self.frames,
            "total_tasks": self.tasks,
            "chunks_size": FILES_PER_CHUNK,
            "data_files_size_in_mb": FILE_MB,
            "video_files_size_in_mb": FILE_MB,
            "fps": self.fps,
            "splits": {"train": f"0:{self.episodes}"},
            "data_path": DATA_PATH,
            "video_path": VIDEO_PATH if self.has_video else None,
            "features": features,
        }


def read_info(folder: Path) -> Info:
    """Of a dataset.

    Raises:
        NotADataset: there is none, or one of another version.
    """
    path = folder / INFO
    if not path.is_file():
        raise NotADataset(f"{folder} is no dataset: it has no {INFO}")
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        version = told["codebase_version"]
        if version != VERSION:
            raise NotADataset(f"{folder} is a LeRobot dataset of version {version}; this program reads {VERSION}")
        features = {key: Feature.from_json(entry) for key, entry in told["features"].items()}
        return Info(
            features, told["total_episodes"], told["total_frames"], told["total_tasks"], told["fps"], str(told["robot_type"])
        )
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise NotADataset(f"{path} can't be understood: {error!r}") from error


def all_features(features: Features) -> Features:
    """With the counters that every dataset has."""
    return {**features, **COUNTERS}


def place(index: int) -> tuple[int, int]:
    """Chunk and file of the ``index``-th file."""
    return divmod(index, FILES_PER_CHUNK)


def numbered(folder: Path, template: str, index: int, **keys: str) -> Path:
    """The ``index``-th file of a kind."""
    chunk, file = place(index)
    return folder / template.format(chunk_index=chunk, file_index=file, **keys)


def read_rows(folder: Path) -> list[dict[str, Any]]:
    """What meta/episodes/ tells of each episode, without the statistics."""
    rows: list[dict[str, Any]] = []
    for path in sorted((folder / "meta" / "episodes").rglob("*.parquet")):
        told = pq.ParquetFile(path)
        rows += told.read([name for name in told.schema_arrow.names if not name.startswith("stats/")]).to_pylist()
    return sorted(rows, key=lambda row: int(row["episode_index"]))


def read_lines(folder: Path) -> list[Line]:
    """What is told of each episode; empty for a dataset that others made."""
    path = folder / LINES
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def write_lines(folder: Path, lines: list[Line]) -> None:
    """Likewise."""
    write_atomically(folder / LINES, "".join(json.dumps(line) + "\n" for line in lines))


def write_json(path: Path, content: Any) -> None:
    """Indented JSON."""
    write_atomically(path, json.dumps(content, indent=2) + "\n")


def write_tasks(folder: Path, tasks: list[str]) -> None:
    """The words of steps; written as pandas would with the words as its index."""
    told = {
        "index_columns": ["task"],
        "column_indexes": [],
        "columns": [
            {"name": "task_index", "field_name": "task_index", "pandas_type": "int64", "numpy_type": "int64", "metadata": None},
            {"name": "task", "field_name": "task", "pandas_type": "unicode", "numpy_type": "object", "metadata": None},
        ],
        "creator": {"library": "pyarrow", "version": pa.__version__},
        "pandas_version": "2.2.0",
    }
    fields = pa.schema([("task_index", pa.int64()), ("task", pa.string())], metadata={"pandas": json.dumps(told)})
    table = pa.Table.from_arrays([pa.array(range(len(tasks)), pa.int64()), pa.array(tasks, pa.string())], schema=fields)
    temporary = folder / (TASKS + ".part")
    pq.write_table(table, temporary)
    temporary.replace(folder / TASKS)


def read_tasks(folder: Path) -> list[str]:
    """The words of steps, by task index."""
    path = folder / TASKS
    if not path.is_file():
        return []
    rows = pq.read_table(path).to_pylist()
    words = "task" if rows and "task" in rows[0] else "__index_level_0__"
    return [row[words] for row in sorted(rows, key=lambda row: int(row["task_index"]))]


def sha256(path: Path) -> str:
    """Of a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def content_files(folder: Path) -> list[Path]:
    """All files that are the dataset, but for the one with their hashes; in the order of their names."""
    found = (path for part in ("data", "videos", "meta") for path in (folder / part).rglob("*") if path.is_file())
    return sorted(path for path in found if path.suffix != ".part" and path != folder / FILES)


def hash_of(files: dict[str, str]) -> str:
    """One hash of all files, from theirs by name."""
    return hashlib.sha256("".join(f"{files[name]}  {name}\n" for name in sorted(files)).encode()).hexdigest()


def _video_info(feature: Feature, fps: int) -> dict[str, Any]:
    height, width, channels = feature.shape
    return {
        "video.height": height,
        "video.width": width,
        "video.channels": channels,
        "video.fps": fps,
        "video.codec": "h264",
        "video.pix_fmt": "yuv420p",
        "video.is_depth_map": False,
        "has_audio": False,
    }
