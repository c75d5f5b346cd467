"""Reads a dataset: all numbers of a column at once, images when they are asked for."""

import json
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tandem.learning.datasets import columns, layout
from tandem.learning.datasets import stats as statistics
from tandem.learning.datasets.episode import Line
from tandem.learning.datasets.features import camera_of, image_key
from tandem.learning.datasets.images import Image
from tandem.learning.datasets.pictures import ImageFiles, VideoFiles
from tandem.learning.datasets.stats import Stats


class Dataset:
    """A LeRobot v3.0 dataset, read only. Frames are counted through all episodes: ``index`` from 0.

    Attributes:
        folder: where it is.
        info: its columns and totals.
        tasks: words of the steps, by task index.
        lines: what is told of each episode beside its frames; empty for datasets that others made.
        starts: first frame of each episode, and after the last one the number of frames, shape (episodes + 1,).
    """

    def __init__(self, folder: str | Path) -> None:
        """Open it.

        Raises:
            NotADataset: it is none.
        """
        self.folder = Path(folder)
        self.info = layout.read_info(self.folder)
        self.tasks = layout.read_tasks(self.folder)
        self.lines: list[Line] = layout.read_lines(self.folder)[: self.info.episodes]
        self._rows = layout.read_rows(self.folder)[: self.info.episodes]
        ends = [int(row["dataset_to_index"]) for row in self._rows]
        self.starts: NDArray[np.int64] = np.array([0, *ends], np.int64)
        self._columns: dict[str, NDArray[Any]] = {}

    def __len__(self) -> int:
        return self.info.frames

    @property
    def cameras(self) -> tuple[str, ...]:
        """Those that it has images of."""
        return tuple(camera_of(key) for key in self.info.pictures)

    def column(self, key: str) -> NDArray[Any]:
        """All values of a column of numbers, shape (frames, *shape), or (frames,) for single numbers; read once, then kept.

        Raises:
            KeyError: there is no such column.
        """
        if key not in self.info.numbers:
            raise KeyError(f"no column of numbers named '{key}'; there are {', '.join(self.info.numbers)}")
        if key not in self._columns:
            feature = self.info.features[key]
            parts = [columns.to_numpy(pq.read_table(path, columns=[key]).column(key), feature) for path in self.data_files]
            values = np.concatenate(parts) if parts else np.zeros((0, *feature.shape), feature.numpy)
            values.flags.writeable = False
            self._columns[key] = values
        return self._columns[key]

    def columns(self, keys: Iterable[str] | None = None) -> dict[str, NDArray[Any]]:
        """Several of them, by default all."""
        return {key: self.column(key) for key in (self.info.numbers if keys is None else keys)}

    def text(self, index: int) -> str:
        """The running step's words at a frame."""
        return self.tasks[int(self.column("task_index")[index])]

    def image(self, index: int, camera: str) -> Image:
        """A frame's image, RGB, shape (height, width, 3).

        Raises:
            KeyError: there is no such camera.
            IndexError: there is no such frame.
        """
        if not 0 <= index < len(self):
            raise IndexError(f"no frame {index}; there are {len(self)}")
        if camera not in self.cameras:
            raise KeyError(f"no camera named '{camera}'; there are {', '.join(self.cameras)}")
        return self._pictures.read(int(index), image_key(camera))

    def images(self, indices: Sequence[int] | NDArray[np.int64], camera: str) -> NDArray[np.uint8]:
        """Several frames' images, shape (n, height, width, 3)."""
        return np.stack([self.image(int(index), camera) for index in indices])

    def encoded(self, index: int, camera: str) -> bytes:
        """A frame's image as it is stored.

        Raises:
            ValueError: images are kept as videos.
        """
        if not isinstance(self._pictures, ImageFiles):
            raise ValueError("images of this dataset are kept as videos")
        return self._pictures.encoded(int(index), image_key(camera))

    def episode_of(self, index: int) -> int:
        """The episode that a frame belongs to."""
        return int(np.searchsorted(self.starts, index, side="right")) - 1

    @cached_property
    def data_files(self) -> list[Path]:
        """Of the frames, in their order."""
        numbers = dict.fromkeys((int(row["data/chunk_index"]), int(row["data/file_index"])) for row in self._rows)
        return [self.folder / layout.DATA_PATH.format(chunk_index=chunk, file_index=file) for chunk, file in sorted(numbers)]

    @property
    def hash(self) -> str:
        """One hash of all files, as they were when it was written; empty for a dataset that others made."""
        path = self.folder / layout.FILES
        return str(json.loads(path.read_text(encoding="utf-8"))["hash"]) if path.is_file() else ""

    @cached_property
    def stats(self) -> dict[str, Stats]:
        """meta/stats.json."""
        return dict(json.loads((self.folder / layout.STATS).read_text(encoding="utf-8")))

    def compute_stats(self) -> dict[str, Stats]:
        """Statistics of all frames; those of images from the episodes'."""
        found: dict[str, Stats] = {}
        for key in self.info.features:
            if key in self.info.pictures:
                found[key] = statistics.joined(self.episode_stats(key))
            else:
                values = self._columns[key] if key in self._columns else self.column(key)
                found[key] = statistics.of_numbers(values)
                self._columns.pop(key, None)
        return found

    def episode_stats(self, key: str) -> list[Stats]:
        """Of a column, by episode."""
        names = [*statistics.NAMES, "count"]
        found: list[tuple[int, Stats]] = []
        for path in sorted((self.folder / "meta" / "episodes").rglob("*.parquet")):
            table = pq.read_table(path, columns=["episode_index", *(f"stats/{key}/{name}" for name in names)])
            for row in table.to_pylist():
                found.append((row["episode_index"], {name: row[f"stats/{key}/{name}"] for name in names}))
        return [entry for _, entry in sorted(found, key=lambda pair: pair[0])]

    @cached_property
    def _pictures(self) -> ImageFiles | VideoFiles:
        if self.info.has_video:
            return VideoFiles(self.folder, self._rows, self.info)
        return ImageFiles(self.folder, self.data_files, self.info)
