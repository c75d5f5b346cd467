"""The embedded planner: closed-form inverse kinematics, straight joint lines where they are free, else OMPL."""

import time
from itertools import count, pairwise
from threading import Event
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tandem.cell import names
from tandem.cell.collision import CollisionModel
from tandem.cell.names import Side
from tandem.cell.pose import Pose
from tandem.cell.robot import RobotModel
from tandem.cell.scene import SceneObject
from tandem.cell.trajectory import Trajectory
from tandem.motion import cartesian, checking, path
from tandem.motion.failure import PlanFailure
from tandem.motion.goals import goal_postures, ways
from tandem.motion.protocol import PlanError, PlanRequest, PlanResult
from tandem.motion.request import checked_start, sides
from tandem.motion.retiming import joined, retime
from tandem.motion.search import search

Array = NDArray[np.float64]

_OVERLAP_M = 0.003
"""What is perceived overlaps at the start by this much at most; more means that arms would be moved out of something solid."""

_BLENDS = (1, 2, 3, 5, 9)
"""Pieces of a leg that corners are rounded over, from wide to tight."""

_SAME_POSTURE_RAD = 0.01


class OmplPlanner:
    """Plans for one or both arms. Not safe to share between threads, but for ``cancel``."""

    def __init__(self, robot: RobotModel | None = None, model: CollisionModel | None = None) -> None:
        self._robot = robot or RobotModel()
        self._model = model or CollisionModel(self._robot)
        self._cancelled = Event()

    def cancel(self) -> None:
        """Give up the plan that another thread is making; the next one is not affected."""
        self._cancelled.set()

    def plan(self, request: PlanRequest) -> PlanResult:
        """Plan; never raises for what is in the request."""
        self._cancelled.clear()
        begun = time.perf_counter()
        self._deadline = begun + request.timeout_s
        try:
            trajectory, kind = self._plan(request)
        except PlanFailure as failure:
            return PlanResult(None, failure.error, str(failure), time.perf_counter() - begun)
        except ValueError as problem:
            return PlanResult(None, PlanError.NO_PATH, str(problem), time.perf_counter() - begun)
        return PlanResult(trajectory, planning_time_s=time.perf_counter() - begun, kind=kind)

    def _plan(self, request: PlanRequest) -> tuple[Trajectory, Literal["direct", "searched", "straight"]]:
        start = checked_start(request)
        self._model.set_world(request.scene, request.allowed_contacts, escape=start)
        self._check_start(start)
        in_both = next((item for item in request.scene if item.held_by == "both"), None)
        if request.straight or in_both is not None:
            return self._straight(request, start, in_both), "straight"
        goals = goal_postures(self._robot, self._model, request, start)
        scale = checking.free_scale(self._model, [start, *goals]) or checking.SCALES[-1]
        self._go_on(request)
        for goal in goals:
            direct = path.line(start, goal)
            if checking.is_free(self._model, direct, scale):
                return retime(self._robot, direct, speed=request.speed), "direct"
        return self._searched(request, start, goals, scale), "searched"

    def _check_start(self, start: Array) -> None:
        for pair in self._model.near(start, 0.0):
            if self._model.distance(pair) < -_OVERLAP_M:
                near = self._model.describe(pair, self._model.distance(pair))
                raise PlanFailure(
                    PlanError.START_IN_COLLISION,
                    f"at the start {near.bodies[0]} overlaps {near.bodies[1]} by {-near.distance * 1000:.1f} mm",
                )

    def _searched(self, request: PlanRequest, start: Array, goals: list[Array], scale: float) -> Trajectory:
        """Searches until a path is found that is still free when its corners are rounded."""
        for attempt in count():
            polyline = search(
                start,
                goals,
                sides(request),
                valid=lambda positions: not self._model.in_collision(positions, scale),
                stop=self._must_stop,
                seed=request.seed + attempt,
            )
            if polyline is not None:
                trajectory = self._rounded(polyline, scale, request.speed)
                if trajectory is not None:
                    return trajectory
            self._go_on(request)
        raise AssertionError("the search ends by an answer or by its time")

    def _rounded(self, polyline: Array, scale: float, speed: float) -> Trajectory | None:
        """The polyline with its corners rounded as widely as is free, at worst with stops at them; None where it isn't free."""
        corner_scale = (1.0 + scale) / 2  # a search hugs its margin, so corners need some play
        for pieces in _BLENDS:
            curve = path.blended(polyline, pieces)
            if checking.is_free(self._model, curve, corner_scale):
                return retime(self._robot, curve, speed=speed)
        legs = [path.line(first, last) for first, last in pairwise(polyline)]
        if all(checking.is_free(self._model, leg, corner_scale) for leg in legs):
            return joined([retime(self._robot, leg, speed=speed) for leg in legs])
        return None

    def _straight(self, request: PlanRequest, start: Array, held: SceneObject | None) -> Trajectory:
        goals = self._pose_goals(request, start)
        if held is not None and not cartesian.keeps_grip(self._robot, start, goals):
            raise PlanFailure(
                PlanError.INVALID_GOAL, f"both hands hold the {held.name}, but their goals are not placed alike to one another"
            )
        line = cartesian.straight(self._robot, start, goals, held)
        if line.reason:
            raise PlanFailure(PlanError.NO_PATH, f"the straight line ends after {line.fraction:.0%} of the way: {line.reason}")
        end = line.points[-1]
        for side, joints in request.joint_goals.items():
            if np.abs(end[names.ARM_COLUMNS[side]] - joints).max() > _SAME_POSTURE_RAD:
                raise PlanFailure(
                    PlanError.NO_PATH, f"a straight line brings the {side} arm there in another posture than asked for"
                )
        if self._model.in_collision(end):
            raise PlanFailure(PlanError.GOAL_IN_COLLISION, f"at the goal {checking.too_near(self._model, end)}")
        curve = path.through(line.points)
        hit = checking.first_hit(self._model, curve, checking.SCALES[-1])
        if hit is not None:
            raise PlanFailure(PlanError.NO_PATH, f"the straight line is blocked after {hit.at:.0%} of the way: {hit.reason}")
        self._go_on(request)
        return retime(self._robot, curve, speed=request.speed)

    def _pose_goals(self, request: PlanRequest, start: Array) -> dict[Side, Pose]:
        """Pose goals for all arms that move, found reachable."""
        goals = dict(request.tcp_goals)
        for side in request.tcp_goals:
            ways(self._robot, request, side, start)
        for side, joints in request.joint_goals.items():
            posture = start.copy()
            posture[names.ARM_COLUMNS[side]] = joints
            goals[side] = self._robot.tcp_pose(posture, side)
        return goals

    def _must_stop(self) -> bool:
        return self._cancelled.is_set() or time.perf_counter() > self._deadline

    def _go_on(self, request: PlanRequest) -> None:
        """Raises when cancelled or out of time."""
        if self._cancelled.is_set():
            raise PlanFailure(PlanError.CANCELLED, "the plan was cancelled")
        if time.perf_counter() > self._deadline:
            raise PlanFailure(PlanError.TIMED_OUT, f"no path was found within {request.timeout_s:g} s")
