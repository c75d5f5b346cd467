"""Legs planned one after the other, and whether the arms follow them."""

import numpy as np
from numpy.typing import NDArray

from tandem.cell import names
from tandem.cell.chunk import ContactPair
from tandem.cell.observation import Observation
from tandem.cell.trajectory import Trajectory
from tandem.motion.protocol import Planner, PlanRequest
from tandem.policy.skills.actions import Goal
from tandem.policy.skills.gripping import FingerMotion
from tandem.policy.skills.timeline import Leg, Timeline, at_even_pace, still, with_fingers

Array = NDArray[np.float64]

ARRIVED_RAD = 0.012
"""Arms this near to the goal, and slower than `RESTING`, have arrived."""

RESTING = 0.03
"""Joint speeds below which arms count as at rest [rad/s]."""

FINGERS_RESTING = 0.004
"""Finger speed below which a gripper has stopped [m/s]."""

LOST_RAD = 0.15
"""Arms this far from where the plan has them don't follow it."""

LATE_S = 1.2
"""So long after its end a motion that hasn't arrived is planned again."""

PLANNING_S = 4.0
"""Time for one search: the arms are at rest meanwhile, so a late plan is better than none [s]."""

ARMS = np.array([column not in names.GRIPPER_COLUMN.values() for column in range(names.DOF)])


class Unplannable(Exception):
    """No motion was found; the message says why."""


def plan_legs(planner: Planner, goals: tuple[Goal, ...], start: Array, observation: Observation, seed: int) -> tuple[Leg, ...]:
    """Plan legs from ``start``, shape (14,), at rest; each starts where the one before ends.

    Raises:
        Unplannable: one of them can't be reached.
    """
    legs = []
    for goal in goals:
        arms = at_even_pace(_plan(planner, goal, _at_their_widest(start, goal), observation, seed), goal.seconds)
        travel = {side: float(start[names.GRIPPER_COLUMN[side]]) for side in names.SIDES}
        sent = travel | goal.grippers
        motions = {side: FingerMotion.between(side, travel[side], sent[side], goal.fingers_s) for side in names.SIDES}
        trajectory = with_fingers(arms, motions)
        legs.append(Leg(trajectory, goal.contacts, goal.note))
        start = trajectory.positions[-1]
    return tuple(legs)


def _at_their_widest(start: Array, goal: Goal) -> Array:
    """The start with the fingers as far open as they get on this leg, or need room for: so they can open wherever they do."""
    widest = start.copy()
    for side, travel in (*goal.grippers.items(), *goal.room.items()):
        column = names.GRIPPER_COLUMN[side]
        widest[column] = max(widest[column], travel)
    return widest


def _plan(planner: Planner, goal: Goal, start: Array, observation: Observation, seed: int) -> Trajectory:
    if not goal.tcp and not goal.joints:
        return still(start, 0.0)
    request = PlanRequest(
        start=start,
        tcp_goals=goal.tcp,
        joint_goals=goal.joints,
        scene=observation.scene,
        allowed_contacts=goal.contacts,
        straight=goal.straight,
        speed=goal.speed,
        timeout_s=PLANNING_S,
        seed=seed,
    )
    result = planner.plan(request)
    if result.trajectory is None:
        raise Unplannable(f"{goal.note}: {result.message}" if goal.note else result.message)
    return result.trajectory


def at_rest(observation: Observation) -> bool:
    """Whether neither the arms nor the fingers move."""
    return arms_rest(observation) and fingers_rest(observation)


def arms_rest(observation: Observation) -> bool:
    """Whether the arms don't move."""
    return bool(np.abs(observation.velocities[ARMS]).max() < RESTING)


def fingers_rest(observation: Observation) -> bool:
    """Whether the fingers don't move."""
    return bool(np.abs(observation.velocities[~ARMS]).max() < FINGERS_RESTING)


def apart(positions: Array, wanted: Array) -> float:
    """Largest difference of an arm joint [rad]; fingers don't count, since what they hold stops them."""
    return float(np.abs((positions - wanted)[ARMS]).max())


def has_arrived(timeline: Timeline, observation: Observation) -> bool:
    """Whether a motion is over and the arms are where it ends."""
    over = observation.stamp >= timeline.end - 1e-6
    return over and at_rest(observation) and apart(observation.positions, timeline.goal) < ARRIVED_RAD


def has_lost(timeline: Timeline, observation: Observation) -> bool:
    """Whether the arms aren't where the motion has them now, or haven't arrived long after its end."""
    wanted = timeline.at(np.full(1, observation.stamp))[0]
    if apart(observation.positions, wanted) > LOST_RAD:
        return True
    return observation.stamp > timeline.end + LATE_S and not has_arrived(timeline, observation)


def resting_timeline(positions: Array, start: float, contacts: tuple[ContactPair, ...], note: str) -> Timeline:
    """Keeping still from ``start`` [s] on."""
    return Timeline.starting(start, (Leg(still(positions, 0.0), contacts, note),))


def from_here(observation: Observation, commanded: Array) -> Array:
    """Joints from which to plan: where the arms are, or, where that is about the same, where they were sent.

    The grippers' commands stay, since fingers that hold something don't get where they are sent.
    """
    if apart(observation.positions, commanded) < ARRIVED_RAD:
        return commanded
    positions = observation.positions.copy()
    positions[~ARMS] = commanded[~ARMS]
    return positions
