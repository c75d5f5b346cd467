"""Interpolation between the points of a joint trajectory, as ros2_control's joint_trajectory_controller does it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_DERIVATIVES = np.array([[1.0, power, power * (power - 1)] for power in range(6)])[:, :, None]
"""Of time^power: what it and its first two derivatives are multiplied by, shape (6, 3, 1)."""


@dataclass(frozen=True)
class JointSample:
    """Position [rad], velocity [rad/s] and acceleration [rad/s^2] of some joints, each of shape (n,)."""

    position: Array
    velocity: Array
    acceleration: Array

    @classmethod
    def at_rest(cls, position: Array) -> "JointSample":
        """A sample that stands still."""
        return cls(np.array(position, dtype=float), np.zeros(len(position)), np.zeros(len(position)))


class Segment:
    """A motion of some joints that is a polynomial in the time since it began, of degree 3 to 5."""

    def __init__(self, *coefficients: Array) -> None:
        """Lowest power first, each of shape (n,)."""
        top = len(coefficients) - 1
        self._position, self._velocity = coefficients[:2]
        self._top, self._top_scale = coefficients[top], _DERIVATIVES[top]
        # What position, velocity and acceleration have of the powers between, shape (3, n) each.
        self._between = [_DERIVATIVES[power] * coefficients[power] for power in range(top - 1, 2, -1)]
        self._second = _DERIVATIVES[2] * coefficients[2]

    def at(self, time: float) -> JointSample:
        """The state so long after the beginning [s]: Horner's rule for all three at once, as far as each of them goes."""
        value = self._top_scale * time * self._top
        for term in self._between:
            value += term
            value *= time
        value += self._second
        moving = value[:2]
        moving *= time
        moving += self._velocity
        position = value[0]
        position *= time
        position += self._position
        return JointSample(position, value[1], value[2])


def linear(start: Array, end: Array, duration: float) -> Segment:
    """Between two positions at constant velocity."""
    none = np.zeros_like(start)
    return Segment(start, (end - start) / duration, none, none)


def cubic(start: JointSample, end: JointSample, duration: float) -> Segment:
    """Between two positions and velocities."""
    distance = end.position - start.position
    c2 = (3 * distance - (2 * start.velocity + end.velocity) * duration) / duration**2
    c3 = (-2 * distance + (start.velocity + end.velocity) * duration) / duration**3
    return Segment(start.position, start.velocity, c2, c3)


def quintic(start: JointSample, end: JointSample, duration: float) -> Segment:
    """Between two positions, velocities and accelerations."""
    t1, t2 = duration, duration**2
    distance = end.position - start.position
    a0, a1, v0, v1 = start.acceleration, end.acceleration, start.velocity, end.velocity
    c3 = (20 * distance - (8 * v1 + 12 * v0) * t1 - (3 * a0 - a1) * t2) / (2 * t1**3)
    c4 = (-30 * distance + (14 * v1 + 16 * v0) * t1 + (3 * a0 - 2 * a1) * t2) / (2 * t1**4)
    c5 = (12 * distance - 6 * (v1 + v0) * t1 + (a1 - a0) * t2) / (2 * t1**5)
    return Segment(start.position, v0, a0 / 2, c3, c4, c5)
