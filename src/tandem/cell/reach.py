"""Which arm can reach what from above: a quick question that is asked before anything is planned."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from tandem.cell import ik, names
from tandem.cell.names import Side
from tandem.cell.pose import Pose
from tandem.cell.robot import RobotModel, home_positions

Position = tuple[float, float, float]

_APPROACH_M = 0.10
"""A grasp from above is reachable only where the tcp can also be this much higher."""

_YAWS = np.linspace(-np.pi / 2, np.pi / 2, 8, endpoint=False)

_NEAREST_M = 0.22
"""Nearer than this to an arm's own base (in plan view) its gripper would meet the arm."""


def top_down(position: Position, yaw: float = 0.0) -> Pose:
    """Pose of a tcp that points straight down, with its x axis turned by ``yaw`` from the world's about world z.

    The fingers close along the tcp's y axis, which at yaw 0 is the world's -y.
    """
    return Pose(position, (float(np.cos(yaw / 2)), float(np.sin(yaw / 2)), 0.0, 0.0))


@cache
def _chain(side: Side) -> ik.ArmChain:
    return ik.arm_chain(RobotModel(), side)


def reachable_yaws(side: Side, position: Position, yaws: NDArray[np.float64] = _YAWS) -> NDArray[np.float64]:
    """Those of ``yaws`` [rad] at which an arm's tcp can point down at ``position`` (world) and come from above it.

    Joint limits count, obstacles don't.
    """
    chain = _chain(side)
    if np.hypot(position[0] - chain.base[0, 3], position[1] - chain.base[1, 3]) < _NEAREST_M:
        return yaws[:0]
    raised = (position[0], position[1], position[2] + _APPROACH_M)
    goals = np.array([[top_down(place, yaw).matrix for place in (position, raised)] for yaw in yaws])
    home = home_positions()[names.ARM_COLUMNS[side]]
    found = ik.wrap_near(ik.inverse(chain, goals), home, side)
    interrupted = np.any(np.isnan(found), axis=(1, 3))
    return yaws[~np.all(interrupted, axis=1)]


def can_reach(side: Side, position: Position) -> bool:
    """Whether an arm can grasp or place from above at ``position`` (world) at some turn of its hand; obstacles don't count."""
    return len(reachable_yaws(side, position)) > 0


def preferred_side(position: Position, other: Position | None = None) -> Side | None:
    """The arm that should work at ``position`` (world), and at ``other`` as well where that is given.

    Of those that reach both, it is the one on the side of the table where ``position`` lies; None where neither does.
    """
    order: tuple[Side, Side] = ("left", "right") if position[1] >= 0 else ("right", "left")
    places = [position] if other is None else [position, other]
    return next((side for side in order if all(can_reach(side, place) for place in places)), None)
