"""A limit that a motion exceeds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Excess:
    """What is exceeded, and what would help.

    Attributes:
        reason: in words.
        stretch: by how much time would have to be stretched to keep all limits of speed; infinite if that can't help.
        columns: which joints exceed a limit, shape (14,), bool.
        of_joints: whether a joint's own limit is exceeded, rather than that of a tool's speed.
    """

    reason: str
    stretch: float
    columns: NDArray[np.bool_]
    of_joints: bool = True
