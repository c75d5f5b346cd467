"""A model's rows as a smooth curve: twice continuously differentiable, grippers within what their drives can do."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import BSpline, make_interp_spline, make_lsq_spline

from tandem.cell import names
from tandem.policy.chunks.plan import STEP_S
from tandem.policy.skills.gripping import OPEN
from tandem.policy.skills.motion import ARMS
from tandem.safety.settings import ordinary_rates

Array = NDArray[np.float64]

_FINGER_GRID_S = 0.1
"""Control points of the fingers' curve: at this spacing, steps that keep the speed limit keep acceleration and jerk as well."""

_FINGER_SHARE = 0.9
"""Of the fingers' speed limit that is used."""


@dataclass(frozen=True)
class Curve:
    """Joints over time, from ``start`` to ``end`` [s]; ``pace`` below 1 plays what comes after ``anchor`` slower."""

    spline: BSpline
    start: float
    last: float
    anchor: float = 0.0
    pace: float = 1.0

    @property
    def end(self) -> float:
        """When it is over [s]."""
        return self.anchor + (self.last - self.anchor) / self.pace

    def sample(self, times: Array | float) -> tuple[Array, Array, Array]:
        """Positions, velocities and accelerations, shape (..., 14) each; held where it begins and ends outside."""
        query = self.anchor + (np.asarray(times, dtype=float) - self.anchor) * self.pace
        inside = np.clip(query, self.start, self.last)
        position = self.spline(inside)
        velocity = self.spline(inside, nu=1) * self.pace
        acceleration = self.spline(inside, nu=2) * self.pace**2
        outside = (query < self.start) | (query > self.last)
        velocity[outside] = 0.0
        acceleration[outside] = 0.0
        return position, velocity, acceleration

    def slower(self, anchor: float, pace: float) -> "Curve":
        """The same, played at ``pace`` (0 < pace <= 1) from ``anchor`` [s] on; it is where it was at the anchor."""
        return Curve(self.spline, self.start, self.last, anchor, pace)


def through(rows: Array, start: float, step_dt: float, velocity: Array, smooth_s: float = 0.0) -> Curve:
    """The curve through a model's rows.

    Args:
        rows: shape (H, 14), H >= 2 [rad; m for grippers].
        start: time of the first row [s].
        step_dt: between rows [s].
        velocity: of the arms at the start, shape (14,) [rad/s; m/s].
        smooth_s: rows of arms nearer in time than this are smoothed over this long [s].
    """
    duration = step_dt * (len(rows) - 1)
    count = max(4, int(np.floor(duration / STEP_S + 1e-6)) + 1)
    times = np.linspace(0.0, duration, count)
    fine = np.empty((count, names.DOF))
    fine[:, ARMS] = _arms(rows[:, ARMS], step_dt, velocity[ARMS], smooth_s)(times)
    fine[:, ~ARMS] = _fingers(rows[:, ~ARMS], step_dt, times)
    return fitted(fine, start + times, velocity)


def fitted(fine: Array, times: Array, velocity: Array) -> Curve:
    """The curve through samples of shape (N, 14) at times of shape (N,), N >= 4, that sets out with a velocity of shape (14,)."""
    limits = ordinary_rates()
    upper = np.where(ARMS, limits.upper, OPEN)
    spline = make_interp_spline(
        times, np.clip(fine, limits.lower, upper), 3, bc_type=([(1, velocity)], [(2, np.zeros(names.DOF))])
    )
    return Curve(spline, float(times[0]), float(times[-1]))


def _arms(rows: Array, step_dt: float, velocity: Array, smooth_s: float) -> BSpline:
    """Through rows that are far enough apart; by least squares with fewer knots where they are close, and noisy."""
    times = step_dt * np.arange(len(rows))
    spacing = int(np.ceil(smooth_s / step_dt - 1e-6))
    if spacing > 1 and len(rows) > 3 * spacing:
        inner = times[spacing : len(rows) - spacing + 1 : spacing]
        knots = np.concatenate([np.full(4, times[0]), inner, np.full(4, times[-1])])
        return make_lsq_spline(times, rows, knots, 3)
    if len(rows) < 4:
        return make_interp_spline(times, rows, 1)
    return make_interp_spline(times, rows, 3, bc_type=([(1, velocity)], [(2, np.zeros(rows.shape[1]))]))


def _fingers(rows: Array, step_dt: float, times: Array) -> Array:
    """Travel over time, shape (len(times), 2): a cubic B-spline whose control points don't hurry, which never overshoots them."""
    duration = float(times[-1])
    count = max(2, int(np.ceil(duration / _FINGER_GRID_S - 1e-6)) + 1)
    spacing = max(duration / (count - 1), 1e-6)
    at = spacing * np.arange(count)
    given = step_dt * np.arange(len(rows))
    points = np.stack([np.interp(at, given, column) for column in rows.T], axis=1)
    most = _FINGER_SHARE * spacing * ordinary_rates().velocity[~ARMS] * min(1.0, spacing / _FINGER_GRID_S)
    for row in range(1, count):
        points[row] = np.clip(points[row], points[row - 1] - most, points[row - 1] + most)
    control = np.vstack([2 * points[0] - points[1], points, points[-1:]])
    knots = spacing * (np.arange(len(control) + 4) - 3.0)
    return np.asarray(BSpline(knots, control, 3)(np.clip(times, 0.0, duration)))
