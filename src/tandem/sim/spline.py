"""Interpolation between the points of a joint trajectory, as ros2_control's joint_trajectory_controller does it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


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


def linear(start: Array, end: Array, duration: float, time: float) -> JointSample:
    """Between two positions at constant velocity."""
    velocity = (end - start) / duration
    return JointSample(start + velocity * time, velocity, np.zeros_like(start))


def cubic(start: JointSample, end: JointSample, duration: float, time: float) -> JointSample:
    """Between two positions and velocities."""
    distance = end.position - start.position
    c2 = (3 * distance - (2 * start.velocity + end.velocity) * duration) / duration**2
    c3 = (-2 * distance + (start.velocity + end.velocity) * duration) / duration**3
    return JointSample(
        start.position + time * (start.velocity + time * (c2 + time * c3)),
        start.velocity + time * (2 * c2 + time * 3 * c3),
        2 * c2 + 6 * c3 * time,
    )


def quintic(start: JointSample, end: JointSample, duration: float, time: float) -> JointSample:
    """Between two positions, velocities and accelerations."""
    t1, t2 = duration, duration**2
    distance = end.position - start.position
    a0, a1, v0, v1 = start.acceleration, end.acceleration, start.velocity, end.velocity
    c2 = a0 / 2
    c3 = (20 * distance - (8 * v1 + 12 * v0) * t1 - (3 * a0 - a1) * t2) / (2 * t1**3)
    c4 = (-30 * distance + (14 * v1 + 16 * v0) * t1 + (3 * a0 - 2 * a1) * t2) / (2 * t1**4)
    c5 = (12 * distance - 6 * (v1 + v0) * t1 + (a1 - a0) * t2) / (2 * t1**5)
    t = time
    return JointSample(
        start.position + t * (v0 + t * (c2 + t * (c3 + t * (c4 + t * c5)))),
        v0 + t * (2 * c2 + t * (3 * c3 + t * (4 * c4 + t * 5 * c5))),
        2 * c2 + t * (6 * c3 + t * (12 * c4 + t * 20 * c5)),
    )
