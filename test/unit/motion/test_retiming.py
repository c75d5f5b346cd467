"""Timed paths keep every limit, and hardly waste time."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruckig import InputParameter, Ruckig
from ruckig import Trajectory as RuckigTrajectory
from scipy.interpolate import CubicSpline

from tandem.cell import ik, limits, names
from tandem.cell.robot import RobotModel, home_positions
from tandem.cell.trajectory import Array, Trajectory
from tandem.motion import path, retiming

ROBOT = RobotModel()
LIMITS = limits.joint_limits()
HOME = home_positions()
ARMS = np.r_[0:6, 7:13]


def near_home(rng: np.random.Generator, count: int, spread: float) -> Array:
    points = np.tile(HOME, (count, 1))
    points[1:, ARMS] += rng.uniform(-spread, spread, (count - 1, 12))
    return np.clip(points, LIMITS.lower, LIMITS.upper)


def assert_limits(trajectory: Trajectory, speed: float = 1.0) -> None:
    step = 0.0005
    times = np.arange(0, trajectory.duration, step)
    positions, velocities, accelerations = trajectory.sample(times)
    jerks = np.diff(accelerations, axis=0) / step
    assert np.all(np.abs(velocities) <= 0.96 * speed * LIMITS.velocity)
    assert np.all(np.abs(accelerations) <= 0.96 * speed**2 * LIMITS.acceleration)
    assert np.all(np.abs(jerks) <= 0.98 * speed**3 * LIMITS.jerk)
    for side in names.SIDES:
        tips = ik.forward(ik.arm_chain(ROBOT, side), positions[:, names.ARM_COLUMNS[side]])[:, :3, 3]
        assert np.linalg.norm(np.diff(tips, axis=0), axis=1).max() <= 0.96 * speed * step


def assert_limits_by_positions_alone(trajectory: Trajectory) -> None:
    """As whoever gets only the rows' positions sees it, by the smoothest curve through them."""
    spline = CubicSpline(trajectory.times, trajectory.positions, bc_type="clamped")
    times = np.linspace(0, trajectory.duration, 4000)
    for order, limit in ((1, LIMITS.velocity), (2, LIMITS.acceleration), (3, LIMITS.jerk)):
        assert np.all(np.abs(spline(times, order)) <= limit)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(2, 6),
    spread=st.floats(0.003, 1.2),
    pieces=st.integers(2, 9),
    speed=st.sampled_from([1.0, 1.0, 0.4]),
)
def test_every_limit_is_kept(seed: int, count: int, spread: float, pieces: int, speed: float) -> None:
    corners = near_home(np.random.default_rng(seed), count, spread)
    trajectory = retiming.retime(ROBOT, path.blended(corners, pieces), speed=speed)
    assert_limits(trajectory, speed)
    assert_limits_by_positions_alone(trajectory)
    assert np.allclose(trajectory.positions[[0, -1]], corners[[0, -1]], atol=1e-9)
    for rates in (trajectory.velocities, trajectory.accelerations):
        assert np.allclose(rates[[0, -1]], 0, atol=1e-9)
    assert np.allclose(np.diff(trajectory.times), retiming.ROW_S)


@pytest.mark.parametrize("spread", [0.2, 0.5, 1.0, 2.0])
def test_a_joint_line_takes_little_longer_than_it_must(spread: float) -> None:
    """The least time under the shares of the limits that are used is known for a straight line."""
    first, last = near_home(np.random.default_rng(2), 2, spread)
    way = np.abs(last - first)[ARMS]
    problem = InputParameter(1)
    problem.max_velocity, problem.max_acceleration, problem.max_jerk = (
        [float(np.min(0.9 * limit[ARMS] / way))] for limit in (LIMITS.velocity, LIMITS.acceleration, LIMITS.jerk)
    )
    problem.current_position, problem.target_position = [0.0], [1.0]
    least = RuckigTrajectory(1)
    Ruckig(1).calculate(problem, least)
    taken = retiming.retime(ROBOT, path.line(first, last)).duration
    assert taken >= least.duration - 1e-6
    assert taken <= 1.1 * least.duration + 0.1


def test_rounding_corners_is_quicker_than_stopping_at_them() -> None:
    corners = near_home(np.random.default_rng(6), 5, 0.6)
    legs = [retiming.retime(ROBOT, path.line(*pair)) for pair in pairwise(corners)]
    stopping = retiming.joined(legs)
    assert_limits(stopping)
    assert stopping.duration == pytest.approx(sum(leg.duration for leg in legs))
    assert retiming.retime(ROBOT, path.blended(corners, 2)).duration < 0.85 * stopping.duration


def test_the_path_is_not_left() -> None:
    curve = path.blended(near_home(np.random.default_rng(8), 4, 0.7), 3)
    trajectory = retiming.retime(ROBOT, curve)
    on_path = curve(np.linspace(0, 1, 20_001))
    for row in trajectory.sample(np.linspace(0, trajectory.duration, 50))[0]:
        assert np.linalg.norm(on_path - row, axis=1).min() < 5e-4


def test_half_the_speed_takes_twice_as_long() -> None:
    curve = path.blended(near_home(np.random.default_rng(9), 4, 0.5), 2)
    fast, slow = (retiming.retime(ROBOT, curve, speed=speed) for speed in (1.0, 0.5))
    assert slow.duration == pytest.approx(2 * fast.duration, abs=0.1)


def test_the_tool_is_slowed_where_no_joint_is_near_its_limit() -> None:
    """With the arm stretched out, one joint alone would move the tcp at 1.8 m/s."""
    first = HOME.copy()
    first[:6] = [-0.8, -0.2, 0.1, -1.5, -1.57, 0.0]
    last = first.copy()
    last[0] = 0.8
    trajectory = retiming.retime(ROBOT, path.line(first, last))
    assert_limits(trajectory)
    assert np.abs(trajectory.velocities).max() < 0.6 * LIMITS.velocity[0]


def test_staying_is_a_trajectory_too() -> None:
    trajectory = retiming.retime(ROBOT, path.line(HOME, HOME))
    assert np.allclose(trajectory.positions, HOME)
    assert not trajectory.velocities.any()
