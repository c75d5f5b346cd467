"""What a thing of any shape shows of itself from above."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ONE_COLOUR = 0.8
"""Share of its points from which on a thing counts as one of a single colour."""


@dataclass(frozen=True, eq=False)
class Relief:
    """Points spread over the side that was seen.

    Attributes:
        points: in the object's frame, shape (N, 3) [m].
        colours: index of each into `colour.NAMES`, shape (N,).
    """

    points: NDArray[np.float64]
    colours: NDArray[np.int8]

    @property
    def is_of_one_colour(self) -> bool:
        """Whether its colour tells where it is; of a thing of several colours each tells of a part only."""
        return float(np.bincount(self.colours).max()) >= ONE_COLOUR * len(self.colours)

    def turned(self, angle: float) -> "Relief":
        """As seen from a frame that is turned back by an angle about z [rad]."""
        c, s = np.cos(angle), np.sin(angle)
        return Relief(self.points @ np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]]), self.colours)
