"""How a new curve takes over from the plan under way: position, velocity and acceleration go on where they were."""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tandem.cell import names
from tandem.cell.trajectory import Trajectory
from tandem.policy.chunks import curve
from tandem.policy.chunks.curve import Curve
from tandem.policy.chunks.plan import STEP_S, grid_times
from tandem.policy.chunks.settings import Chunking
from tandem.policy.skills.motion import ARMS
from tandem.safety.settings import ordinary_rates

Array = NDArray[np.float64]

_LEAD_S = (0.12, 0.16, 0.24, 0.34, 0.46, 0.6, 0.8, 1.0, 1.25)
_SHARE = 0.7
"""Of each limit of motion that may be used while leading over, if there is a way to do with it."""

_CONTINUES = 0.6
"""A row that asks for more than this share of the acceleration limit after the committed ones doesn't continue them."""

_TAPER_S = 0.3
"""An old answer loses its weight in an ensemble smoothly over its last so many seconds."""


@dataclass(frozen=True)
class Answered:
    """One answer as it came: rows of shape (H, 14) every ``step_dt`` from ``stamp`` on [s], the first ``known`` of them given."""

    stamp: float
    step_dt: float
    rows: Array
    known: int = 1


class Joiner:
    """Makes the curve that the arms shall follow of the newest answers."""

    def __init__(self, settings: Chunking) -> None:
        self._settings = settings
        self._curves: deque[Curve] = deque(maxlen=max(1, settings.ensemble_answers))

    def forget(self) -> None:
        """A new step, or a new beginning: older answers don't count any more."""
        self._curves.clear()

    def curve(self, answer: Answered, plan: Trajectory) -> Curve:
        """What the newest answer wants, together with older ones as configured.

        Its first rows are about what the plan does anyway, since the model was told; `lead_over` keeps the plan to the letter.
        """
        rows, velocity = _without_a_jump(answer, plan.sample(answer.stamp)[1])
        newest = curve.through(rows, answer.stamp, answer.step_dt, velocity, self._settings.smooth_s)
        if self._settings.join != "ensemble":
            return newest
        self._curves.append(newest)
        return self._ensemble(newest)

    @property
    def least_s(self) -> float:
        """How long leading over takes at least [s]."""
        return self._settings.blend_s if self._settings.join == "replace" else _LEAD_S[0]

    def _ensemble(self, newest: Curve) -> Curve:
        """The weighted mean of all answers that still say something, on the newest one's time."""
        count = max(4, int(np.floor((newest.last - newest.start) / STEP_S + 1e-6)) + 1)
        times = np.linspace(newest.start, newest.last, count)
        total, weights = np.zeros((count, names.DOF)), np.zeros(count)
        for age, older in enumerate(reversed(self._curves)):
            left = np.ones(count) if older is newest else _smooth_step((older.last - times) / _TAPER_S)
            weight = np.exp(-self._settings.ensemble_decay * age) * left
            total += weight[:, None] * older.sample(times)[0]
            weights += weight
        mean = total / weights[:, None]
        return curve.fitted(mean, times, (mean[1] - mean[0]) / (times[1] - times[0]))


def _without_a_jump(answer: Answered, velocity: Array) -> tuple[Array, Array]:
    """Rows through which a smooth curve goes, and its velocity at their start, shape (14,).

    A model that doesn't continue what is committed jumps from there to its own first row, and a curve through both would swing.
    Where a joint does that, its known rows are replaced by where its own ones seem to come from; `lead_over` does the rest.
    """
    rows, known, step_dt = answer.rows, answer.known, answer.step_dt
    if not 0 < known < len(rows) - 2:
        return rows, velocity
    pace = rows[known + 1] - rows[known]
    jump = np.abs(rows[known - 1] - (rows[known] - pace))
    jumps = ARMS & (jump > _CONTINUES * ordinary_rates().acceleration * step_dt**2)
    back = rows[known] - pace * np.arange(known, 0, -1.0)[:, None]
    mended = rows.copy()
    mended[:known] = np.where(jumps, back, rows[:known])
    return mended, np.where(jumps, pace / step_dt, velocity)


