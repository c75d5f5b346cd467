"""A collision-free polyline between joint postures, by OMPL."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from ompl import base as ob
from ompl import geometric as og
from ompl import util as ou

from tandem.cell import description, limits, names
from tandem.cell.names import Side
from tandem.motion.searcher import Query

Array = NDArray[np.float64]

_ROOM_RAD = 1.5
"""How far beyond start and goals joints are sampled: whole turns of a wrist lead nowhere that is worth going."""

_ROPE_RAD = 0.5
"""Paths are pulled tight in pieces of this length."""

_PLANNERS = {"geometric::RRTConnect": og.RRTConnect}

ou.setLogLevel(ou.LOG_NONE)


@dataclass(frozen=True)
class SearchSettings:
    """Of a group in config/moveit/ompl_planning.yaml.

    Attributes:
        planner: OMPL's class.
        reach: longest branch of the tree [rad].
        resolution: between collision checks [rad], over all joints of the group together.
    """

    planner: type
    reach: float
    resolution: float


def columns(sides: tuple[Side, ...]) -> NDArray[np.intp]:
    """Columns of the named arms' joints in the 14-wide layout."""
    return np.concatenate([np.arange(names.DOF)[names.ARM_COLUMNS[side]] for side in sides])


@cache
def settings(sides: tuple[Side, ...]) -> SearchSettings:
    """The settings of the group that consists of these arms.

    Raises:
        ValueError: the file names a planner that isn't known here.
    """
    table = description.settings("moveit/ompl_planning.yaml")
    group = table["both_arms" if len(sides) == 2 else f"{sides[0]}_arm"]
    config = table["planner_configs"][group["default_planner_config"]]
    if config["type"] not in _PLANNERS:
        raise ValueError(f"ompl_planning.yaml names the planner {config['type']}; known are {', '.join(_PLANNERS)}")
    bounds = limits.joint_limits()
    extent = float(np.linalg.norm((bounds.upper - bounds.lower)[columns(sides)]))
    resolution = float(group["longest_valid_segment_fraction"]) * extent
    return SearchSettings(_PLANNERS[config["type"]], float(config["range"]), resolution)


def search(query: Query) -> Array | None:
    """A polyline of postures from the start to one of the goals, shortened, or None when told to stop before one was found.

    ``query.valid`` is asked at every ``resolution`` between postures.

    Returns:
        Shape (n, 14), n >= 2.
    """
    start, goals, sides = query.start, query.goals, query.sides
    group, moving = settings(sides), columns(sides)
    information, space = _asking(query, np.stack([start, *goals]))
    problem = _problem(information, space, start[moving], [goal[moving] for goal in goals])
    planner = group.planner(information)
    planner.setRange(group.reach)
    planner.setProblemDefinition(problem)
    planner.setup()
    planner.solve(ob.PlannerTerminationCondition(query.stop))
    if not problem.hasExactSolution():
        return None
    path = problem.getSolutionPath()
    _shorten(information, path)
    return _postures(path, start, moving)


def shortened(polyline: Array, query: Query) -> Array:
    """A polyline that another search found for ``query``, shape (n, 14), with short cuts where ``query.valid`` lets them be.

    Returns:
        Shape (m, 14), m >= 2, with the same first and last posture.
    """
    information, space = _asking(query, polyline)
    path = og.PathGeometric(information)
    for posture in polyline[:, columns(query.sides)]:
        path.append(_state(space, posture))
    _shorten(information, path)
    return _postures(path, query.start, columns(query.sides))


def _asking(query: Query, postures: Array) -> tuple[ob.SpaceInformation, ob.StateSpace]:
    """The space around ``postures``, shape (n, 14), in which ``query.valid`` says what is free."""
    ou.RNG.setSeed(query.seed % (2**31 - 1) + 1)  # zero would mean none
    moving = columns(query.sides)
    space = _space(postures[:, moving], moving)
    information = ob.SpaceInformation(space)
    posture, order = query.start.copy(), moving.tolist()

    def is_valid(state: ob.State) -> bool:
        for index, column in enumerate(order):
            posture[column] = state[index]
        return query.valid(posture)

    information.setStateValidityChecker(is_valid)
    information.setStateValidityCheckingResolution(settings(query.sides).resolution / space.getMaximumExtent())
    information.setup()
    return information, space


def _postures(path: og.PathGeometric, start: Array, moving: NDArray[np.intp]) -> Array:
    """The states of a path, with all other joints as at the start: shape (n, 14)."""
    found = np.tile(start, (path.getStateCount(), 1))
    for row in range(len(found)):
        state = path.getState(row)
        found[row, moving] = [state[index] for index in range(len(moving))]
    return found


def _space(postures: Array, moving: NDArray[np.intp]) -> ob.RealVectorStateSpace:
    """The joints around all of ``postures``, shape (n, joints), within their limits."""
    bounds = limits.joint_limits()
    lower = np.maximum(bounds.lower[moving], postures.min(axis=0) - _ROOM_RAD)
    upper = np.minimum(bounds.upper[moving], postures.max(axis=0) + _ROOM_RAD)
    box = ob.RealVectorBounds(len(moving))
    for index, (low, high) in enumerate(zip(lower, upper, strict=True)):
        box.setLow(index, float(low))
        box.setHigh(index, float(high))
    space = ob.RealVectorStateSpace(len(moving))
    space.setBounds(box)
    return space


def _problem(information: ob.SpaceInformation, space: ob.StateSpace, start: Array, goals: list[Array]) -> ob.ProblemDefinition:
    problem = ob.ProblemDefinition(information)
    problem.addStartState(_state(space, start))
    wanted = ob.GoalStates(information)
    for goal in goals:
        wanted.addState(_state(space, goal))
    problem.setGoal(wanted)
    return problem


def _state(space: ob.StateSpace, values: Array) -> ob.State:
    made = space.allocState()
    for index, value in enumerate(values):
        made[index] = float(value)
    return made


def _shorten(information: ob.SpaceInformation, path: og.PathGeometric) -> None:
    """By numbers of attempts, not by time, so that the same seed gives the same path."""
    simplifier = og.PathSimplifier(information)
    simplifier.reduceVertices(path)
    simplifier.ropeShortcutPath(path, _ROPE_RAD)
    simplifier.reduceVertices(path)
