"""How fast the safety filter is: chunks in the open and near obstacles, and the distances of one state."""

from collections.abc import Callable
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from tandem.cell import ik, names, props
from tandem.cell.chunk import ActionChunk
from tandem.cell.collision import CollisionModel
from tandem.cell.pose import Pose
from tandem.cell.robot import RobotModel, home_positions
from tandem.cell.scene import Scene, SceneObject
from tandem.cell.trajectory import Trajectory
from tandem.safety.filter import SafetyFilter, World
from tandem.safety.pace import brake
from tandem.safety.settings import ARM, stop_rates
from tandem.safety.timeline import resting

Array = NDArray[np.float64]
Measured = tuple[str, str, list[float]]

_ROWS, _STEP_S, _REPLAN_S = 50, 0.02, 0.4


def bench_safety(n: int = 60) -> list[Measured]:
    """Name, unit and measurements of each figure. Chunks overlap those before, as a policy's do, and hold all 14 joints."""
    safety = SafetyFilter()
    open_ms, open_passed = _stream(safety, _waving(n), Scene())
    near_ms, near_passed = _stream(safety, _gliding(n), tabletop())
    aside_ms, _ = _stream(safety, _gliding(n, lower_m=0.011), tabletop())
    noise = 1e-3 * np.random.default_rng(0).standard_normal((n * 20 + _ROWS, names.DOF))
    noisy_ms, _ = _stream(safety, _waving(n)[: len(noise)] + np.where(ARM, noise[: len(_waving(n))], 0.0), Scene())
    return [
        ("50 x 14 chunk certified in the open", "ms", open_ms),
        ("50 x 14 chunk certified near obstacles", "ms", near_ms),
        ("50 x 14 chunk led aside, past what it would graze", "ms", aside_ms),
        ("50 x 14 chunk projected from noise", "ms", noisy_ms),
        ("chunks passed as they are, in the open", "share", [float(np.mean(open_passed))]),
        ("chunks passed as they are, near obstacles", "share", [float(np.mean(near_passed))]),
        *_bench_states(n),
        _bench_stop(n),
    ]


def tabletop() -> Scene:
    """Cubes, bins and the tray, as perception would give them."""
    places = {"red_cube": (0.45, 0.10), "green_cube": (0.52, 0.02), "blue_cube": (0.40, -0.10)}
    places |= {"blue_bin": (0.45, 0.30), "green_bin": (0.45, -0.30), "white_tray": (0.62, 0.0)}
    objects = []
    for name, (x, y) in places.items():
        colour, category = name.split("_")
        size = props.default_size(category)
        objects.append(SceneObject(name, category, colour, Pose((x, y, size[2] / 2)), size))
    return Scene(objects=tuple(objects))


def _stream(safety: SafetyFilter, motion: Array, scene: Scene) -> tuple[list[float], list[bool]]:
    """Time of each chunk [ms], and whether it was passed, of a motion with a row every 20 ms sent in overlapping chunks."""
    running: Trajectory = resting(motion[0], 0.0)
    durations, passed = [], []
    every = round(_REPLAN_S / _STEP_S)
    for number, first in enumerate(range(0, len(motion) - _ROWS, every)):
        now = first * _STEP_S
        chunk = ActionChunk(now, _STEP_S, motion[first : first + _ROWS], names.JOINTS, "bench", number)
        certified = safety.certify(chunk, running, World(scene), now)
        running = certified.trajectory or running
        durations.append(certified.verdict.compute_ms)
        passed.append(certified.verdict.outcome == 0)
    return durations[1:], passed[1:]


def _waving(n: int) -> Array:
    """Both arms wave around home, their tools at up to some 0.3 m/s, shape (rows, 14)."""
    times = np.arange(n * round(_REPLAN_S / _STEP_S) + _ROWS)[:, None] * _STEP_S
    swell = np.clip(times / 2.0, 0.0, 1.0)
    swell = swell**3 * (10 - 15 * swell + 6 * swell**2)
    phases = np.linspace(0.0, 3.0, names.DOF)
    return np.asarray(home_positions() + np.where(ARM, 0.10, 0.0) * swell * np.sin(1.2 * times + phases))


def _gliding(n: int, lower_m: float = 0.0) -> Array:
    """The left tool glides to and fro among cubes and over a bin, its fingertips 12 mm above them or lower, at up to 0.25 m/s."""
    robot = RobotModel()
    seed = home_positions()
    column = names.ARM_COLUMNS["left"]
    grid = np.linspace(0.0, 1.0, 120)
    joints = []
    for x, y in zip(np.interp(grid, [0, 1], [0.40, 0.50]), np.interp(grid, [0, 1], [0.02, 0.24]), strict=True):
        height = 0.060 + 0.010 + 0.012 if y > 0.13 else np.interp(y, [0.08, 0.13], [0.062, 0.082])
        found = ik.solve(robot, "left", Pose.from_xyz_rpy((x, y, float(height) - lower_m), (np.pi, 0.0, 0.0)), seed)
        if found is None:
            raise ValueError("the bench's path can't be reached")
        seed = seed.copy()
        seed[column] = found
        joints.append(found)
    times = np.arange(n * round(_REPLAN_S / _STEP_S) + _ROWS) * _STEP_S
    along = 0.5 - 0.5 * np.cos(2 * np.pi * times / 4.0)
    motion = np.tile(home_positions(), (len(times), 1))
    motion[:, column] = np.stack([np.interp(along, grid, values) for values in _smoothed(np.array(joints)).T], axis=1)
    return motion


def _smoothed(path: Array) -> Array:
    kernel = np.hanning(15) / np.hanning(15).sum()
    padded = np.pad(path, ((7, 7), (0, 0)), mode="edge")
    return np.stack([np.convolve(column, kernel, mode="valid") for column in padded.T], axis=1)


def _bench_states(n: int) -> list[Measured]:
    """One state's nearest pair, and whether it is in collision, beside obstacles."""
    model = CollisionModel()
    model.set_world(tabletop())
    states = _gliding(2)[: 2 * n]
    measured: list[Measured] = []
    questions: list[tuple[str, Callable[[Array], object]]] = [
        ("one state's nearest pair, self and environment", lambda state: model.clearance(state, 0.02)),
        ("one state in collision or not", model.in_collision),
    ]
    for name, ask in questions:
        ask(states[0])
        durations = []
        for state in states:
            started = perf_counter()
            ask(state)
            durations.append((perf_counter() - started) * 1e6)
        measured.append((name, "us", durations))
    return measured


def _bench_stop(n: int) -> Measured:
    """From the wish to stop to the braking trajectory."""
    motion = _waving(5)
    safety = SafetyFilter()
    chunk = ActionChunk(0.0, _STEP_S, motion[:_ROWS], names.JOINTS, "bench", 1)
    running = safety.certify(chunk, resting(motion[0], 0.0), World(Scene()), 0.0).trajectory
    durations = []
    for at in np.linspace(0.1, 0.9, n):
        started = perf_counter()
        if running is not None:
            brake(running, float(at), stop_rates())
        durations.append((perf_counter() - started) * 1e3)
    return ("stop request to braking trajectory", "ms", durations)
