"""How the fingers move: a minimum-jerk motion that keeps the gripper's limits."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tandem.cell import description, names
from tandem.cell.limits import joint_limits
from tandem.cell.names import Side
from tandem.cell.props import is_fragile

Array = NDArray[np.float64]

OPEN = float(description.settings("cell.yaml")["gripper"]["open"]) - 5e-4
"""Travel of opened fingers [m], a little within their range: splines through samples swing out a little."""

SQUEEZE = 0.004
"""The fingers are sent this far beyond an object's surface; the gripper's force limit does the rest [m]."""

LOOSE = 0.006
"""Gap on either side when an object is let go where there is little room [m]."""

BLOCKED = 0.0008
"""Fingers that stand still this far short of where they were sent are stopped by something [m]."""

EMPTY = 0.0015
"""Fingers that closed farther than this hold nothing [m]."""

LIGHTLY = 0.0002
"""Fingers that press something fragile are sent this far beyond where they are [m]: 4 N by the stiffness of their drives."""

_SHORTEST_S = 0.25

_SHARE = 0.75
"""Of the gripper's limits that is used, so that splines through samples keep them too."""


def grasp_travel(half_width: float) -> float:
    """Travel of each finger at which something of that half width is held firmly [m]."""
    return max(0.0, half_width - SQUEEZE)


def kept_travel(measured: float, category: str) -> float:
    """Where to send fingers that were measured around something of that kind, so that they keep it [m].

    What is fragile they press lightly; nothing more is known here of the force.
    """
    return max(0.0, measured - LIGHTLY) if is_fragile(category) else grasp_travel(measured)


@dataclass(frozen=True)
class FingerMotion:
    """From one travel to another [m] in ``duration`` seconds, at rest at both ends.

    The quintic of Flash and Hogan, "The coordination of arm movements", Journal of Neuroscience 1985.
    """

    first: float
    last: float
    duration: float

    @classmethod
    def between(cls, side: Side, first: float, last: float, seconds: float = 0.0) -> "FingerMotion":
        """As fast as the limits allow, but in no less than ``seconds``."""
        limits = joint_limits()
        column = names.GRIPPER_COLUMN[side]
        distance = abs(last - first)
        velocity, acceleration, jerk = (
            _SHARE * float(limit[column]) for limit in (limits.velocity, limits.acceleration, limits.jerk)
        )
        if distance < 1e-6:
            return cls(first, last, 0.0)
        # Peaks of the quintic's derivatives over a unit distance in a unit time.
        shortest = max(1.875 * distance / velocity, (5.774 * distance / acceleration) ** 0.5, (60.0 * distance / jerk) ** (1 / 3))
        return cls(first, last, max(shortest, seconds, _SHORTEST_S))

    def sample(self, times: Array) -> tuple[Array, Array, Array]:
        """Travel, velocity and acceleration at times from the start, shape (m,) [m, m/s, m/s^2]."""
        if self.duration < 1e-6:
            return np.full_like(times, self.last), np.zeros_like(times), np.zeros_like(times)
        u = np.clip(times / self.duration, 0.0, 1.0)
        way = self.last - self.first
        position = self.first + way * u**3 * (10 - 15 * u + 6 * u**2)
        velocity = way * 30 * u**2 * (1 - u) ** 2 / self.duration
        acceleration = way * 60 * u * (1 - u) * (1 - 2 * u) / self.duration**2
        return position, velocity, acceleration
