"""Fingers opened or closed off the demonstrated way, with chunks that lead back to it.

So the model learns how far fingers are to close, and not that they are closed once they have stopped. See `astray` for the hands.
"""

import numpy as np
from numpy.typing import NDArray

from tandem.policy.vla.features import FINGERS_M

Array = NDArray[np.float64]

_LEAST_M, _MOST_M = 0.0003, 0.015
_FREE_M = 0.002
"""Fingers that are nearer to where they are commanded to touch nothing, by and large."""
_BACK_ROWS = 3


def fingers_astray(
    opened: Array, travel: Array, holding: NDArray[np.bool_], given: NDArray[np.int64], rng: np.random.Generator, share: float
) -> tuple[Array, Array]:
    """Travel measured and commanded, changed alike at first; the return begins after the committed rows.

    Args:
        opened: measured, shape (B, 2) [m].
        travel: commanded, shape (B, H, 2) [m].
        holding: whether a hand holds something, shape (B, 2): its fingers stay.
        given: how many rows are committed, shape (B,).
        rng: source of chance.
        share: of the samples.
    """
    count, rows = travel.shape[:2]
    size = _MOST_M * (_LEAST_M / _MOST_M) ** rng.random((count, 2))
    size *= rng.choice((-1.0, 1.0), (count, 2)) * (rng.random((count, 1)) < share)
    size = np.where(holding | (np.abs(opened - travel[:, 0]) > _FREE_M), 0.0, size)
    size = np.clip(size, -opened, np.maximum(FINGERS_M - opened, 0.0))
    since = np.clip((np.arange(rows)[None] - (given[:, None] - 1)) / _BACK_ROWS, 0.0, 1.0)
    left = (1 - since**2 * (3 - 2 * since))[..., None]
    return opened + size, np.clip(travel + left * size[:, None], 0.0, np.maximum(FINGERS_M, travel))
