"""Timing of a joint path: as fast as velocity, acceleration, jerk and tool speed limits allow, at rest at both ends.

TOPP-RA (Pham and Pham, "A new approach to time-optimal path parameterization based on reachability analysis", IEEE T-RO 2018)
gives the fastest speeds along the path under limits on velocity and acceleration. Moving averages over time bound the jerk. Where
a limit is exceeded then, the motion is slowed down just there, and what little remains is slowed down as a whole. The path itself
is never left.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.ndimage import maximum_filter1d, uniform_filter1d
from toppra.algorithm import TOPPRA
from toppra.constraint import JointAccelerationConstraint, JointVelocityConstraint
from toppra.interpolator import AbstractGeometricPath

from tandem.cell import description, ik, limits, names
from tandem.cell.robot import RobotModel
from tandem.cell.trajectory import Trajectory
from tandem.motion.path import JointPath, length
from tandem.motion.profile import Profile, Timing

Array = NDArray[np.float64]

ROW_S = 0.02
"""Time between the samples of a trajectory [s]."""

_SHARE = 0.90
"""Share of each limit that is used at most, so that whoever checks the samples by other means agrees."""

_SPLINE_SHARE = 0.93
"""Share that the splines through the samples use at most; they ripple a little."""

_WINDOWS_S = ((0.08, 0.04), (0.14, 0.04))
"""Moving averages that are tried: the first suits motions with a phase of constant speed, the second those without."""

_GRID = 160
_SAMPLES = 240
_ROUNDS = 6


@dataclass(frozen=True)
class Bounds:
    """Limits of the joints, each of shape (14,), and of the speed of the tcps [m/s]."""

    velocity: Array
    acceleration: Array
    jerk: Array
    tool_speed: float

    def stretch(self, velocity: Array, acceleration: Array, jerk: Array) -> Array:
        """By how much time must be stretched at each sample to keep the joints' limits, shape (m,); rates have shape (m, 14)."""
        ratios = (
            np.max(np.abs(velocity) / self.velocity, axis=1),
            np.sqrt(np.max(np.abs(acceleration) / self.acceleration, axis=1)),
            np.cbrt(np.max(np.abs(jerk) / self.jerk, axis=1)),
        )
        return np.maximum.reduce(ratios)


@cache
def bounds(share: float, speed: float = 1.0) -> Bounds:
    """A share of the cell's limits; ``speed`` scales velocities, its square accelerations and its cube jerks."""
    table = limits.joint_limits()
    tool_speed = float(description.settings("safety.yaml")["tool_speed_mps"])
    return Bounds(
        share * speed * table.velocity,
        share * speed**2 * table.acceleration,
        share * speed**3 * table.jerk,
        share * speed * tool_speed,
    )


def retime(robot: RobotModel, path: JointPath, *, speed: float = 1.0) -> Trajectory:
    """A trajectory along a path, sampled every `ROW_S`, from rest at time 0 to rest.

    Args:
        robot: kinematics of the cell, for the speed of the tcps.
        path: over [0, 1] to shape (14,).
        speed: 0 < speed <= 1; scales the motion's speed.

    Raises:
        ValueError: toppra finds no speeds for the path.
    """
    grid = np.linspace(0.0, 1.0, _GRID)
    moving = np.flatnonzero(np.ptp(path(grid), axis=0) > 1e-9)
    if len(moving) == 0:
        return _resting(path(0.0))
    limit = bounds(_SHARE)
    tool = _tool_rate(robot, path, grid)
    fastest = np.minimum(_fastest(path, grid, moving), limit.tool_speed / np.maximum(tool, 1e-9))
    timings = [_slowed(path, Profile.from_speeds(grid, fastest), tool, limit, windows) for windows in _WINDOWS_S]
    return _sampled(path, min(timings, key=lambda timing: timing.duration), speed)


def joined(trajectories: list[Trajectory]) -> Trajectory:
    """One after the other; each ends at rest where the next begins."""
    times = [np.zeros(1)]
    for trajectory in trajectories:
        times.append(times[-1][-1] + trajectory.times[1:])
    columns = (
        [getattr(trajectory, name)[min(index, 1) :] for index, trajectory in enumerate(trajectories)]
        for name in ("positions", "velocities", "accelerations")
    )
    return Trajectory(np.concatenate(times), *(np.concatenate(column) for column in columns))


class _ByLength(AbstractGeometricPath):
    """Those columns of a path that move, by its length, as toppra wants a path: its solver is made for speeds of that size."""

    def __init__(self, path: JointPath, columns: NDArray[np.intp]) -> None:
        self.length = max(length(path), 1e-9)
        self._path, self._columns = path, columns

    def __call__(self, travelled: Array, order: int = 0) -> Array:
        return np.asarray(self._path(np.asarray(travelled) / self.length, order)[..., self._columns] / self.length**order)

    @property
    def dof(self) -> int:
        return len(self._columns)

    @property
    def path_interval(self) -> Array:
        return np.array([0.0, self.length])


def _fastest(path: JointPath, grid: Array, columns: NDArray[np.intp]) -> Array:
    """The fastest speeds of the parameter under the limits on velocity and acceleration, shape (n,)."""
    if path.k == 1:
        return _fastest_on_line(np.abs(path.c[-1] - path.c[0])[columns], grid, columns)
    by_length = _ByLength(path, columns)
    constraints = list(_constraints(tuple(columns.tolist())))
    solver = TOPPRA(constraints, by_length, gridpoints=grid * by_length.length, parametrizer="ParametrizeConstAccel")
    speeds = solver.compute_parameterization(0.0, 0.0)[1]
    if speeds is None or np.isnan(speeds).any():
        raise ValueError("the path can't be timed")
    return np.asarray(speeds) / by_length.length


