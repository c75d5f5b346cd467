"""Datasets as a training run reads them: several folders as one."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tandem.cell import names
from tandem.learning.datasets import features
from tandem.learning.datasets.reader import Dataset
from tandem.learning.training.passages import Frames, Index


class UnsuitableData(ValueError):
    """A dataset can't be trained on; the message says why."""


@dataclass(frozen=True)
class Source:
    """Datasets put together.

    Attributes:
        datasets: in the order of their frames.
        frames: all of their frames.
        sentences: words of the steps, by task index.
    """

    datasets: tuple[Dataset, ...]
    frames: Frames
    sentences: list[str]

    @classmethod
    def open(cls, folders: Sequence[str | Path]) -> "Source":
        """Read the numbers of all folders.

        Raises:
            UnsuitableData: one of them isn't of this cell.
        """
        datasets = tuple(Dataset(folder) for folder in folders)
        sentences = list(dict.fromkeys(text for dataset in datasets for text in dataset.tasks))
        parts: list[Frames] = []
        episodes = 0
        for dataset in datasets:
            _check(dataset)
            parts.append(_frames(dataset, episodes, sentences, sum(len(part.state) for part in parts)))
            episodes += len(dataset.starts) - 1
        joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in vars(parts[0])}
        return cls(datasets, Frames(**joined), sentences)

    @property
    def hashes(self) -> dict[str, str]:
        """Of each dataset, by its folder's name."""
        return {dataset.folder.name: dataset.hash for dataset in self.datasets}

    def images(self, frames: Index, cameras: tuple[str, ...], size: int) -> NDArray[np.uint8]:
        """Images of frames, shape (B, cameras, size, size, 3)."""
        starts = np.cumsum([0, *(len(dataset) for dataset in self.datasets)])
        with ThreadPoolExecutor(2) as pool:
            wanted = [(int(frame), camera) for frame in frames for camera in cameras]
            found = list(pool.map(lambda pair: self._image(starts, pair[0], pair[1], size), wanted))
        return np.stack(found).reshape(len(frames), len(cameras), size, size, 3)

    def _image(self, starts: NDArray[np.int64], frame: int, camera: str, size: int) -> NDArray[np.uint8]:
        number = int(np.searchsorted(starts, frame, side="right")) - 1
        image = self.datasets[number].image(frame - int(starts[number]), camera)
        if image.shape[0] == size:
            return image
        return np.asarray(cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _check(dataset: Dataset) -> None:
    for key in (features.STATE, features.ACTION, features.WRENCH, features.TACTILE, features.GROUNDING, features.STEP_REMAINING):
        if key not in dataset.info.features:
            raise UnsuitableData(f"{dataset.folder} has no '{key}': it was not made by `tandem collect`")
    for key in (features.STATE, features.ACTION):
        if (joints := dataset.info.features[key].names) != names.JOINTS:
            raise UnsuitableData(f"{dataset.folder}: '{key}' has joints {', '.join(joints)}, not this cell's")
    if missing := set(names.CAMERAS) - set(dataset.cameras):
        raise UnsuitableData(f"{dataset.folder} has no images of {', '.join(sorted(missing))}")
    if not len(dataset):
        raise UnsuitableData(f"{dataset.folder} has no frames")


def _frames(dataset: Dataset, episodes: int, sentences: list[str], before: int) -> Frames:
    number = np.array([sentences.index(text) for text in dataset.tasks])
    return Frames(
        state=dataset.column(features.STATE),
        action=dataset.column(features.ACTION),
        wrench=dataset.column(features.WRENCH),
        tactile=dataset.column(features.TACTILE),
        grounding=dataset.column(features.GROUNDING),
        episode=dataset.column("episode_index") + episodes,
        step=dataset.column(features.STEP_INDEX),
        task=number[dataset.column("task_index")],
        remaining=dataset.column(features.STEP_REMAINING),
        mistake=dataset.column(features.IS_MISTAKE),
        picture=before + np.arange(len(dataset)),
    )
