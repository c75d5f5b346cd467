"""S2 and S4: from a chunk's rows to a motion that keeps all limits and ends at rest, changed as little as possible."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tandem.cell.chunk import Outcome
from tandem.cell.trajectory import Trajectory
from tandem.safety.excess import Excess
from tandem.safety.join import Rows, nearly_rests_at_end, refined, spline, with_tail
from tandem.safety.limits import excess
from tandem.safety.pace import slow_down
from tandem.safety.project import project
from tandem.safety.settings import ARM, FilterSettings, Rates
from tandem.safety.tool_speed import ToolSpeed

Array = NDArray[np.float64]

_FEWEST_ROWS = 3


@dataclass(frozen=True)
class Shaped:
    """A motion within limits, how it came about, and why it isn't just the chunk; None where there is no such motion."""

    motion: Trajectory | None
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True)
class _Attempt:
    """A motion through the rows, the same with its way to rest, and the limit that it exceeds, if any."""

    through_rows: Trajectory
    motion: Trajectory
    trouble: Excess | None


class Shaper:
    """Prefers, in this order: the rows as they are; a projection that changes them by no more than noise; the same path, slower;
    any projection. Not safe to share between threads."""

    def __init__(self, tools: ToolSpeed, rates: Rates, settings: FilterSettings) -> None:
        self._tools, self._rates, self._settings = tools, rates, settings

    def shape(self, rows: Rows) -> Shaped:
        """The motion from the splice to rest."""
        asked = self._as_asked(rows)
        joined = float(np.abs(rows.offset).max())
        if asked is not None and asked.trouble is None:
            return self._kept(asked.motion, joined, "")
        nearest = self._projected(rows, asked)
        reason = asked.trouble.reason if asked is not None and asked.trouble is not None else "too few rows for a spline"
        if nearest is not None and nearest.trouble is None:
            deviation = self._deviation(nearest.motion, rows)
            if deviation <= self._settings.smooth_deviation:
                return self._kept(nearest.motion, max(deviation, joined), reason)
        slower = self._slower(asked)
        if slower is not None:
            return Shaped(slower, Outcome.SLOWED, reason)
        if nearest is not None and nearest.trouble is None:
            return Shaped(nearest.motion, Outcome.PROJECTED, reason)
        slower = self._slower(nearest)
        return Shaped(slower, Outcome.REJECTED if slower is None else Outcome.PROJECTED, reason)

    def _kept(self, motion: Trajectory, deviation: float, reason: str) -> Shaped:
        if deviation <= self._settings.pass_deviation:
            return Shaped(motion, Outcome.PASSED)
        return Shaped(motion, Outcome.PROJECTED, reason or f"its rows begin {deviation:.3f} rad from where the arms are")

    def _as_asked(self, rows: Rows) -> _Attempt | None:
        """A spline through the rows, None for too few. Grippers' set-points are led to the rows within their limits."""
        if len(rows.times) < _FEWEST_ROWS:
            return None
        moving_end = spline(rows, ends_at_rest=False)
        splines = [moving_end]
        if nearly_rests_at_end(moving_end):
            splines.insert(0, spline(rows, ends_at_rest=True))
        attempts = []
        for through_rows in splines:
            attempt = self._attempt(through_rows)
            if attempt.trouble is not None and attempt.trouble.columns[~ARM].any():
                eased = project(rows, through_rows, ~ARM, self._rates)
                attempt = attempt if eased is None else self._attempt(eased)
            if attempt.trouble is None:
                return attempt
            attempts.append(attempt)
        return min(attempts, key=lambda attempt: attempt.trouble.stretch if attempt.trouble else 1.0)

    def _projected(self, rows: Rows, asked: _Attempt | None) -> _Attempt | None:
        """Columns that exceed their limits projected, or all of them where that isn't enough."""
        if asked is not None and asked.trouble is not None and asked.trouble.of_joints:
            some = project(rows, asked.through_rows, asked.trouble.columns, self._rates)
            attempt = None if some is None else self._attempt(some)
            if attempt is not None and attempt.trouble is None:
                return attempt
        everything = project(rows, None, np.ones(len(ARM), dtype=bool), self._rates)
        return None if everything is None else self._attempt(everything)

    def _attempt(self, through_rows: Trajectory) -> _Attempt:
        motion = refined(with_tail(through_rows, self._rates))
        return _Attempt(through_rows, motion, excess(motion, self._rates, self._tools))

    def _slower(self, attempt: _Attempt | None) -> Trajectory | None:
        """The same path at a pace that keeps the limits, where there is one."""
        if attempt is None or attempt.trouble is None or not np.isfinite(attempt.trouble.stretch):
            return None
        pace = 0.97 / attempt.trouble.stretch
        while pace >= self._settings.slowest:
            slower = slow_down(attempt.motion, attempt.motion.start, pace, self._rates)
            if slower is not None and excess(slower, self._rates, self._tools) is None:
                return slower
            pace *= 0.75
        return None

    def _deviation(self, motion: Trajectory, rows: Rows) -> float:
        """How far the arms' joints are from the rows at most [rad]."""
        return float(np.abs(motion.sample(rows.times)[0] - rows.joined)[:, ARM].max())
