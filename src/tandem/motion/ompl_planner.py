"""The embedded planner: OMPL searches, Tandem's own collision model says what is free."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tandem.cell.chunk import ContactPair
from tandem.cell.collision import CollisionModel
from tandem.cell.robot import RobotModel
from tandem.motion import search
from tandem.motion.protocol import PlanRequest
from tandem.motion.sampling_planner import SamplingPlanner
from tandem.motion.searcher import Query

Array = NDArray[np.float64]


class OmplSearcher:
    """See `Searcher`; the same seed gives the same path."""

    def set_world(self, request: PlanRequest, touching: Sequence[ContactPair]) -> None:
        """Nothing to do: the collision model is asked."""

    def first_hit(self, postures: Array) -> int | None:
        """It has no world of its own."""
        del postures
        return None

    def search(self, query: Query) -> Array | None:
        """See `Searcher.search`."""
        return search.search(query)

    def close(self) -> None:
        """Nothing to give back."""


class OmplPlanner(SamplingPlanner):
    """Plans for one or both arms. Not safe to share between threads, but for ``cancel``."""

    def __init__(self, robot: RobotModel | None = None, model: CollisionModel | None = None) -> None:
        super().__init__(OmplSearcher(), robot, model)
