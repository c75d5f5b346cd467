"""How well and how fast planners do on random two-arm problems around bins, cubes and the BusyBox."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tandem.cell import description, names, reach
from tandem.cell.busybox.parts import BOX, BOX_CATEGORY
from tandem.cell.collision import CollisionModel
from tandem.cell.pose import Pose
from tandem.cell.props import default_size
from tandem.cell.robot import RobotModel, home_positions
from tandem.cell.scene import Scene, SceneObject
from tandem.motion.checking import SCALES
from tandem.motion.failure import PlanFailure
from tandem.motion.goals import goal_postures
from tandem.motion.ompl_planner import OmplPlanner
from tandem.motion.protocol import Planner, PlanRequest, PlanResult

Array = NDArray[np.float64]

_BINS = {"blue_bin": "bin", "green_bin": "bin"}
_CUBES = {"red_cube": "cube", "green_cube": "cube", "blue_cube": "cube"}


@dataclass(frozen=True)
class PlanningFigures:
    """Of `bench_planning`; times in ms, lengths in rad over all joints, distances in mm.

    Attributes:
        problems: how many were posed.
        success_rate: share of them that were solved.
        direct_share: share of the solved ones for which no search was needed.
        planning_ms: median and 95th percentile, retiming included.
        searched_ms: likewise, of those that needed a search.
        path_length: median of the joint paths.
        detour: median of path length over the straight joint distance.
        duration_s: median of the trajectories.
        clearance_mm: smallest distance beyond the safety margin along each path: median and least.
        failures: messages of those that failed.
    """

    problems: int
    success_rate: float
    direct_share: float
    planning_ms: tuple[float, float]
    searched_ms: tuple[float, float]
    path_length: float
    detour: float
    duration_s: float
    clearance_mm: tuple[float, float]
    failures: tuple[str, ...]


def bench_planning(n: int = 50, seed: int = 0, planner: Planner | None = None) -> PlanningFigures:
    """Plan from one random collision-free pair of grasp poses to another, among bins and cubes or the BusyBox, both arms at once.

    Start and goal are known to be free; whether a path joins them isn't. The problems are the same for every planner.

    Args:
        n: how many problems.
        seed: of all of them.
        planner: that is measured; the embedded one by default.
    """
    robot = RobotModel()
    model = CollisionModel(robot)
    planner = planner or OmplPlanner(robot, model)
    rng = np.random.default_rng(seed)
    problems = [_problem(robot, model, rng, number) for number in range(n)]
    planner.plan(problems[0])  # what is set up once is not part of the figures
    results = [planner.plan(problem) for problem in problems]
    return _figures(model, problems, results)


def _figures(model: CollisionModel, problems: list[PlanRequest], results: list[PlanResult]) -> PlanningFigures:
    solved = [(problem, result) for problem, result in zip(problems, results, strict=True) if result.trajectory is not None]
    trajectories = [result.trajectory for _, result in solved if result.trajectory is not None]
    lengths = np.array([np.linalg.norm(np.diff(t.positions, axis=0), axis=1).sum() for t in trajectories])
    straight = np.array([np.linalg.norm(t.positions[-1] - t.positions[0]) for t in trajectories])
    slack = np.array([_least_slack(model, problem, result) for problem, result in solved])
    searched = [result.planning_time_s for _, result in solved if result.kind == "searched"]
    return PlanningFigures(
        problems=len(problems),
        success_rate=len(solved) / len(problems),
        direct_share=1.0 - len(searched) / max(1, len(solved)),
        planning_ms=_median_p95([result.planning_time_s for result in results]),
        searched_ms=_median_p95(searched),
        path_length=float(np.median(lengths)),
        detour=float(np.median(lengths / straight)),
        duration_s=float(np.median([t.duration for t in trajectories])),
        clearance_mm=(float(np.median(slack)), float(np.min(slack))),
        failures=tuple(f"{result.error.name}: {result.message}" for result in results if result.trajectory is None),
    )


def _median_p95(seconds: list[float]) -> tuple[float, float]:
    if not seconds:
        return float("nan"), float("nan")
    return 1000.0 * float(np.median(seconds)), 1000.0 * float(np.percentile(seconds, 95))


def _least_slack(model: CollisionModel, problem: PlanRequest, result: PlanResult) -> float:
    """The smallest distance beyond its margin that any pair has along a trajectory [mm], 50 where all have more."""
    assert result.trajectory is not None
    model.set_world(problem.scene)
    return 1000.0 * min(min(model.clearance(row).slack, 0.05) for row in result.trajectory.positions)


def _problem(robot: RobotModel, model: CollisionModel, rng: np.random.Generator, number: int) -> PlanRequest:
    scene = _scene(rng)
    model.set_world(scene)
    start = _posture(robot, model, scene, rng, home_positions())
    while True:
        request = PlanRequest(start=start, tcp_goals=_goals(rng), scene=scene, seed=number)
        try:
            goal_postures(robot, model, request, start)
        except PlanFailure:
            continue
        return request


def _posture(robot: RobotModel, model: CollisionModel, scene: Scene, rng: np.random.Generator, seed: Array) -> Array:
    """A random posture over the table that keeps planning's margins."""
    while True:
        try:
            posture = goal_postures(robot, model, PlanRequest(start=seed, tcp_goals=_goals(rng), scene=scene), seed)[0]
        except PlanFailure:
            continue
        if not model.in_collision(posture, SCALES[0]):
            return posture