def lead_over(plan: Trajectory, wanted: Curve, join: float, first: float, rows: int, least_s: float) -> Trajectory:
    """The plan until ``join`` [s], then the curve, led over from the plan's state as gently as there is time.

    Args:
        plan: under way.
        wanted: curve to follow.
        join: the plan is kept until then [s].
        first: time of the first sample [s], on the grid.
        rows: how many samples at most; fewer where the curve ends before.
        least_s: how long leading over takes at least [s].

    Returns:
        Samples on the grid, at least three.
    """
    count = int(np.clip(np.floor((wanted.end - first) / STEP_S + 1e-6) + 1, 3, rows))
    times = grid_times(first, count)
    position, velocity, acceleration = plan.sample(times)
    after = times > join
    if after.any():
        offset = [a - b for a, b in zip(plan.sample(join), wanted.sample(join), strict=True)]
        asked = wanted.sample(times[after])
        faded = _quintic(offset, _lead_times(offset, wanted, join, least_s), times[after] - join)
        position[after] = _within(asked[0] + faded[0], plan.sample(join)[0])
        velocity[after], acceleration[after] = asked[1] + faded[1], asked[2] + faded[2]
    return Trajectory(times, position, velocity, acceleration)


def _within(positions: Array, start: Array) -> Array:
    """Within the joint limits; what began outside may stay there."""
    limits = ordinary_rates()
    return np.clip(positions, np.minimum(limits.lower, start), np.maximum(limits.upper, start))


def _lead_times(offset: list[Array], wanted: Curve, join: float, least_s: float) -> Array:
    """How long each joint takes to fade its offset, shape (14,) [s].

    The shortest time that keeps a share of the limits together with what the curve itself does; else the least bad one. No longer
    than the curve goes on.
    """
    left_s = max(wanted.end - join, _LEAD_S[0])
    options = [min(least_s, left_s), *(seconds for seconds in _LEAD_S if least_s < seconds <= left_s)]
    effort = np.array([_effort(offset, wanted, join, seconds) for seconds in options])
    least_bad = effort.argmin(axis=0)
    shortest = (effort <= _SHARE).argmax(axis=0)
    return np.asarray(options)[np.where((effort <= _SHARE).any(axis=0), shortest, least_bad)]


def _effort(offset: list[Array], wanted: Curve, join: float, seconds: float) -> Array:
    """The largest share of a limit of motion that is used when the offset fades in that time, by joint, shape (14,)."""
    limits = ordinary_rates()
    at = np.linspace(0.0, seconds, 9)
    asked = wanted.sample(join + at)
    _, velocity, acceleration = _quintic(offset, np.full(names.DOF, seconds), at)
    fast = np.abs(asked[1] + velocity).max(axis=0) / limits.velocity
    hard = np.abs(asked[2] + acceleration).max(axis=0) / limits.acceleration
    jerk = np.abs(np.diff(acceleration, axis=0)).max(axis=0) / (at[1] - at[0]) / limits.jerk
    return np.asarray(np.max([fast, hard, jerk], axis=0))


def _quintic(offset: list[Array], seconds: Array, times: Array) -> tuple[Array, Array, Array]:
    """From the offset to nothing in so many seconds, shape (14,), at times of shape (M,)."""
    p, v, a = (value * seconds**power for power, value in enumerate(offset))
    x = np.clip(times[:, None] / seconds, 0.0, 1.0)
    c3, c4, c5 = -10 * p - 6 * v - 1.5 * a, 15 * p + 8 * v + 1.5 * a, -6 * p - 3 * v - 0.5 * a
    position = p + x * (v + x * (a / 2 + x * (c3 + x * (c4 + x * c5))))
    velocity = (v + x * (a + x * (3 * c3 + x * (4 * c4 + x * 5 * c5)))) / seconds
    acceleration = (a + x * (6 * c3 + x * (12 * c4 + x * 20 * c5))) / seconds**2
    over = x >= 1.0
    return np.where(over, 0.0, position), np.where(over, 0.0, velocity), np.where(over, 0.0, acceleration)


def _smooth_step(x: Array) -> Array:
    """0 below 0, 1 above 1, twice continuously differentiable."""
    x = np.clip(x, 0.0, 1.0)
    return x**3 * (10 - 15 * x + 6 * x**2)
