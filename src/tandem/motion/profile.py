"""Progress along a path over time: piecewise constant acceleration, made smooth by moving averages."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Profile:
    """A path parameter that runs from 0 to 1, at rest before and after, with piecewise constant acceleration.

    Attributes:
        times: of the knots [s], shape (n,), the first 0.
        table: at each knot, shape (n, 5): second and first integral of the parameter over time, the parameter, its speed, and its
            acceleration after the knot.
    """

    times: Array
    table: Array

    @classmethod
    def from_speeds(cls, grid: Array, speeds: Array) -> Self:
        """From the speed [1/s] at each value of the parameter; between them its square is linear. Both have shape (n,)."""
        dt = 2.0 * np.diff(grid) / np.maximum(speeds[1:] + speeds[:-1], 1e-9)
        times = np.concatenate([[0.0], np.cumsum(dt)])
        acceleration = np.append(np.diff(speeds) / dt, 0.0)
        s, v, a = grid[:-1], speeds[:-1], acceleration[:-1]
        once = np.concatenate([[0.0], np.cumsum(dt * (s + dt * (v / 2 + dt * a / 6)))])
        twice = np.concatenate([[0.0], np.cumsum(dt * (once[:-1] + dt * (s / 2 + dt * (v / 6 + dt * a / 24))))])
        return cls(times, np.stack([twice, once, grid, speeds, acceleration], axis=1))

    def integrals(self, times: Array) -> Array:
        """Second and first integral, the parameter, its speed, at ``times`` of shape (m,): shape (4, m)."""
        index = np.clip(np.searchsorted(self.times, times, side="right") - 1, 0, len(self.times) - 1)
        t = np.maximum(times - self.times[index], 0.0)
        twice, once, s, v, a = self.table[index].T
        return np.stack(
            [
                twice + t * (once + t * (s / 2 + t * (v / 6 + t * a / 24))),
                once + t * (s + t * (v / 2 + t * a / 6)),
                s + t * (v + t * a / 2),
                v + t * a,
            ]
        )


@dataclass(frozen=True)
class Timing:
    """A profile after two moving averages over time, stretched in time.

    Averages leave the path alone, keep the speeds and accelerations of a straight path and bound its jerk (Biagiotti and
    Melchiorri, "FIR filters for online trajectory planning with time- and frequency-domain specifications", Control Engineering
    Practice 2012).

    Attributes:
        profile: what is averaged.
        windows: the lengths of the two averages [s].
        stretch: by which the result is slower.
    """

    profile: Profile
    windows: tuple[float, float]
    stretch: float = 1.0

    @property
    def duration(self) -> float:
        """Seconds from rest to rest."""
        return (float(self.profile.times[-1]) + sum(self.windows)) * self.stretch

    def progress(self, times: Array) -> Array:
        """The parameter and its first three time derivatives at ``times`` of shape (m,): shape (4, m)."""
        t = times / self.stretch
        first, second = self.windows
        ahead = self.profile.integrals(t) - self.profile.integrals(t - first)
        behind = self.profile.integrals(t - second) - self.profile.integrals(t - first - second)
        return np.asarray((ahead - behind) / (first * second) * self.stretch ** -np.arange(4.0)[:, None])