def _goals(rng: np.random.Generator) -> dict[names.Side, Pose]:
    """Top-down poses of both hands, often low enough to be among the objects."""
    signs: tuple[tuple[names.Side, float], ...] = (("left", 1.0), ("right", -1.0))
    return {
        side: reach.top_down(
            (rng.uniform(0.30, 0.62), sign * rng.uniform(-0.12, 0.32), rng.uniform(0.03, 0.22)), rng.uniform(-np.pi, np.pi)
        )
        for side, sign in signs
    }


def _scene(rng: np.random.Generator) -> Scene:
    """Two bins with a BusyBox between them, or with three cubes; none of them overlap."""
    if rng.random() < 0.5:
        return Scene(0.0, tuple(_strewn(rng, [_busybox(rng)], _BINS, (0.30, 0.62), (-0.45, 0.45))))
    return Scene(0.0, tuple(_strewn(rng, [], _BINS | _CUBES, (0.32, 0.60), (-0.30, 0.30))))


def _strewn(
    rng: np.random.Generator,
    items: list[SceneObject],
    wanted: dict[str, str],
    across: tuple[float, float],
    along: tuple[float, float],
) -> list[SceneObject]:
    """``items`` and what else is wanted, by its name and category, anywhere within these x and y [m] where there is room."""
    for name, category in wanted.items():
        size = default_size(category)
        while True:
            x, y = rng.uniform(*across), rng.uniform(*along)
            gaps = [np.hypot(x - item.pose.position[0], y - item.pose.position[1]) - _radius(item.size) for item in items]
            if min(gaps, default=1.0) > _radius(size):
                break
        pose = Pose.from_xyz_rpy((x, y, size[2] / 2), (0.0, 0.0, rng.uniform(-np.pi, np.pi)))
        items.append(SceneObject(name, category, name.split("_")[0], pose, size))
    return items


def _radius(size: tuple[float, float, float]) -> float:
    """Of a circle around a footprint, or nearly so [m]."""
    return 0.51 * float(np.hypot(size[0], size[1]))


def _busybox(rng: np.random.Generator) -> SceneObject:
    """Somewhere in front of the arms, with its handles, as one solid thing."""
    told = description.settings("busybox.yaml")
    size = (float(told["frame"][0]) + 2 * float(told["handle"]["depth"]), float(told["frame"][1]), float(told["frame"][2]))
    x, y, turn = (rng.uniform(*told["place"][name]) for name in ("x", "y", "turn"))
    pose = Pose.from_xyz_rpy((x, y, size[2] / 2), (0.0, 0.0, -np.pi / 2 + np.radians(turn)))
    return SceneObject(BOX, BOX_CATEGORY, "white", pose, size)
