"""Fingers opened or closed off the demonstrated way, with chunks that lead back to it.

So the model learns how far fingers are to close, and not that they are closed once they have stopped. See `astray` for the hands.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tandem.learning.training.pace import eased
from tandem.policy.vla.features import FINGERS_M

Array = NDArray[np.float64]

_LEAST_M, _MOST_M = 0.0003, 0.015
_FREE_M = 0.002
"""Fingers that are nearer to where they are commanded to touch nothing, by and large."""
_BACK_ROWS = 3
_NEAR_M = 0.06
"""Nearer to something than this a hand is about to take it, or has just let it go."""
_EXACT_M = 0.001
"""Who is to take or let go something waits until the fingers are so near to where they should be."""


@dataclass(frozen=True)
class FingersAstray:
    """How fingers are off their way in B samples; the return begins after the committed rows.

    Attributes:
        off: at first, shape (B, 2) [m].
        left: what share of that is left at each row, shape (B, H, 1).
        hurdles: see `astray.Astray`.
    """

    off: Array
    left: Array
    hurdles: Array

    @classmethod
    def drawn(
        cls,
        opened: Array,
        travel: Array,
        holding: NDArray[np.bool_],
        gaps: Array,
        given: NDArray[np.int64],
        rng: np.random.Generator,
        share: float,
    ) -> "FingersAstray":
        """By chance; fingers that hold or press something stay.

        Args:
            opened: travel measured, shape (B, 2) [m].
            travel: commanded, shape (B, H, 2) [m].
            holding: whether a hand holds or grips something, shape (B, 2).
            gaps: of `astray.Astray`, shape (B, 2) [m].
            given: how many rows are committed, shape (B,).
            rng: source of chance.
            share: of the samples.
        """
        count, rows = travel.shape[:2]
        size = _MOST_M * (_LEAST_M / _MOST_M) ** rng.random((count, 2))
        size *= rng.choice((-1.0, 1.0), (count, 2)) * (rng.random((count, 1)) < share)
        size = np.where(holding | (np.abs(opened - travel[:, 0]) > _FREE_M), 0.0, size)
        size = np.clip(size, -opened, np.maximum(FINGERS_M - opened, 0.0))
        left = 1 - eased(rows, given, _BACK_ROWS)[..., None]
        hurdles = (np.abs(left * size[:, None]) / _EXACT_M * (gaps < _NEAR_M)[:, None]).max(axis=2)
        return cls(size, left, hurdles)

    def applied(self, opened: Array, travel: Array) -> tuple[Array, Array]:
        """Travel measured and commanded, changed."""
        return opened + self.off, np.clip(travel + self.left * self.off[:, None], 0.0, np.maximum(FINGERS_M, travel))
