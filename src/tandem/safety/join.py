"""From the rows of a chunk to a smooth motion that begins in the state in which the arms will be."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_banded

from tandem.cell.chunk import ActionChunk
from tandem.cell.trajectory import Trajectory
from tandem.safety.settings import ARM, Rates
from tandem.safety.tail import stopping_tail

Array = NDArray[np.float64]

_SAME = 1e-6
_NEARLY_AT_REST = 0.05
_STEP_S = 0.02


@dataclass(frozen=True)
class State:
    """Where the arms will be at a time [s]: positions, velocities and accelerations, each of shape (14,)."""

    time: float
    positions: Array
    velocities: Array
    accelerations: Array


@dataclass(frozen=True)
class Rows:
    """What of a chunk lies ahead of a splice.

    Attributes:
        start: the state at the splice.
        times: of the rows after it [s], shape (M,).
        asked: the rows as they came, shape (M, 14).
        joined: the rows, led over from where the arms will be, shape (M, 14).
        offset: of the arms at the splice from where the chunk would have them, shape (14,).
    """

    start: State
    times: Array
    asked: Array
    joined: Array
    offset: Array


def rows_ahead(chunk: ActionChunk, start: State, rates: Rates) -> Rows:
    """The rows of a chunk after a splice. An offset at the splice is led over smoothly; grippers' rows stay as they are."""
    times = chunk.stamp + chunk.step_dt * np.arange(len(chunk.positions), dtype=float)
    ahead = times > start.time + 0.25 * chunk.step_dt
    offset = np.where(ARM, start.positions - _value_at(start.time, times, chunk.positions), 0.0)
    asked = chunk.positions[ahead]
    joined = asked
    if np.abs(offset).max() > _SAME:
        # The smooth step's largest third derivative is 60: this ramp keeps to a third of the limit on jerk.
        ramp_s = np.maximum(0.12, np.cbrt(60 * np.abs(offset) / (0.3 * rates.jerk)))
        x = np.clip((times[ahead][:, None] - start.time) / ramp_s, 0.0, 1.0)
        joined = asked + offset * (1 - x**3 * (10 - 15 * x + 6 * x**2))
    return Rows(start, times[ahead], asked, joined, offset)


def spline(rows: Rows, *, ends_at_rest: bool) -> Trajectory:
    """A spline with continuous acceleration through the start's position, velocity and acceleration and all rows.

    Cubic but for its first segment, and its last one where it ends at rest, which are quartic. Needs at least three rows.
    """
    times = np.concatenate([[rows.start.time], rows.times])
    points = np.vstack([rows.start.positions, rows.joined])
    h = np.diff(times)
    slopes = np.diff(points, axis=0) / h[:, None]
    v0, a0 = rows.start.velocities, rows.start.accelerations
    size = len(h)
    bands = np.zeros((3, size))
    right = np.empty((size, points.shape[1]))
    # Unknowns are the accelerations at the rows; the first equation joins the quartic segment to the first cubic one.
    first = points[1] - points[0] - h[0] * v0 - h[0] ** 2 * a0 / 2
    bands[1, :-1] = (h[:-1] + h[1:]) / 3
    bands[0, 1:] = h[1:] / 6
    bands[2, :-2] = h[1:-1] / 6
    right[:-1] = np.diff(slopes, axis=0)
    bands[1, 0] = h[0] / 6 + h[1] / 3
    right[0] = slopes[1] - v0 - 5 / 6 * h[0] * a0 - 2 * first / h[0]
    bands[1, -1] = 1.0
    right[-1] = 0.0
    if ends_at_rest:
        bands[0, -1] = 0.0
        bands[1, -2] = h[-2] / 3 + h[-1] / 6
        right[-2] = 2 * slopes[-1] - slopes[-2]
    else:
        bands[2, -2] = -1.0
    accelerations = np.vstack([a0, solve_banded((1, 1), bands, right)])
    velocities = np.empty_like(points)
    velocities[0] = v0
    velocities[1:-1] = slopes[1:] - h[1:, None] * (2 * accelerations[1:-1] + accelerations[2:]) / 6
    velocities[-1] = slopes[-1] + h[-1] * (accelerations[-2] + 2 * accelerations[-1]) / 6
    if ends_at_rest:
        velocities[-2] = 2 * slopes[-1] - h[-1] * accelerations[-2] / 6
        velocities[-1] = 0.0
    return Trajectory(times, points, velocities, accelerations)


def nearly_rests_at_end(motion: Trajectory) -> bool:
    """Whether the chunk seems meant to end at rest."""
    return bool(np.abs(motion.velocities[-1]).max() < _NEARLY_AT_REST)


def with_tail(motion: Trajectory, rates: Rates) -> Trajectory:
    """The motion, then as soon as possible at rest."""
    last = motion.positions[-1], motion.velocities[-1], motion.accelerations[-1]
    if not (last[1].any() or last[2].any()):
        return motion
    tail = stopping_tail(*last, rates, _STEP_S)
    times = motion.end + _STEP_S * np.arange(1, len(tail[0]) + 1)
    columns = ((motion.positions, tail[0]), (motion.velocities, tail[1]), (motion.accelerations, tail[2]))
    return Trajectory(np.concatenate([motion.times, times]), *(np.vstack(parts) for parts in columns))


def refined(motion: Trajectory) -> Trajectory:
    """The same motion with samples at most 20 ms apart, for checks at the samples."""
    parts = np.maximum(1, np.ceil(np.diff(motion.times) / _STEP_S - 1e-6).astype(int))
    if parts.max() == 1:
        return motion
    pieces = [np.linspace(a, b, n, endpoint=False) for a, b, n in zip(motion.times, motion.times[1:], parts, strict=False)]
    times = np.concatenate([*pieces, motion.times[-1:]])
    return Trajectory(times, *motion.sample(times))


def _value_at(time: float, times: Array, rows: Array) -> Array:
    """Rows interpolated at a time by the cubic through the four nearest ones; the first or last row outside of them."""
    if time <= times[0] or len(times) < 4:
        return np.array([np.interp(time, times, column) for column in rows.T])
    first = int(np.clip(np.searchsorted(times, time) - 2, 0, len(times) - 4))
    at = times[first : first + 4]
    weights = [np.prod([(time - at[k]) / (at[j] - at[k]) for k in range(4) if k != j]) for j in range(4)]
    return np.asarray(weights) @ rows[first : first + 4]
