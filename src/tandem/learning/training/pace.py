"""Demonstrations that wait: who is off the way near a thing corrects that first, then goes on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]

_EASE_ROWS = 3
"""The pace changes over so many rows: arms can't stop at once."""


def eased(rows: int, given: Index, over: int) -> Array:
    """From 0 at the last committed row smoothly to 1 so many rows later, shape (B, rows).

    Args:
        rows: of the chunk.
        given: how many are committed, shape (B,).
        over: rows.
    """
    since = np.clip((np.arange(rows)[None] - (given[:, None] - 1)) / over, 0.0, 1.0)
    return np.asarray(since**2 * (3 - 2 * since))


@dataclass(frozen=True)
class Progress:
    """How far along its chunk a demonstration is at each row, shape (B, H), from 0 and never ahead of the row."""

    rows: Array

    @classmethod
    def past(cls, hurdles: Array, given: Index) -> "Progress":
        """Progress past hurdles.

        Args:
            hurdles: how far off each row is, as a multiple of what is allowed there, shape (B, H); the pace is its inverse.
            given: rows that are committed, and keep their pace, shape (B,).
        """
        rate = 1 - eased(hurdles.shape[1], given, _EASE_ROWS) * (1 - 1 / np.maximum(hurdles, 1.0))
        gone = np.cumsum((rate[:, 1:] + rate[:, :-1]) / 2, axis=1)
        return cls(np.concatenate([np.zeros((len(rate), 1)), gone], axis=1))

    def along(self, values: Array) -> Array:
        """Values of the rows, shape (B, H, ...), as they come at this pace; between rows in proportion.

        That does for transforms as well: rows are a tenth of a second apart, and turn little.
        """
        low = np.minimum(np.floor(self.rows + 1e-9).astype(int), values.shape[1] - 1)
        high = np.minimum(low + 1, values.shape[1] - 1)
        share = np.clip(self.rows - low, 0.0, 1.0).reshape(*low.shape, *[1] * (values.ndim - 2))
        sample = np.arange(len(values))[:, None]
        return np.asarray((1 - share) * values[sample, low] + share * values[sample, high])

    def nearest(self, values: NDArray) -> NDArray:
        """Likewise of values that have no middle, such as numbers of frames."""
        return values[np.arange(len(values))[:, None], np.rint(self.rows).astype(int)]
