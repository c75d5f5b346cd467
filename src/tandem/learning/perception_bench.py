"""Perception against the simulator's truth, over random scenes. Evaluation: the only place where the two meet."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tandem.cell.observation import CameraFrame
from tandem.cell.pose import Pose
from tandem.cell.scene import Scene
from tandem.perception.estimator import SceneEstimator
from tandem.perception.report import PoseError, SceneErrors, pose_errors
from tandem.sim.cell_sim import CellSim
from tandem.sim.scenes import scene_for


@dataclass(frozen=True)
class PerceptionFigures:
    """What `bench_perception` measures.

    Attributes:
        scenes, objects: how many were looked at.
        position_mm: median, 95th percentile and largest distance of the centres in the plane.
        height_mm: likewise of their heights.
        yaw_deg: likewise of their headings, up to symmetry.
        missed: true objects that weren't found.
        false: perceived objects that aren't there, or have another name.
        update_ms: median and 95th percentile of the time of an update with one overhead image.
        worst: the errors of the object that is farthest off.
    """

    scenes: int
    objects: int
    position_mm: tuple[float, float, float]
    height_mm: tuple[float, float, float]
    yaw_deg: tuple[float, float, float]
    missed: tuple[str, ...]
    false: tuple[str, ...]
    update_ms: tuple[float, float]
    worst: PoseError | None


def bench_perception(
    n: int, seed: int, scenes: Sequence[str] = ("tabletop", "tabletop_tray"), images: int = 3, depth_noise: float = 0.0
) -> PerceptionFigures:
    """Look at ``n`` resting scenes, of the seeds from ``seed`` on, and compare what is perceived with what is there.

    Args:
        n: how many, taken in turn from ``scenes``.
        seed: of the first one.
        scenes: names of scenes.
        images: overhead images that the estimator sees of each.
        depth_noise: standard deviation of noise that is added to each pixel's depth [m].
    """
    errors: list[SceneErrors] = []
    durations: list[float] = []
    sim, estimator = None, SceneEstimator()
    for index in range(n):
        spec = scene_for(scenes[index % len(scenes)], seed + index)
        if sim is None:
            sim = CellSim(spec)
        else:
            sim.reset(spec)
        estimator.reset()
        rng = np.random.default_rng([seed, index])
        scene = _watch(sim, estimator, images, depth_noise, rng, durations)
        errors.append(pose_errors(scene, true_poses(sim)))
    if sim is not None:
        sim.close()
    return _figures(errors, durations)


def true_poses(sim: CellSim) -> dict[str, Pose]:
    """Poses of a simulation's objects, under the names that perception gives: a single tray is ``tray``."""
    trays = [item.name for item in sim.scene.objects if item.category == "tray"]
    names = {item.name: "tray" if [item.name] == trays else item.name for item in sim.scene.objects}
    return {names[item.name]: sim.truth.object_pose(item.name) for item in sim.scene.objects}


def _watch(
    sim: CellSim, estimator: SceneEstimator, images: int, noise: float, rng: np.random.Generator, durations: list[float]
) -> Scene:
    scene = Scene()
    for _ in range(images):
        sim.step(round(0.1 / sim.timestep))
        frame = _noisy(sim.render("overhead_camera"), noise, rng)
        positions, velocities, _ = sim.joint_state()
        begun = time.perf_counter()
        scene = estimator.update([frame], positions, velocities, sim.time)
        durations.append(1e3 * (time.perf_counter() - begun))
    return scene


def _noisy(frame: CameraFrame, noise: float, rng: np.random.Generator) -> CameraFrame:
    if noise == 0:
        return frame
    noisy = frame.depth + noise * rng.standard_normal(frame.depth.shape, dtype=np.float32)
    return replace(frame, depth=np.where(frame.depth > 0, noisy, 0.0).astype(np.float32))


def _figures(errors: Sequence[SceneErrors], durations: Sequence[float]) -> PerceptionFigures:
    found = [error for scene in errors for error in scene.found]
    missed = tuple(name for scene in errors for name in scene.missed)
    return PerceptionFigures(
        scenes=len(errors),
        objects=len(found) + len(missed),
        position_mm=_spread([1e3 * error.position for error in found]),
        height_mm=_spread([1e3 * error.height for error in found]),
        yaw_deg=_spread([error.yaw for error in found]),
        missed=missed,
        false=tuple(name for scene in errors for name in scene.false),
        update_ms=(_spread(durations)[0], _spread(durations)[1]),
        worst=max(found, key=lambda error: error.position, default=None),
    )


def _spread(values: Sequence[float]) -> tuple[float, float, float]:
    """Median, 95th percentile and largest; NaN of nothing."""
    if not values:
        return float("nan"), float("nan"), float("nan")
    return float(np.median(values)), float(np.percentile(values, 95)), float(max(values))
