"""Where to look for something that isn't quite where it is expected."""

import numpy as np
from numpy.typing import NDArray

_TURN = 2.4
"""Angle between one place and the next [rad]: never the same twice."""


def around(attempt: int, radius: float) -> NDArray[np.float64]:
    """The ``attempt``-th place around an expected one, further off each time, shape (2,) [m]; 0 is the expected one.

    Places fill a disc evenly, since its radius grows with the root of their number: Vogel, "A better way to construct the
    sunflower head", Mathematical Biosciences 44, 1979.

    Args:
        attempt: from 0 on.
        radius: how far off the place after the expected one is [m].
    """
    return radius * np.sqrt(attempt) * np.array([np.cos(_TURN * attempt), np.sin(_TURN * attempt)])
