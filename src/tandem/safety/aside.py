"""S3 kept by going aside: rows nearest to a chunk's along which bodies slow down towards their margins and slide along them.

Row by row a quadratic programme in the joints' motion, with a discrete control barrier for each pair of bodies that is near: its
distance beyond the margin may shrink by a fixed share a step at most (Ames et al., "Control Barrier Functions: Theory and
Applications", ECC 2019; Agrawal and Sreenath, "Discrete Control Barrier Functions for Safety-Critical Control of Discrete
Systems", RSS 2017). What comes of it is only a proposal: it is shaped and certified like any other rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import daqp
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from tandem.cell import names
from tandem.cell.collision import CollisionModel
from tandem.cell.robot import RobotModel
from tandem.safety.grippers import as_blocked
from tandem.safety.join import Rows, State
from tandem.safety.settings import ARM, Rates

Array = NDArray[np.float64]

_KNOT_S = 0.06
_NEAR_M = 0.04
_SHARE = 0.4
"""Of the distance beyond the margin that may be used up from one knot to the next."""
_BUFFER_M = 0.0008
"""Kept beyond the margin, for what happens between knots."""
_DEEPEST_M = 0.001
"""A pair that is farther inside its margin is treated as if it were this far."""
_TURN_M = 0.1
"""Metres that a radian of turning the hand counts as."""
_EVENNESS = 0.02
"""Cost of a change of the joints' velocities."""
_REGULAR = 1e-3
_FEWEST_ROWS = 4


@dataclass(frozen=True)
class _Near:
    """Pairs that are near at a knot: distances beyond what must be kept, shape (k,) [m], and their gradients, shape (k, 14)."""

    room: Array
    gradients: Array


class Aside:
    """Finds rows that keep clear of everything. Not safe to share between threads.

    Args:
        robot: kinematics.
        collisions: with the world set in which the rows are to be clear.
        rates: limits of motion.
    """

    def __init__(self, robot: RobotModel, collisions: CollisionModel, rates: Rates) -> None:
        self._robot, self._collisions, self._rates = robot, collisions, rates

    def rows(self, asked: Rows, blocked: Mapping[int, float], farthest_m: float) -> Rows | None:
        """Rows that keep clear as far as can be seen at some of them, or None where there are none.

        Args:
            asked: what is to be kept to.
            blocked: columns of grippers that can't close farther, and where they are [m].
            farthest_m: where a tcp would have to go farther aside than this the rows end.
        """
        if len(asked.times) < _FEWEST_ROWS:
            return None
        every = max(1, round(_KNOT_S / float(np.median(np.diff(asked.times)))))
        chosen = np.unique(np.append(np.arange(every - 1, len(asked.times), every), len(asked.times) - 1))
        wanted = asked.joined[chosen]
        knots = self._knots(asked.start, wanted, np.diff(asked.times[chosen], prepend=asked.start.time), blocked)
        if knots is None:
            return None
        until = int(np.argmax(np.append(self._away(knots, wanted) > farthest_m, True)))
        if until < 2:
            return None
        times = np.concatenate([[asked.start.time], asked.times[chosen[:until]]])
        through = np.vstack([asked.start.positions, knots[:until]])
        ends = ((1, asked.start.velocities), (1, (through[-1] - through[-2]) / (times[-1] - times[-2])))
        count = chosen[until - 1] + 1
        joined = np.where(ARM, CubicSpline(times, through, bc_type=ends)(asked.times[:count]), asked.joined[:count])
        return Rows(asked.start, asked.times[:count], asked.asked[:count], joined, asked.offset)

    def _knots(self, start: State, wanted: Array, steps_s: Array, blocked: Mapping[int, float]) -> Array | None:
        """The knots, shape (K, 14), grippers as wanted; None where a gripper's motion leaves no way."""
        candidates = self._candidates(np.vstack([start.positions, wanted]))
        required = self._collisions.margins[candidates] + _BUFFER_M
        at, before = as_blocked(start.positions, blocked), start.velocities * steps_s[0]
        knots = np.empty_like(wanted)
        for number, (goal, step_s) in enumerate(zip(wanted, steps_s, strict=True)):
            goal = as_blocked(goal, blocked)
            near = self._near(at, candidates, required)
            moved = self._step(at, goal, near, before, step_s)
            if moved is None:
                return None
            at, before = np.where(ARM, at + moved, goal), moved
            knots[number] = np.where(ARM, at, wanted[number])
        return knots

    def _candidates(self, path: Array) -> list[int]:
        """Pairs that may come near on the path or a little aside of it."""
        found: set[int] = set()
        for positions in path[::3]:
            found.update(self._collisions.near(positions, 2 * _NEAR_M))
        return sorted(found)

    def _near(self, at: Array, candidates: list[int], required: Array) -> _Near:
        self._collisions.place(at)
        room = np.array([self._collisions.distance(pair) for pair in candidates]) - required
        close = np.flatnonzero(room < _NEAR_M)
        # What is too near to begin with leaves, but gently.
        return _Near(np.maximum(room[close], -_DEEPEST_M), self._collisions.gradients([candidates[index] for index in close]))

    def _step(self, at: Array, goal: Array, near: _Near, before: Array, step_s: float) -> Array | None:
        """The motion of the joints from one knot to the next, shape (14,); None where there is none."""
        arms = np.flatnonzero(ARM)
        jacobian = self._hands(at)[:, arms]
        metric = jacobian.T @ jacobian + _REGULAR * np.eye(len(arms))
        hessian = metric + _EVENNESS * np.eye(len(arms))
        gradient = -metric @ (goal - at)[arms] - _EVENNESS * before[arms]
        most = 0.9 * self._rates.velocity[arms] * step_s
        low = np.maximum(-most, np.minimum(self._rates.lower[arms] - at[arms], 0.0))
        high = np.minimum(most, np.maximum(self._rates.upper[arms] - at[arms], 0.0))
        fingers = near.gradients[:, ~ARM] @ (goal - at)[~ARM]
        barrier = -_SHARE * near.room - fingers
        bound_high = np.concatenate([high, np.full(len(barrier), 1e6)])
        bound_low = np.concatenate([low, barrier])
        sense = np.zeros(len(bound_high), dtype=np.int32)
        found, _, flag, _ = daqp.solve(
            hessian, gradient, np.ascontiguousarray(near.gradients[:, arms]), bound_high, bound_low, sense
        )
        if flag <= 0 or not np.isfinite(found).all():
            return None
        moved = np.zeros(names.DOF)
        moved[arms] = found
        return moved

    def _hands(self, at: Array) -> Array:
        """How both hands move and turn with the joints, shape (12, 14) [m/rad]."""
        full = np.zeros((12, names.DOF))
        for row, side in enumerate(names.SIDES):
            full[6 * row : 6 * row + 6, names.ARM_COLUMNS[side]] = self._robot.tcp_jacobian(at, side)
            full[6 * row + 3 : 6 * row + 6] *= _TURN_M
        return full

    def _away(self, knots: Array, wanted: Array) -> Array:
        """How far the tcp that is farther from where it was wanted is away, at each knot [m]."""
        places = [
            [[self._robot.tcp_pose(positions, side).position for side in names.SIDES] for positions in path]
            for path in (knots, wanted)
        ]
        return np.asarray(np.linalg.norm(np.subtract(*np.array(places)), axis=-1).max(axis=-1))
