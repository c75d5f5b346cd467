"""Episodes for datasets, made up by hand."""

from typing import Any

import numpy as np

from tandem.learning.datasets import features
from tandem.learning.datasets.episode import Episode
from tandem.learning.datasets.features import Features, cell_features
from tandem.learning.datasets.images import encode

SIZE = 16
FEATURES = cell_features(SIZE)


def episode(seed: int, frames: int = 7, texts: tuple[str, ...] = ("pick", "place"), columns: Features = FEATURES) -> Episode:
    """Random numbers; each image is of one shade, which tells its frame."""
    rng = np.random.default_rng(seed)
    numbers: dict[str, Any] = {}
    images: dict[str, list[bytes]] = {}
    for key, feature in columns.items():
        if feature.is_picture:
            images[key] = [encode(picture(seed, frame, feature.shape[0])) for frame in range(frames)]
        elif feature.dtype == "float32":
            shape = () if feature.shape == (1,) else feature.shape
            numbers[key] = rng.uniform(-1.0, 1.0, (frames, *shape)).astype(np.float32)
        else:
            numbers[key] = rng.integers(0, 2, frames).astype(feature.dtype)
    words = tuple(texts[frame * len(texts) // frames] for frame in range(frames))
    return Episode(numbers, images, words, {"task": "made_up", "index": seed, "instruction": "Do it."})


def picture(seed: int, frame: int, size: int = SIZE) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.full((size, size, 3), (20 + 30 * seed, 10 * frame, 100), np.uint8)


__all__ = ["FEATURES", "SIZE", "episode", "features", "picture"]
