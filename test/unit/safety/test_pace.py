"""Slowing down and stopping on the path."""

import numpy as np
from dense_checks import ARM, assert_continues, assert_rest_at_end, assert_within_limits, chunk, spline_of
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.cell import description, names
from tandem.cell.robot import home_positions
from tandem.cell.trajectory import Trajectory
from tandem.safety.join import rows_ahead, spline, with_tail
from tandem.safety.limits import excess
from tandem.safety.pace import brake, follow, slow_down
from tandem.safety.settings import ordinary_rates, stop_rates
from tandem.safety.timeline import resting, state_at

HOME = np.array(home_positions())


def lively(seed: int) -> Trajectory | None:
    """A motion near its limits that ends at rest, or None where the draw isn't within them."""
    rng = np.random.default_rng(seed)
    times = np.arange(0.0, 1.0, 0.02)
    amplitude, w = np.where(ARM, rng.uniform(-0.5, 0.5, names.DOF), 0.0), rng.uniform(1.0, 4.0)
    x = np.clip(times / 0.6, 0, 1)[:, None]
    rows = HOME + amplitude * x**4 * (35 - 84 * x + 70 * x**2 - 20 * x**3) * np.cos(w * times[:, None])
    ahead = rows_ahead(chunk(rows), state_at(resting(HOME, 0.0), 0.0), ordinary_rates())
    motion = with_tail(spline(ahead, ends_at_rest=False), ordinary_rates())
    return motion if excess(motion, ordinary_rates()) is None else None


def distance_to_path(points: np.ndarray, motion: Trajectory) -> float:
    path = spline_of(motion)(np.linspace(motion.start, motion.end, 6000))
    return max(float(np.abs(path - point).max(axis=1).min()) for point in points)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6), share=st.floats(0.0, 1.1))
def test_a_stop_from_any_instant_is_within_stop_limits_on_the_path_and_in_time(seed: int, share: float) -> None:
    motion = lively(seed)
    if motion is None:
        return
    start = motion.duration * share
    stop = brake(motion, start, stop_rates())
    factors = description.settings("safety.yaml")["stop_scaling"]
    assert_within_limits(stop, (factors["acceleration"], factors["jerk"]))
    assert_rest_at_end(stop)
    if share <= 1:
        assert_continues(motion, stop, start)
    assert stop.duration <= description.settings("safety.yaml")["stopping_time_s"]
    assert distance_to_path(stop.positions[::5], motion) < 5e-4


@settings(max_examples=20, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6), pace=st.floats(0.1, 0.95))
def test_slowing_down_keeps_the_path_and_its_end(seed: int, pace: float) -> None:
    motion = lively(seed)
    if motion is None:
        return
    slower = slow_down(motion, motion.start + 0.3, pace, ordinary_rates())
    if slower is None:
        return
    assert_within_limits(slower)
    assert_continues(motion, slower, motion.start + 0.3)
    np.testing.assert_allclose(slower.positions[-1], motion.positions[-1], atol=1e-9)
    assert distance_to_path(slower.positions[::9], motion) < 5e-4
    assert slower.end > motion.end


def test_the_new_pace_is_reached() -> None:
    times = np.array([0.0, 4.0])
    rate = np.full((2, 14), 0.1)
    steady = Trajectory(times, np.outer(times, rate[0]), rate, np.zeros((2, 14)))
    slower = follow(steady, 1.0, 0.5, 0.4)
    np.testing.assert_allclose(spline_of(slower)(2.0, nu=1), 0.05, atol=1e-9)
    # Half of the ramp's time is lost at half the change of pace.
    np.testing.assert_allclose(spline_of(slower)(1.4), 0.1 * (1.0 + 0.4 * 0.75), atol=1e-9)
