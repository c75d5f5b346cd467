"""Plans of one kind whoever searches: closed-form inverse kinematics, straight joint lines where they are free, else a search."""

import time
from itertools import count, pairwise
from threading import Event
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tandem.cell import names
from tandem.cell.chunk import ContactPair
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
from tandem.motion.searcher import Query, Searcher

Array = NDArray[np.float64]

_OVERLAP_M = 0.003
"""What is perceived overlaps at the start by this much at most; more means that arms would be moved out of something solid."""

_TOUCH_M = 0.001
"""What is as near as this at the start is taken to touch."""

_BLENDS = (1, 2, 3, 5, 9)
"""Pieces of a leg that corners are rounded over, from wide to tight."""

_SAME_POSTURE_RAD = 0.01

_LOOKS = np.linspace(0.0, 1.0, 100)
"""Where along a path a searcher's own world is asked; the collision model looks as densely as margins need."""


class SamplingPlanner:
    """Plans for one or both arms. Not safe to share between threads, but for ``cancel``.

    What it answers is free by Tandem's collision model, with its margins, and by the searcher's world where it has one.
    """

    def __init__(self, searcher: Searcher, robot: RobotModel | None = None, model: CollisionModel | None = None) -> None:
        self._searcher = searcher
        self._robot = robot or RobotModel()
        self._model = model or CollisionModel(self._robot)
        self._cancelled = Event()

    def cancel(self) -> None:
        """Give up the plan that another thread is making; the next one is not affected."""
        self._cancelled.set()

    def close(self) -> None:
        """End what the searcher runs."""
        self._searcher.close()

    def plan(self, request: PlanRequest) -> PlanResult:
        """Plan; never raises for what is in the request."""
        self._cancelled.clear()
        begun = time.perf_counter()
        self._deadline = float("inf")
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
        self._searcher.set_world(request, self._touching(start))
        self._deadline = time.perf_counter() + request.timeout_s  # a searcher may have had to be started
        if self._searcher.first_hit(start[None]) is not None:
            raise PlanFailure(PlanError.START_IN_COLLISION, f"at the start {checking.too_near(self._model, start)}")
        in_both = next((item for item in request.scene if item.held_by == "both"), None)
        if request.straight or in_both is not None:
            return self._straight(request, start, in_both), "straight"
        goals = self._accepted(goal_postures(self._robot, self._model, request, start))
        scale = checking.free_scale(self._model, [start, *goals]) or checking.SCALES[-1]
        self._go_on(request)
        for goal in goals:
            direct = path.line(start, goal)
            if self._is_free(direct, scale):
                return retime(self._robot, direct, speed=request.speed), "direct"
        return self._searched(request, start, goals, scale), "searched"

    def _touching(self, start: Array) -> list[ContactPair]:
        """Pairs of bodies that overlap at the start, by no more than perception errs."""
        touching = []
        for pair in self._model.near(start, 0.0):
            near = self._model.describe(pair, self._model.distance(pair))
            first, second = near.bodies
            if near.distance < -_OVERLAP_M:
                raise PlanFailure(
                    PlanError.START_IN_COLLISION, f"at the start {first} overlaps {second} by {-near.distance * 1000:.1f} mm"
                )
            if near.distance < _TOUCH_M:
                touching.append((first, second))
        return touching

    def _accepted(self, goals: list[Array]) -> list[Array]:
        """Those of the postures that are free in the searcher's world too."""
        accepted = [goal for goal in goals if self._searcher.first_hit(goal[None]) is None]
        if not accepted:
            raise PlanFailure(PlanError.GOAL_IN_COLLISION, f"at the goal {checking.too_near(self._model, goals[0])}")
        return accepted

    def _is_free(self, curve: path.JointPath, scale: float) -> bool:
        return checking.is_free(self._model, curve, scale) and self._searcher.first_hit(curve(_LOOKS)) is None

    def _searched(self, request: PlanRequest, start: Array, goals: list[Array], scale: float) -> Trajectory:
        """Searches until a path is found that is still free when its corners are rounded."""
        for attempt in count():
            query = Query(
                start,
                tuple(goals),
                sides(request),
                valid=lambda positions: not self._model.in_collision(positions, scale),
                stop=self._must_stop,
                seed=request.seed + attempt,
                seconds=self._deadline - time.perf_counter(),
            )
            polyline = self._searcher.search(query)
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
            if self._is_free(curve, corner_scale):
                return retime(self._robot, curve, speed=speed)
        legs = [path.line(first, last) for first, last in pairwise(polyline)]
        if all(self._is_free(leg, corner_scale) for leg in legs):
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
        blocked = self._searcher.first_hit(curve(_LOOKS))
        if blocked is not None:
            at = float(_LOOKS[blocked])
            reason = checking.too_near(self._model, curve(at))
            raise PlanFailure(PlanError.NO_PATH, f"the straight line is blocked after {at:.0%} of the way: {reason}")
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
