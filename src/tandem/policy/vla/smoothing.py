"""Rows without the jitter between them that no arm could follow."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_STRENGTH = 2.0
_HELD = 1e4
"""Weight of committed rows, which stay as they are."""


def smoothed(rows: Array, given: int) -> Array:
    """Rows, shape (..., H, width), with their third differences kept small; the first ``given`` ones stay.

    Whittaker's smoother (Eilers, "A Perfect Smoother", Analytical Chemistry 2003): least squares with a penalty on differences.
    """
    return np.asarray(_matrix(rows.shape[-2], given) @ rows)


@cache
def _matrix(count: int, given: int) -> Array:
    weight = np.where(np.arange(count) < given, _HELD, 1.0)
    third = np.diff(np.eye(count), n=3, axis=0)
    return np.asarray(np.linalg.solve(np.diag(weight) + _STRENGTH * third.T @ third, np.diag(weight)))
