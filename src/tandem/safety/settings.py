"""The figures of config/safety.yaml."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tandem.cell import description, names
from tandem.cell.limits import joint_limits

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Rates:
    """Limits of motion: of the joints, each of shape (14,), and of the speed of each tcp [m/s]."""

    lower: Array
    upper: Array
    velocity: Array
    acceleration: Array
    jerk: Array
    tool_speed: float


@dataclass(frozen=True)
class FilterSettings:
    """How a chunk becomes a certified trajectory; the meaning of each is in config/safety.yaml."""

    step_s: float
    splice_s: float
    pass_deviation: float
    start_deviation: float
    smooth_deviation: float
    slowest: float
    jump_factor: float
    worth_rad: float
    worth_s: float
    aside_m: float


@dataclass(frozen=True)
class Staleness:
    """Ages beyond which inputs are refused [s]."""

    joint_states: float
    chunk: float
    chunk_future: float
    scene: float
    heartbeat: float


@cache
def ordinary_rates() -> Rates:
    """What a certified trajectory keeps."""
    limits = joint_limits()
    tool_speed = float(description.settings("safety.yaml")["tool_speed_mps"])
    return Rates(limits.lower, limits.upper, limits.velocity, limits.acceleration, limits.jerk, tool_speed)


@cache
def stop_rates() -> Rates:
    """What a stop keeps: harder braking than the ordinary."""
    rates, factors = ordinary_rates(), description.settings("safety.yaml")["stop_scaling"]
    acceleration, jerk = rates.acceleration * float(factors["acceleration"]), rates.jerk * float(factors["jerk"])
    return Rates(rates.lower, rates.upper, rates.velocity, acceleration, jerk, rates.tool_speed)


@cache
def filter_settings() -> FilterSettings:
    """The section ``filter``."""
    return FilterSettings(**{key: float(value) for key, value in description.settings("safety.yaml")["filter"].items()})


@cache
def staleness() -> Staleness:
    """The section ``staleness_s``."""
    return Staleness(**{key: float(value) for key, value in description.settings("safety.yaml")["staleness_s"].items()})


ARM: NDArray[np.bool_] = np.array([column not in names.GRIPPER_COLUMN.values() for column in range(names.DOF)])
"""Which of the 14 columns are arm joints."""
