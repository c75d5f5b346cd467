"""S4: the way from a chunk's last row to rest."""

import numpy as np
from numpy.typing import NDArray

from tandem.safety.settings import Rates

Array = NDArray[np.float64]

_LONGEST_STEPS = 50


def stopping_tail(
    position: Array, velocity: Array, acceleration: Array, rates: Rates, step_s: float
) -> tuple[Array, Array, Array]:
    """Bring every joint to rest, each as soon as it can.

    Each joint's velocity follows the cubic that begins with its velocity and acceleration and ends with neither; it takes the
    shortest whole number of steps that keeps acceleration and jerk.

    Args:
        position, velocity, acceleration: at the start, shape (14,).
        rates: the limits.
        step_s: between samples [s].

    Returns:
        Positions, velocities, accelerations after each step, shape (n, 14) each, the last at rest.
    """
    steps = _steps(velocity, acceleration, rates, step_s)
    count = int(steps.max())
    duration = steps * step_s
    bend = -3 * velocity / duration - acceleration
    x = np.minimum(np.arange(1, count + 1)[:, None] / steps, 1.0)
    # The acceleration's Bernstein coefficients are (a, bend, 0); velocity and position are its integrals.
    y = 1 - x
    a = acceleration * y**2 + 2 * bend * x * y
    # Integrated from the end, where the velocity is zero, to stay exact there.
    v = -duration * (acceleration * y**3 / 3 + bend * (y**2 - 2 * y**3 / 3))
    whole = position + duration * (velocity / 2 + duration * acceleration / 12)
    p = whole + duration**2 * (acceleration * y**4 / 12 + bend * (y**3 / 3 - y**4 / 6))
    return p, v, a


def _steps(velocity: Array, acceleration: Array, rates: Rates, step_s: float) -> Array:
    """Number of steps of each joint, shape (14,); the longest where none would do, which the limits' check then finds."""
    steps = np.arange(1, _LONGEST_STEPS + 1)[:, None]
    duration = steps * step_s
    bend = -3 * velocity / duration - acceleration
    jerk = np.maximum(np.abs(2 * (bend - acceleration)), np.abs(2 * bend)) / duration
    x = np.clip((acceleration - bend) / np.where(acceleration == 2 * bend, 1.0, acceleration - 2 * bend), 0.0, 1.0)
    peak = np.abs(acceleration * (1 - x) ** 2 + 2 * bend * x * (1 - x))
    fits = (jerk <= 0.98 * rates.jerk) & (peak <= np.maximum(0.98 * rates.acceleration, np.abs(acceleration)))
    return np.where(fits.any(axis=0), np.argmax(fits, axis=0) + 1, _LONGEST_STEPS)