def _fastest_on_line(way: Array, grid: Array, columns: NDArray[np.intp]) -> Array:
    """Likewise where all joints move in proportion, for which the answer is known."""
    limit = bounds(_SHARE)
    highest = np.min(limit.velocity[columns] / way)
    acceleration = np.min(limit.acceleration[columns] / way)
    return np.minimum(highest, np.sqrt(2.0 * acceleration * np.minimum(grid, 1.0 - grid)))


@cache
def _constraints(columns: tuple[int, ...]) -> tuple[JointVelocityConstraint, JointAccelerationConstraint]:
    limit = bounds(_SHARE)
    velocity, acceleration = limit.velocity[list(columns)], limit.acceleration[list(columns)]
    return (
        JointVelocityConstraint(np.stack([-velocity, velocity], axis=1)),
        JointAccelerationConstraint(np.stack([-acceleration, acceleration], axis=1)),
    )


def _tool_rate(robot: RobotModel, path: JointPath, grid: Array) -> Array:
    """How far the faster of the two tcps moves by the path's parameter [m], shape (n,)."""
    points = path(grid)
    rates = []
    for side in names.SIDES:
        poses = ik.forward(ik.arm_chain(robot, side), points[:, names.ARM_COLUMNS[side]])
        rates.append(np.linalg.norm(np.gradient(poses[:, :3, 3], grid, axis=0), axis=1))
    return np.maximum(*rates)


def _motion(path: JointPath, progress: Array) -> tuple[Array, Array, Array, Array]:
    """Positions and their first three time derivatives, each of shape (m, 14), by the chain rule."""
    s = np.clip(progress[0], 0.0, 1.0)
    v, a, j = progress[1:, :, None]
    first, second, third = path(s, 1), path(s, 2), path(s, 3)
    return path(s), first * v, first * a + second * v**2, first * j + 3.0 * second * v * a + third * v**3


def _slowed(path: JointPath, profile: Profile, tool: Array, limit: Bounds, windows: tuple[float, float]) -> Timing:
    """A smooth timing that keeps the limits: slower around where they were exceeded, then stretched as a whole."""
    grid, speeds = profile.table[:, 2], profile.table[:, 3]
    best: Timing | None = None
    for _ in range(_ROUNDS):
        timing = Timing(Profile.from_speeds(grid, speeds), windows)
        times = np.linspace(0.0, timing.duration, _SAMPLES)
        progress = timing.progress(times)
        _, velocity, acceleration, jerk = _motion(path, progress)
        excess = limit.stretch(velocity, acceleration, jerk)
        excess = np.maximum(excess, np.interp(progress[0], grid, tool) * progress[1] / limit.tool_speed)
        timing = Timing(timing.profile, windows, max(1.0, float(excess.max())))
        if best is None or timing.duration < best.duration:
            best = timing
        if timing.stretch < 1.005:
            break
        width = 2 * int(np.ceil(sum(windows) / 2 / times[1])) + 1
        around = uniform_filter1d(maximum_filter1d(np.maximum(excess, 1.0), width, mode="nearest"), width, mode="nearest")
        speeds = speeds / np.interp(grid, progress[0], around)
    assert best is not None
    return best


def _sampled(path: JointPath, timing: Timing, speed: float) -> Trajectory:
    """Rows every `ROW_S`, slower by ``speed`` and until the splines through them keep the limits as well."""
    limit = bounds(_SPLINE_SHARE, speed)
    wanted = timing.duration / speed
    while True:
        count = max(3, int(np.ceil(wanted / ROW_S - 1e-6)))
        slower = Timing(timing.profile, timing.windows, timing.stretch * count * ROW_S / timing.duration)
        times = np.linspace(0.0, count * ROW_S, count + 1)
        progress = slower.progress(times)
        progress[:, 0] = 0.0
        progress[:, -1] = 1.0, 0.0, 0.0, 0.0
        trajectory = Trajectory(times, *_motion(path, progress)[:3])
        excess = _spline_stretch(trajectory, limit)
        if excess <= 1.0:
            return trajectory
        wanted = max(wanted * excess, (count + 1) * ROW_S)


def _spline_stretch(trajectory: Trajectory, limit: Bounds) -> float:
    """By how much time must be stretched for two splines to keep the limits: the quintic one, and the cubic one that doesn't know
    velocities and accelerations."""
    p, v, a = trajectory.positions, trajectory.velocities, trajectory.accelerations
    h = ROW_S
    step = 60.0 * np.diff(p, axis=0)
    start = (step - h * (36 * v[:-1] + 24 * v[1:]) - h**2 * (9 * a[:-1] - 3 * a[1:])) / h**3
    end = (step - h * (24 * v[:-1] + 36 * v[1:]) - h**2 * (3 * a[:-1] - 9 * a[1:])) / h**3
    middle = (6.0 * np.diff(a, axis=0) / h - start - end) / 4.0  # the jerk is a parabola whose mean is the change of acceleration
    cubic = CubicSpline(trajectory.times, p, bc_type="clamped")
    rows = trajectory.times[:-1]
    jerk = np.maximum.reduce([np.abs(values) for values in (start, middle, end, cubic(rows, 3))])
    velocity = np.maximum(np.abs(v[:-1]), np.abs(cubic(rows + h / 2, 1)))
    acceleration = np.maximum(np.abs(a[:-1]), np.abs(cubic(rows, 2)))
    return float(limit.stretch(velocity, acceleration, jerk).max())


def _resting(positions: Array) -> Trajectory:
    """Two rows at the same place."""
    rest = np.zeros((2, len(positions)))
    return Trajectory(np.array([0.0, ROW_S]), np.stack([positions, positions]), rest, rest)
