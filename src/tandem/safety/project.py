"""S2: the motion nearest to a chunk's rows that keeps the limits of every joint.

Each joint by itself: a quadratic programme in its jerk, constant between rows, that tracks the rows under limits of position,
velocity, acceleration and jerk, and from whose end a stop within the position limits is possible. Solved with DAQP (Arnström,
Bemporad and Axehill, "A dual active-set solver for embedded quadratic programming using recursive LDL^T updates", 2022).
"""

from dataclasses import dataclass

import daqp
import numpy as np
from numpy.typing import NDArray

from tandem.cell.trajectory import Trajectory
from tandem.safety.join import Rows
from tandem.safety.settings import Rates

Array = NDArray[np.float64]

_TRACKING = 1e4
_SMOOTHNESS = 1.5
"""Cost of a jerk against that of the deviation which it makes in one step, so that the length of a step does not matter."""
_MOST_ITERATIONS = 400
_MOST_ROWS = 60
_SHARES = (0.97, 0.999)
"""Shares of the limits that are tried: at the knots they must leave room for what happens between them."""
_STOP_S = 0.75
_EQUALITY = 5


@dataclass(frozen=True)
class _Effects:
    """What jerks of one unit do to acceleration, velocity and position at the knots, each of shape (n, n)."""

    acceleration: Array
    velocity: Array
    position: Array


def project(rows: Rows, base: Trajectory | None, columns: NDArray[np.bool_], rates: Rates) -> Trajectory | None:
    """The rows' motion with the given columns changed to keep the limits, or None where that can't be.

    Args:
        rows: to be tracked.
        base: a motion with samples at the start and at the rows; columns that aren't projected are taken from it. None to
            project all.
        columns: which to project, shape (14,), bool.
        rates: the limits.
    """
    knots = np.concatenate([[rows.start.time], rows.times])
    wanted = rows.joined
    if len(wanted) > _MOST_ROWS or base is None:
        columns = np.ones(len(columns), dtype=bool)
        base = None
        chosen = np.unique(np.linspace(1, len(wanted), min(len(wanted), _MOST_ROWS)).round().astype(int))
        knots, wanted = knots[np.concatenate([[0], chosen])], wanted[chosen - 1]
    shape = (len(knots), len(columns))
    position, velocity, acceleration = (np.empty(shape) for _ in range(3))
    if base is not None:
        position[:], velocity[:], acceleration[:] = base.positions, base.velocities, base.accelerations
    effects = _effects(knots)
    start = rows.start
    for joint in np.flatnonzero(columns):
        at_start = (float(start.positions[joint]), float(start.velocities[joint]), float(start.accelerations[joint]))
        jerk = _solve(effects, knots, wanted[:, joint], at_start, rates, int(joint))
        if jerk is None:
            return None
        elapsed = knots - knots[0]
        p, v, a = at_start
        position[:, joint] = p + elapsed * (v + elapsed * a / 2)
        velocity[:, joint] = v + elapsed * a
        acceleration[:, joint] = a
        position[1:, joint] += effects.position @ jerk
        velocity[1:, joint] += effects.velocity @ jerk
        acceleration[1:, joint] += effects.acceleration @ jerk
    return Trajectory(knots, position, velocity, acceleration)


def _effects(knots: Array) -> _Effects:
    """For jerk that is constant between knots: shape (n, n), of the jerk in segment j at knot i + 1."""
    h = np.diff(knots)[None, :]
    after = knots[1:, None] - knots[None, 1:]
    reached = after > -1e-9
    after = np.maximum(after, 0.0)
    return _Effects(
        np.where(reached, h, 0.0),
        np.where(reached, h * (h / 2 + after), 0.0),
        np.where(reached, h * (h**2 / 6 + after * (h + after) / 2), 0.0),
    )


def _solve(
    effects: _Effects, knots: Array, wanted: Array, start: tuple[float, float, float], rates: Rates, joint: int
) -> Array | None:
    """Jerks of one joint, shape (n,)."""
    p, v, a = start
    elapsed = knots[1:] - knots[0]
    drift_p, drift_v = p + elapsed * (v + elapsed * a / 2), v + elapsed * a
    size = len(elapsed)
    smoothness = _SMOOTHNESS * float(np.median(np.diff(knots))) ** 6
    hessian = _TRACKING * (effects.position.T @ effects.position + smoothness * np.eye(size))
    gradient = _TRACKING * effects.position.T @ (drift_p - wanted)
    stop = effects.position[-1] + _STOP_S / 2 * effects.velocity[-1]
    matrix = np.vstack([effects.acceleration, effects.velocity, effects.position, stop, effects.acceleration[-1]])
    # Between knots a position can be beyond both of its ends by what the jerk does in half a step.
    bulge = float(rates.jerk[joint]) * float(np.diff(knots).max()) ** 3 / 8
    lower, upper = min(float(rates.lower[joint]) + bulge, p), max(float(rates.upper[joint]) - bulge, p)
    ones = np.ones(size)
    drift = np.concatenate([a * ones, drift_v, drift_p, [drift_p[-1] + _STOP_S / 2 * drift_v[-1], a]])
    sense = np.zeros(2 * 2 * size + 2, dtype=np.int32)
    sense[-1] = _EQUALITY
    for share in _SHARES:
        most_a, most_v, most_j = (share * float(limit[joint]) for limit in (rates.acceleration, rates.velocity, rates.jerk))
        high = np.concatenate([most_a * ones, most_v * ones, upper * ones, [upper, 0.0]]) - drift
        low = np.concatenate([-most_a * ones, -most_v * ones, lower * ones, [lower, 0.0]]) - drift
        bound_high, bound_low = np.concatenate([most_j * ones, high]), np.concatenate([-most_j * ones, low])
        jerk, _, flag, _ = daqp.solve(hessian, gradient, matrix, bound_high, bound_low, sense, iter_limit=_MOST_ITERATIONS)
        if flag > 0 and np.isfinite(jerk).all():
            return np.asarray(jerk)
    return None
