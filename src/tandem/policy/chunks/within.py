"""Chunks made to keep the limits of motion before they are sent, by the executor's own rules.

So they are carried out as they were sent, and what the next one continues is what the arms really do.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tandem.cell import names
from tandem.cell.chunk import ActionChunk, Outcome
from tandem.cell.robot import RobotModel
from tandem.cell.trajectory import Trajectory
from tandem.policy.chunks.plan import STEP_S, grid_times
from tandem.safety.join import rows_ahead
from tandem.safety.settings import filter_settings, ordinary_rates
from tandem.safety.shape import Shaped, Shaper
from tandem.safety.timeline import joined, state_at
from tandem.safety.tool_speed import ToolSpeed

Array = NDArray[np.float64]


_ROUNDS = 3
"""A motion that was changed is looked at again, since the executor makes a spline of its samples: at most so often."""


@dataclass(frozen=True)
class Kept:
    """What is sent, and what comes of it.

    Attributes:
        rows: on the grid, shape (H, 14).
        start: time of the first row [s].
        plan: the motion that the executor will make of it, the plan before included, ending at rest.
        reason: why it isn't as it was asked for, in words; empty where it is.
    """

    rows: Array
    start: float
    plan: Trajectory
    reason: str


class Limits:
    """Shapes what a policy wants. Not safe to share between threads."""

    def __init__(self, robot: RobotModel | None = None) -> None:
        self._rates, settings = ordinary_rates(), filter_settings()
        self._shaper = Shaper(ToolSpeed(robot or RobotModel()), self._rates, settings)

    def keep(self, wanted: Trajectory, plan: Trajectory, join: float, rows: int) -> Kept | None:
        """Rows near to what is wanted which the executor carries out as they are, were they sent now.

        Args:
            wanted: samples on the grid of what is wanted, the plan's own at first.
            plan: under way.
            join: on the grid; from then on the plan is left [s]. The executor takes a chunk over a little before: where it comes
                upon rows of the plan that it is carrying out, it need not bend anything, whenever exactly that is.
            rows: so many at most.

        Returns:
            None where nothing of it can be done.
        """
        reason, asked = "", wanted.positions
        for _ in range(_ROUNDS):
            shaped = self._shaped(asked, wanted.start, plan, join)
            if shaped is None or shaped.motion is None:
                return None
            whole = joined(plan, shaped.motion, min(plan.start, shaped.motion.start))
            if shaped.outcome is Outcome.PASSED:
                break
            reason = reason or shaped.reason
            sent, asked = asked, self._sampled(whole, wanted.start, rows)
        else:
            asked = sent
        return Kept(asked, wanted.start, whole, reason)

    def _shaped(self, asked: Array, start: float, plan: Trajectory, join: float) -> Shaped | None:
        chunk = ActionChunk(start, STEP_S, asked, names.JOINTS, "", 0)
        ahead = rows_ahead(chunk, state_at(plan, join), self._rates)
        return self._shaper.shape(ahead) if len(ahead.times) else None

    def _sampled(self, motion: Trajectory, start: float, rows: int) -> Array:
        count = int(np.floor((motion.end - start) / STEP_S + 1e-6)) + 1
        return motion.sample(grid_times(start, int(np.clip(count, 3, rows))))[0]
