"""Joint limits of the cell in the 14-wide order."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tandem.cell import description, names

Array = NDArray[np.float64]


@dataclass(frozen=True)
class JointLimits:
    """Each of shape (14,), read-only [rad, rad/s, rad/s^2, rad/s^3; m for the grippers]."""

    lower: Array
    upper: Array
    velocity: Array
    acceleration: Array
    jerk: Array


@cache
def joint_limits() -> JointLimits:
    """The limits of config/moveit/joint_limits.yaml, which MoveIt reads too."""
    table = description.settings("moveit/joint_limits.yaml")["joint_limits"]

    def column(key: str) -> Array:
        values = np.array([float(table[joint][key]) for joint in names.JOINTS])
        values.setflags(write=False)
        return values

    return JointLimits(
        column("min_position"), column("max_position"), column("max_velocity"), column("max_acceleration"), column("max_jerk")
    )
