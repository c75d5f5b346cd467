"""Joint trajectories of both arms and grippers."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Trajectory:
    """Samples of a twice differentiable motion; between samples it is the quintic spline through them.

    Attributes:
        times: seconds on the cell's clock, strictly increasing, shape (N,), N >= 2.
        positions: shape (N, 14) [rad; m for grippers].
        velocities: shape (N, 14) [rad/s; m/s].
        accelerations: shape (N, 14) [rad/s^2; m/s^2].
    """

    times: Array
    positions: Array
    velocities: Array
    accelerations: Array

    def __post_init__(self) -> None:
        shape = (len(self.times), self.positions.shape[1])
        if len(self.times) < 2 or not np.all(np.diff(self.times) > 0):
            raise ValueError("a trajectory needs at least two samples at strictly increasing times")
        for name in ("positions", "velocities", "accelerations"):
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} has shape {getattr(self, name).shape}, expected {shape}")

    @property
    def start(self) -> float:
        """Time of the first sample [s]."""
        return float(self.times[0])

    @property
    def end(self) -> float:
        """Time of the last sample [s]."""
        return float(self.times[-1])

    @property
    def duration(self) -> float:
        """Seconds from start to end."""
        return self.end - self.start

    @cached_property
    def _coefficients(self) -> Array:
        """Of the quintic polynomials in the time since each sample, lowest power first, shape (6, N - 1, 14)."""
        h = np.diff(self.times)[:, None]
        p, v, a = self.positions, self.velocities, self.accelerations
        position = p[1:] - p[:-1] - h * (v[:-1] + h * a[:-1] / 2)
        velocity = (v[1:] - v[:-1] - h * a[:-1]) * h
        acceleration = (a[1:] - a[:-1]) * h**2
        return np.stack(
            [
                p[:-1],
                v[:-1],
                a[:-1] / 2,
                (10 * position - 4 * velocity + acceleration / 2) / h**3,
                (-15 * position + 7 * velocity - acceleration) / h**4,
                (6 * position - 3 * velocity + acceleration / 2) / h**5,
            ]
        )

    def sample(self, times: Array | float) -> tuple[Array, Array, Array]:
        """Positions, velocities and accelerations at ``times``; held at the ends (at rest) outside of them.

        For times of shape (M,) the arrays have shape (M, 14); for a single time (14,).
        """
        if isinstance(times, float):
            return self._sample_once(times)
        query = np.asarray(times, dtype=float)
        inside = np.clip(query, self.times[0], self.times[-1])
        index = np.minimum(np.searchsorted(self.times, inside, side="right") - 1, len(self.times) - 2)
        t = (inside - self.times[index])[..., None]
        c0, c1, c2, c3, c4, c5 = self._coefficients[:, index]
        position = c0 + t * (c1 + t * (c2 + t * (c3 + t * (c4 + t * c5))))
        velocity = c1 + t * (2 * c2 + t * (3 * c3 + t * (4 * c4 + t * 5 * c5)))
        acceleration = 2 * c2 + t * (6 * c3 + t * (12 * c4 + t * 20 * c5))
        outside = (query < self.times[0]) | (query > self.times[-1])
        velocity[outside] = 0.0
        acceleration[outside] = 0.0
        return position, velocity, acceleration

    def _sample_once(self, time: float) -> tuple[Array, Array, Array]:
        """The same for one time, without what many of them need."""
        inside = min(max(time, self.start), self.end)
        index = min(int(self.times.searchsorted(inside, "right")) - 1, len(self.times) - 2)
        t = inside - float(self.times[index])
        c0, c1, c2, c3, c4, c5 = self._coefficients[:, index]
        position = c0 + t * (c1 + t * (c2 + t * (c3 + t * (c4 + t * c5))))
        if inside != time:
            return position, np.zeros_like(position), np.zeros_like(position)
        velocity = c1 + t * (2 * c2 + t * (3 * c3 + t * (4 * c4 + t * 5 * c5)))
        acceleration = 2 * c2 + t * (6 * c3 + t * (12 * c4 + t * 20 * c5))
        return position, velocity, acceleration

    def shifted(self, seconds: float) -> "Trajectory":
        """The same motion, later by ``seconds``."""
        return Trajectory(self.times + seconds, self.positions, self.velocities, self.accelerations)
