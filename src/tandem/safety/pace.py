"""Moving along the path of a trajectory at another pace: slower, or to a stop.

The position at time t is that of the trajectory at s(t); the pace ds/dt goes from 1 to its new value along a smooth step, so that
position, velocity and acceleration go on where they were.
"""

import numpy as np
from numpy.typing import NDArray

from tandem.cell.trajectory import Trajectory
from tandem.safety.limits import excess
from tandem.safety.settings import Rates

Array = NDArray[np.float64]

STEP_S = 0.02
_STEEPEST = 1.875
"""Largest slope of the smooth step."""
_RAMPS_S = (0.06, 0.1, 0.14, 0.18, 0.24, 0.3, 0.38, 0.46, 0.56, 0.68, 0.82, 1.0, 1.2, 1.5, 1.8)
_SLOWING_RAMPS_S = (0.12, 0.24, 0.46)


def follow(motion: Trajectory, start: float, pace: float, ramp_s: float) -> Trajectory:
    """From ``start`` on, along the path of ``motion`` at ``pace`` (0 to 1), reached ``ramp_s`` later.

    With pace 0 it ends at rest on the path, ``ramp_s`` / 2 of the motion's own time after ``start``; otherwise where ``motion``
    ends, which must be at rest.
    """
    remaining = max(motion.end - start, 0.0)
    ramped = ramp_s * (1 + pace) / 2
    duration = ramp_s if pace == 0.0 or ramped >= remaining else ramp_s + (remaining - ramped) / pace
    elapsed = np.linspace(0.0, duration, max(2, round(duration / STEP_S) + 1))
    x = np.clip(elapsed / ramp_s, 0.0, 1.0)
    change = pace - 1.0
    rate = 1.0 + change * x**3 * (10 - 15 * x + 6 * x**2)
    rate_change = change * 30 * x**2 * (1 - x) ** 2 / ramp_s
    progress = ramp_s * (x + change * x**4 * (2.5 - 3 * x + x**2)) + pace * np.maximum(elapsed - ramp_s, 0.0)
    p, v, a = motion.sample(start + progress)
    positions = np.array(p)
    velocities = v * rate[:, None]
    accelerations = a * rate[:, None] ** 2 + v * rate_change[:, None]
    velocities[-1] = accelerations[-1] = 0.0
    return Trajectory(start + elapsed, positions, velocities, accelerations)


def brake(motion: Trajectory, start: float, rates: Rates) -> Trajectory:
    """Come to rest on the path of ``motion``, from its state at ``start``, as soon as ``rates`` allow.

    The speed on the path only falls, so limits of velocity and of the tools that ``motion`` keeps stay kept. The longest ramp
    always suffices for stops: with it the pace adds little to accelerations and jerks that are below the ordinary limits.
    """
    stopped = follow(motion, start, 0.0, _RAMPS_S[-1])
    for ramp_s in _ramps_from(motion, start, rates):
        attempt = follow(motion, start, 0.0, ramp_s)
        if excess(attempt, rates) is None:
            return attempt
        stopped = attempt
    return stopped


def slow_down(motion: Trajectory, start: float, pace: float, rates: Rates) -> Trajectory | None:
    """The rest of ``motion`` from ``start`` on at ``pace`` of its speed, or None where ``rates`` don't allow it."""
    for ramp_s in _SLOWING_RAMPS_S:
        attempt = follow(motion, start, pace, ramp_s)
        if excess(attempt, rates) is None:
            return attempt
    return None


def _ramps_from(motion: Trajectory, start: float, rates: Rates) -> tuple[float, ...]:
    """Ramps that are not plainly too short for the speed at the start."""
    _, velocity, _ = motion.sample(start)
    shortest = float((np.abs(velocity) * _STEEPEST / (rates.acceleration * 2.0)).max())
    longer = tuple(ramp_s for ramp_s in _RAMPS_S if ramp_s >= shortest)
    return longer or _RAMPS_S[-1:]
