"""What looks for a way between postures, whichever library is behind it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tandem.cell.chunk import ContactPair
from tandem.cell.names import Side
from tandem.motion.protocol import PlanRequest

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Query:
    """A way that is looked for.

    Attributes:
        start: joints of the cell, shape (14,); free.
        goals: likewise; one of them is to be reached.
        sides: arms that move; all other joints stay as at the start.
        valid: whether joints of shape (14,) keep the margins; a searcher with a world of its own need not ask.
        stop: whether to give up; asked often.
        seed: the same gives the same path, as long as it is found in time, with a searcher that can be given one.
        seconds: after which to give up.
    """

    start: Array
    goals: tuple[Array, ...]
    sides: tuple[Side, ...]
    valid: Callable[[Array], bool]
    stop: Callable[[], bool]
    seed: int = 0
    seconds: float = float("inf")


class Searcher(Protocol):
    """Finds polylines of postures, and may know a world of its own besides Tandem's collision model."""

    def set_world(self, request: PlanRequest, touching: Sequence[ContactPair]) -> None:
        """Take over the scene, what is held, and the contacts that are allowed.

        Args:
            request: what is to be planned.
            touching: pairs of bodies that are found to touch at the start, by no more than perception errs. They may.

        Raises:
            PlanFailure: that isn't possible now.
        """
        ...

    def first_hit(self, postures: Array) -> int | None:
        """The first of these postures, shape (n, 14), that isn't free in the searcher's own world; None where all are."""
        ...

    def search(self, query: Query) -> Array | None:
        """A polyline of postures from the start to one of the goals, shape (n, 14), n >= 2, or None where none was found."""
        ...

    def close(self) -> None:
        """Give back what the searcher holds."""
        ...
