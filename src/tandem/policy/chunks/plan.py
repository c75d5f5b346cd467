"""Where the arms have been sent: joint targets on the cell's clock, ending at rest, as the executor carries them out."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tandem.cell import description, names
from tandem.cell.observation import Observation
from tandem.cell.trajectory import Trajectory
from tandem.policy.skills.gripping import BLOCKED, kept_travel
from tandem.policy.skills.motion import ARMS
from tandem.safety.pace import follow
from tandem.safety.settings import ordinary_rates
from tandem.safety.timeline import joined, resting, since

Array = NDArray[np.float64]

STEP_S = float(description.settings("cell.yaml")["control"]["step_dt"])
"""Between the rows of what is sent [s]."""

HISTORY_S = 2.0
"""So much of what is over is kept, to find arms again that were slowed down [s]."""

_STOP_S = 0.2


def grid(time: float) -> float:
    """The last sample time at or before a time [s]; all plans share these, so that kept rows stay the same to the bit."""
    return STEP_S * float(np.floor(time / STEP_S + 1e-6))


def next_on_grid(time: float) -> float:
    """The first sample time at or after a time [s]."""
    return STEP_S * float(np.ceil(time / STEP_S - 1e-6))


def grid_times(first: float, count: int) -> Array:
    """So many sample times from ``first`` on, shape (count,)."""
    return np.asarray(STEP_S * (round(first / STEP_S) + np.arange(count, dtype=float)))


def at_rest_here(observation: Observation, under_way: Trajectory | None) -> Trajectory:
    """A plan of staying where the arms are measured to be.

    Fingers that are stopped by something keep the command that they had: what holds it is the force with which they don't get
    there. Where nothing is known to be under way, fingers of a hand that is seen to hold something grip it.
    """
    positions = observation.positions.copy()
    limits = ordinary_rates()
    for side, column in names.GRIPPER_COLUMN.items():
        measured = float(positions[column])
        sent = measured if under_way is None else float(under_way.sample(observation.stamp)[0][column])
        held = observation.scene.held_by(side)
        if sent < measured - BLOCKED or (held is not None and under_way is not None and sent <= measured):
            positions[column] = sent
        elif held is not None:
            positions[column] = kept_travel(measured, held.category)
    return resting(np.clip(positions, limits.lower, limits.upper), observation.stamp)


def coming_to_rest(plan: Trajectory, time: float) -> Trajectory:
    """The plan up to a time [s], then a stop on its path."""
    if time >= plan.end:
        return plan
    return joined(plan, follow(plan, time, 0.0, _STOP_S), plan.start)


def stopping_by(plan: Trajectory, end: float) -> Trajectory:
    """The plan with a stop on its path that is over at about ``end`` [s]."""
    return coming_to_rest(plan, max(plan.start, end - _STOP_S))


def passing_through(plan: Trajectory, positions: Array, time: float) -> Trajectory:
    """The plan moved over to ``positions``, shape (14,), at a time [s]: for arms that were led aside. Fingers stay."""
    off = np.where(ARMS, positions - plan.sample(time)[0], 0.0)
    limits = ordinary_rates()
    return replace(plan, positions=np.clip(plan.positions + off, limits.lower, limits.upper))


def recent(plan: Trajectory, now: float) -> Trajectory:
    """The plan without what is long over."""
    return since(plan, now - HISTORY_S) if plan.start < now - 2 * HISTORY_S else plan


def behind(plan: Trajectory, positions: Array, time: float) -> tuple[float, float]:
    """How long before ``time`` the plan had the arms nearest to ``positions``, shape (14,) [s], and how near that was [rad]."""
    times = time - np.arange(0.0, HISTORY_S, STEP_S)
    distances = apart(plan.sample(times)[0], positions)
    nearest = int(np.argmin(distances))
    return float(time - times[nearest]), float(distances[nearest])


def apart(joints: Array, positions: Array) -> Array:
    """Largest difference of an arm joint from each row, shape (..., 14), to ``positions``; shape (...) [rad]."""
    return np.asarray(np.abs((joints - positions)[..., ARMS]).max(axis=-1))
