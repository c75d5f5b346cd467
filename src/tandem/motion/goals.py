"""Postures that a request asks for: for pose goals the ways to reach them, the best first."""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from tandem.cell import ik, names
from tandem.cell.collision import CollisionModel
from tandem.cell.names import Side
from tandem.cell.robot import RobotModel
from tandem.motion.checking import SCALES, too_near
from tandem.motion.failure import PlanFailure
from tandem.motion.protocol import PlanError, PlanRequest
from tandem.motion.request import sides

Array = NDArray[np.float64]

MOST_GOALS = 4
"""So many postures are offered to the search."""

_WORTH_RAD = 3.0
"""A posture that costs so much more than the best one is not worth going to (see `ik.cost`)."""


def goal_postures(robot: RobotModel, model: CollisionModel, request: PlanRequest, start: Array) -> list[Array]:
    """Collision-free postures of the cell that fulfil the goals, each of shape (14,), the best first, at least one.

    Those that keep planning's wider margins come before those that keep the safety filter's alone.

    Raises:
        PlanFailure: with ``NO_IK_SOLUTION`` or ``GOAL_IN_COLLISION``, and which arm or what is in the way.
    """
    postures = _combined(robot, request, start)
    for scale in (SCALES[0], SCALES[-1]):
        free: list[Array] = []
        for posture in postures:
            if not model.in_collision(posture, scale):
                free.append(posture)
            if len(free) == MOST_GOALS:
                break
        if free:
            return free
    raise PlanFailure(PlanError.GOAL_IN_COLLISION, f"at the goal {too_near(model, postures[0])}")


def _combined(robot: RobotModel, request: PlanRequest, start: Array) -> list[Array]:
    """All combinations of the arms' ways that are worth it, the best first."""
    per_arm = [ways(robot, request, side, start) for side in sides(request)]
    pairs = sorted(product(*per_arm), key=lambda way: sum(cost for cost, _ in way))
    cheapest = sum(cost for cost, _ in pairs[0])
    postures = []
    for way in pairs:
        if sum(cost for cost, _ in way) > cheapest + _WORTH_RAD:
            break
        posture = start.copy()
        for side, (_, joints) in zip(sides(request), way, strict=True):
            posture[names.ARM_COLUMNS[side]] = joints
        postures.append(posture)
    return postures


def ways(robot: RobotModel, request: PlanRequest, side: Side, start: Array) -> list[tuple[float, Array]]:
    """The joints of one arm that reach its goal, with their costs, the best first.

    Raises:
        PlanFailure: with ``NO_IK_SOLUTION`` where there are none.
    """
    if side in request.joint_goals:
        return [(0.0, np.asarray(request.joint_goals[side], dtype=float))]
    goal = request.tcp_goals[side]
    found = ik.solutions(robot, side, goal, start)
    if len(found) == 0:
        x, y, z = goal.position
        chain = ik.arm_chain(robot, side)
        away = float(np.linalg.norm(np.array(goal.position) - chain.base[:3, 3]))
        raise PlanFailure(
            PlanError.NO_IK_SOLUTION,
            f"the {side} arm can't reach ({x:.3f}, {y:.3f}, {z:.3f}) with that orientation, {away:.2f} m from its shoulder",
        )
    costs = ik.cost(ik.arm_chain(robot, side), found, start[names.ARM_COLUMNS[side]])
    return list(zip(costs.tolist(), found, strict=True))
