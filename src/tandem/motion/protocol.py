"""What a motion planner takes and gives, whichever library is behind it."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from tandem.cell.chunk import ContactPair
from tandem.cell.names import Side
from tandem.cell.pose import Pose
from tandem.cell.scene import Scene
from tandem.cell.trajectory import Trajectory

Array = NDArray[np.float64]


class PlanError(IntEnum):
    """Why a plan could not be made. The values are those of tandem_cell/action/MoveTo."""

    NONE = 0
    INVALID_GOAL = 301
    NO_IK_SOLUTION = 302
    GOAL_IN_COLLISION = 303
    START_IN_COLLISION = 304
    START_OUTSIDE_LIMITS = 305
    NO_PATH = 306
    TIMED_OUT = 307
    CANCELLED = 308


@dataclass(frozen=True)
class PlanRequest:
    """A motion to plan.

    Attributes:
        start: joints at the start, at rest, shape (14,).
        tcp_goals: world poses of one or both grasp centres.
        joint_goals: six joints of one or both arms [rad]; a side is named in one of the two, sides named in neither stay.
        scene: obstacles, and what is held (it moves with its gripper).
        allowed_contacts: pairs that may touch.
        straight: the grasp centres move on straight lines (orientation by slerp), in step with one another.
        speed: scales the velocity limits, 0 < speed <= 1; accelerations by its square.
        timeout_s: for the search.
        seed: of everything random.
    """

    start: Array
    tcp_goals: dict[Side, Pose] = field(default_factory=dict)
    joint_goals: dict[Side, tuple[float, ...]] = field(default_factory=dict)
    scene: Scene = field(default_factory=Scene)
    allowed_contacts: tuple[ContactPair, ...] = ()
    straight: bool = False
    speed: float = 1.0
    timeout_s: float = 1.0
    seed: int = 0


@dataclass(frozen=True)
class PlanResult:
    """A trajectory that starts at time 0 and is at rest at both ends, or the reason for none."""

    trajectory: Trajectory | None
    error: PlanError = PlanError.NONE
    message: str = ""
    planning_time_s: float = 0.0
    kind: Literal["direct", "searched", "straight", ""] = ""


class Planner(Protocol):
    """Makes collision-free, retimed trajectories."""

    def plan(self, request: PlanRequest) -> PlanResult:
        """Plan; never raises for what is in the request."""
        ...

    def cancel(self) -> None:
        """Give up the plan that another thread is making."""
        ...

    def close(self) -> None:
        """Give back what the planner holds; it isn't asked any more."""
        ...
