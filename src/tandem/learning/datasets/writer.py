"""Makes a LeRobot v3.0 dataset, or makes one longer. Files that are written are never changed; only new ones come."""

import os
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tandem.learning.datasets import columns, images, layout, stats
from tandem.learning.datasets.episode import Episode, Line
from tandem.learning.datasets.features import COUNTERS, Features
from tandem.learning.datasets.layout import Info, NotADataset
from tandem.learning.datasets.reader import Dataset
from tandem.learning.datasets.video import FrameVideo


class DatasetWriter:
    """Use as a context manager: what was added is part of the dataset when it is closed without an error."""

    def __init__(self, folder: Path, features: Features, *, file_mb: float = layout.FILE_MB) -> None:
        """Open a dataset, or begin one.

        Args:
            folder: of the dataset; made where it isn't there.
            features: of its frames, without the counters.
            file_mb: a file that has so much gets no further episode.

        Raises:
            NotADataset: the folder has a dataset of another kind.
        """
        self.folder = folder
        self._features = layout.all_features(features)
        self._file_bytes = file_mb * 2**20
        exists = (folder / layout.INFO).is_file()
        self._info = layout.read_info(folder) if exists else Info(self._features)
        if self._info.features != self._features:
            raise NotADataset(f"{folder} has other columns than what shall be added: {_difference(self._info, self._features)}")
        self._rows = layout.read_rows(folder)[: self._info.episodes]
        self._lines = layout.read_lines(folder)[: self._info.episodes]
        self._tasks = {words: index for index, words in enumerate(layout.read_tasks(folder))}
        self._frames = self._info.frames
        self._file = _next_file(self._rows)
        self._new_rows: list[dict[str, Any]] = []
        self._data: pq.ParquetWriter | None = None
        self._videos: dict[str, FrameVideo] = {}

    def __enter__(self) -> Self:
        if not (self.folder / layout.INFO).is_file():
            found = layout.content_files(self.folder)
            if found:
                raise NotADataset(f"{self.folder} has {found[0].relative_to(self.folder)}, but no dataset: choose another folder")
            layout.write_json(self.folder / layout.INFO, self._info.as_json())
        self._tidy_up()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._close_file()
        if kind is None:
            self._finish()

    @property
    def lines(self) -> list[Line]:
        """Of the episodes so far."""
        return list(self._lines)

    def add(self, episode: Episode) -> None:
        """Append an episode.

        Raises:
            ValueError: it has no frames, or lacks a column, or one has another shape.
        """
        if not len(episode):
            raise ValueError("an episode without frames")
        missing = [key for key in self._features if key not in (*episode.numbers, *episode.images, *COUNTERS)]
        if missing:
            raise ValueError(f"the episode lacks {', '.join(missing)}")
        index, length = len(self._rows) + len(self._new_rows), len(episode)
        for words in episode.texts:
            self._tasks.setdefault(words, len(self._tasks))
        counters = self._counters(index, episode)
        numbers = {**episode.numbers, **counters}
        chunk, file = layout.place(self._file)
        row: dict[str, Any] = {
            "episode_index": index,
            "tasks": list(dict.fromkeys(episode.texts)),
            "length": length,
            "data/chunk_index": chunk,
            "data/file_index": file,
            "dataset_from_index": self._frames,
            "dataset_to_index": self._frames + length,
        }
        self._write_frames(numbers, episode)
        row |= self._write_videos(episode)
        row |= _flattened(self._stats(numbers, episode))
        self._new_rows.append(row)
        self._lines.append({**episode.line, "episode_index": index, "length": length})
        self._frames += length
        if self._size() >= self._file_bytes:
            self._close_file()

    def _counters(self, index: int, episode: Episode) -> dict[str, Any]:
        length = len(episode)
        numbers = np.arange(length)
        return {
            "timestamp": (numbers / self._info.fps).astype(np.float32),
            "frame_index": numbers,
            "episode_index": np.full(length, index),
            "index": numbers + self._frames,
            "task_index": np.array([self._tasks[words] for words in episode.texts]),
        }

    def _write_frames(self, numbers: dict[str, Any], episode: Episode) -> None:
        wanted = columns.schema(self._features)
        if self._data is None:
            path = self._data_path()
            path.parent.mkdir(parents=True, exist_ok=True)
            pictures = [f"{key}.bytes" for key, feature in self._features.items() if feature.dtype == "image"]
            paths = _leaf_paths(wanted)
            self._data = pq.ParquetWriter(
                _part(path),
                wanted,
                # Pictures are compressed already, and none is like another.
                compression={leaf: "none" if leaf in pictures else "zstd" for leaf in paths},
                use_dictionary=[leaf for leaf in paths if leaf not in pictures],
                write_statistics=["episode_index", "index"],
            )
        arrays = [
            columns.images_to_arrow(episode.images[key])
            if self._features[key].is_picture
            else columns.to_arrow(np.asarray(numbers[key]), self._features[key])
            for key in wanted.names
        ]
        # A row group an episode, so that one can be read alone.
        self._data.write_table(pa.Table.from_arrays(arrays, schema=wanted), row_group_size=max(len(episode), 1))

    def _write_videos(self, episode: Episode) -> dict[str, Any]:
        row: dict[str, Any] = {}
        chunk, file = layout.place(self._file)
        for key, feature in self._features.items():
            if feature.dtype != "video":
                continue
            if key not in self._videos:
                height, width, _ = feature.shape
                self._videos[key] = FrameVideo(_part(self._video_path(key)), self._info.fps, (width, height))
            video = self._videos[key]
            row[f"videos/{key}/chunk_index"], row[f"videos/{key}/file_index"] = chunk, file
            row[f"videos/{key}/from_timestamp"] = video.frames / self._info.fps
            video.write(images.decode(encoded) for encoded in episode.images[key])
            row[f"videos/{key}/to_timestamp"] = video.frames / self._info.fps
        return row

    def _stats(self, numbers: dict[str, Any], episode: Episode) -> dict[str, stats.Stats]:
        found = {key: stats.of_numbers(np.asarray(values)) for key, values in numbers.items()}
        for key, encoded in episode.images.items():
            found[key] = stats.of_histograms([stats.histogram(encoded)], len(encoded))
        return found

    def _size(self) -> float:
        paths = [self._data_path(), *(self._video_path(key) for key in self._videos)]
        return max((_part(path).stat().st_size for path in paths if _part(path).exists()), default=0)

    def _close_file(self) -> None:
        if self._data is None:
            return
        self._data.close()
        os.replace(_part(self._data_path()), self._data_path())
        for key, video in self._videos.items():
            video.close()
            os.replace(_part(self._video_path(key)), self._video_path(key))
        self._data, self._videos = None, {}
        self._file += 1

    def _finish(self) -> None:
        """Write what tells of all episodes; the totals in meta/info.json, last but for the hashes, make them count."""
        if self._new_rows:
            self._write_rows()
        layout.write_tasks(self.folder, list(self._tasks))
        layout.write_lines(self.folder, self._lines)
        info = Info(self._features, len(self._rows), self._frames, len(self._tasks), self._info.fps, self._info.robot)
        layout.write_json(self.folder / layout.INFO, info.as_json())
        if info.episodes:
            layout.write_json(self.folder / layout.STATS, Dataset(self.folder).compute_stats())
        write_hashes(self.folder)

    def _write_rows(self) -> None:
        number = 1 + max((_at(row, "meta/episodes") for row in self._rows), default=-1)
        chunk, file = layout.place(number)
        for row in self._new_rows:
            row["meta/episodes/chunk_index"], row["meta/episodes/file_index"] = chunk, file
        path = layout.numbered(self.folder, layout.EPISODES_PATH, number)
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist(self._new_rows), _part(path), compression="zstd")
        os.replace(_part(path), path)
        self._rows += self._new_rows
        self._new_rows = []

    def _tidy_up(self) -> None:
        """Remove files of an earlier writer that didn't get to its end."""
        known = {layout.numbered(self.folder, layout.DATA_PATH, _at(row, "data")) for row in self._rows}
        known |= {layout.numbered(self.folder, layout.EPISODES_PATH, _at(row, "meta/episodes")) for row in self._rows}
        for key in self._info.pictures:
            for row in self._rows:
                if f"videos/{key}/file_index" in row:
                    number = _at(row, f"videos/{key}")
                    known.add(layout.numbered(self.folder, layout.VIDEO_PATH, number, video_key=key))
        for part in ("data", "videos", "meta/episodes"):
            for path in sorted((self.folder / part).rglob("*")):
                if path.is_file() and path not in known:
                    path.unlink()

    def _data_path(self) -> Path:
        return layout.numbered(self.folder, layout.DATA_PATH, self._file)

    def _video_path(self, key: str) -> Path:
        return layout.numbered(self.folder, layout.VIDEO_PATH, self._file, video_key=key)


