"""Statistics of columns as LeRobot keeps them: of an episode, and of the whole dataset."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tandem.learning.datasets.images import decode

Stats = dict[str, Any]
"""``min``, ``max``, ``mean``, ``std``, the quantiles, and ``count``: nested lists of numbers."""

QUANTILES: Final = {"q01": 0.01, "q10": 0.10, "q50": 0.50, "q90": 0.90, "q99": 0.99}

NAMES: Final = ("min", "max", "mean", "std", *QUANTILES)

_PICTURES: Final = 12
"""So many pictures of an episode are looked at, evenly spread."""


def of_numbers(values: NDArray[Any]) -> Stats:
    """Of values of shape (N, ...), over the frames."""
    numbers = values.astype(np.float64) if values.dtype != np.float32 else values
    stats = {
        "min": numbers.min(axis=0),
        "max": numbers.max(axis=0),
        "mean": numbers.mean(axis=0, dtype=np.float64),
        "std": numbers.std(axis=0, dtype=np.float64),
        **dict(zip(QUANTILES, np.quantile(numbers, list(QUANTILES.values()), axis=0), strict=True)),
    }
    return {name: np.atleast_1d(value).tolist() for name, value in stats.items()} | {"count": [len(values)]}


Histogram = NDArray[np.int64]
"""How often each channel of an image had each value, shape (3, 256)."""


def histogram(encoded: Sequence[bytes]) -> Histogram:
    """Of some of an episode's images."""
    chosen = np.unique(np.linspace(0, len(encoded) - 1, min(_PICTURES, len(encoded))).round().astype(int))
    total = np.zeros((3, 256), np.int64)
    for index in chosen:
        picture = decode(encoded[index])
        for channel in range(3):
            total[channel] += np.bincount(picture[..., channel].ravel(), minlength=256)
    return total


def of_histograms(histograms: Iterable[Histogram], pictures: int) -> Stats:
    """Of images with values from 0 to 1, a number a channel, each in brackets of height and width as LeRobot has them."""
    counts = np.sum(list(histograms), axis=0)
    values = np.arange(256) / 255.0
    share = counts / counts.sum(axis=1, keepdims=True)
    mean = share @ values
    spread = np.sqrt(np.maximum(share @ values**2 - mean**2, 0.0))
    upto = np.cumsum(share, axis=1)
    stats = {
        "min": np.array([values[row.nonzero()[0][0]] for row in counts]),
        "max": np.array([values[row.nonzero()[0][-1]] for row in counts]),
        "mean": mean,
        "std": spread,
        **{name: values[np.minimum((upto < level).sum(axis=1), 255)] for name, level in QUANTILES.items()},
    }
    return {name: value.reshape(3, 1, 1).tolist() for name, value in stats.items()} | {"count": [pictures]}


def joined(parts: Sequence[Stats]) -> Stats:
    """Of several episodes, from theirs: exact but for the quantiles, which are averages weighted by the frames."""
    counts = np.array([part["count"][0] for part in parts], dtype=float)
    weights = counts / counts.sum()
    arrays = {name: np.array([part[name] for part in parts], dtype=float) for name in NAMES}
    mean = np.tensordot(weights, arrays["mean"], axes=1)
    variance = np.tensordot(weights, arrays["std"] ** 2 + (arrays["mean"] - mean) ** 2, axes=1)
    result = {
        "min": arrays["min"].min(axis=0),
        "max": arrays["max"].max(axis=0),
        "mean": mean,
        "std": np.sqrt(variance),
        **{name: np.tensordot(weights, arrays[name], axes=1) for name in QUANTILES},
    }
    return {name: value.tolist() for name, value in result.items()} | {"count": [int(counts.sum())]}
