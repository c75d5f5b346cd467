"""An episode in memory, and as a file of its own before it becomes part of a dataset."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tandem.learning.datasets import columns
from tandem.learning.datasets.features import Features

Line = dict[str, Any]
"""What is told of an episode beside its frames, as JSON."""


@dataclass(frozen=True)
class Episode:
    """One instruction carried out.

    Attributes:
        numbers: by column, shape (N, *shape of the feature), or (N,) for single numbers; without the counters.
        images: encoded pictures by column, N each.
        texts: the running step's words, N.
        line: what else is known of it.
    """

    numbers: dict[str, NDArray[Any]]
    images: dict[str, list[bytes]]
    texts: tuple[str, ...]
    line: Line

    def __len__(self) -> int:
        return len(self.texts)


def save(episode: Episode, features: Features, path: Path) -> None:
    """Write an episode as PATH.parquet and, last, PATH.json: where that is, the episode is complete."""
    stored = columns.schema({key: feature for key, feature in features.items() if key in episode.numbers})
    arrays = [columns.to_arrow(episode.numbers[key], features[key]) for key in stored.names]
    table = pa.Table.from_arrays(arrays, schema=stored).append_column("task", pa.array(list(episode.texts), pa.string()))
    for key, encoded in episode.images.items():
        table = table.append_column(key, columns.images_to_arrow(encoded))
    temporary = path.with_suffix(".parquet.part")
    pq.write_table(table, temporary, compression="zstd")
    os.replace(temporary, path.with_suffix(".parquet"))
    save_line(episode.line, path)


def save_line(line: Line, path: Path) -> None:
    """Write PATH.json alone, of an episode that is not kept."""
    write_atomically(path.with_suffix(".json"), json.dumps(line) + "\n")


def load(path: Path, features: Features) -> Episode:
    """The inverse of `save`."""
    table = pq.read_table(path.with_suffix(".parquet"))
    numbers, images = {}, {}
    for key, feature in features.items():
        if feature.is_picture:
            images[key] = table.column(key).combine_chunks().field("bytes").to_pylist()
        elif key in table.column_names:
            numbers[key] = columns.to_numpy(table.column(key), feature)
    return Episode(numbers, images, tuple(table.column("task").to_pylist()), load_line(path))


def load_line(path: Path) -> Line:
    """PATH.json."""
    return dict(json.loads(path.with_suffix(".json").read_text(encoding="utf-8")))


def write_atomically(path: Path, text: str) -> None:
    """A text file that is either as it was or as it shall be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)


def joined(parts: list[NDArray[Any]]) -> NDArray[Any]:
    """Frames' values as one array, shape (N, ...)."""
    return np.stack(parts) if parts else np.zeros(0)
