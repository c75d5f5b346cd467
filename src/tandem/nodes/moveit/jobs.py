"""What the planner's process and MoveIt's say to each other."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tandem.cell.chunk import ContactPair
from tandem.cell.names import Side
from tandem.cell.scene import Scene

Array = NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """The scene from here on, and which pairs of bodies may touch in it."""

    scene: Scene
    allowed: tuple[ContactPair, ...]


@dataclass(frozen=True)
class Look:
    """Which of these postures, shape (n, 14), is the first that collides; answered by its number, or None."""

    postures: Array


@dataclass(frozen=True)
class Search:
    """A way from ``start`` to one of ``goals``, each of shape (14,); answered by postures of shape (n, 14), or None.

    Attributes:
        sides: arms that move.
        pipeline, planner: MoveIt's, such as ``ompl`` and ``RRTConnect``.
        seconds: after which to give up.
    """

    start: Array
    goals: tuple[Array, ...]
    sides: tuple[Side, ...]
    pipeline: str
    planner: str
    seconds: float


@dataclass(frozen=True)
class Failed:
    """The job could not be done, and why."""

    reason: str


Job = World | Look | Search
"""Each is answered once; `World` by None."""