def write_hashes(folder: Path) -> None:
    """Write the sha256 of every file, and one of all."""
    files = {str(path.relative_to(folder)): layout.sha256(path) for path in layout.content_files(folder)}
    layout.write_json(folder / layout.FILES, {"schema": "tandem.dataset/1", "hash": layout.hash_of(files), "files": files})


def _at(row: dict[str, Any], kind: str) -> int:
    """Number of the file of that kind that has an episode."""
    return int(row[f"{kind}/chunk_index"]) * layout.FILES_PER_CHUNK + int(row[f"{kind}/file_index"])


def _next_file(rows: list[dict[str, Any]]) -> int:
    return 1 + max((_at(row, "data") for row in rows), default=-1)


def _part(path: Path) -> Path:
    return path.with_name(path.name + ".part")


def _flattened(found: dict[str, stats.Stats]) -> dict[str, Any]:
    return {f"stats/{key}/{name}": value for key, entry in found.items() for name, value in entry.items()}


def _leaf_paths(wanted: pa.Schema) -> list[str]:
    sink = pa.BufferOutputStream()
    pq.ParquetWriter(sink, wanted).close()
    told = pq.ParquetFile(pa.BufferReader(sink.getvalue())).schema
    return [told.column(index).path for index in range(len(told))]


def _difference(info: Info, features: Features) -> str:
    changed = [key for key in {**info.features, **features} if info.features.get(key) != features.get(key)]
    return ", ".join(changed)
