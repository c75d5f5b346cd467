"""From any state that a chunk may end in to rest."""

import numpy as np
from dense_checks import ARM, assert_rest_at_end, worst_ratios
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.cell.robot import home_positions
from tandem.cell.trajectory import Trajectory
from tandem.safety.settings import ordinary_rates
from tandem.safety.tail import stopping_tail


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6), fast=st.floats(0, 1), hard=st.floats(0, 0.9))
def test_it_keeps_acceleration_and_jerk_and_ends_at_rest(seed: int, fast: float, hard: float) -> None:
    rng, rates = np.random.default_rng(seed), ordinary_rates()
    velocity = rates.velocity * fast * rng.uniform(-1, 1, 14) * np.where(ARM, 1.0, 0.3)
    acceleration = rates.acceleration * hard * rng.uniform(-1, 1, 14)
    position = np.array(home_positions())
    p, v, a = stopping_tail(position, velocity, acceleration, rates, 0.02)
    times = 0.02 * np.arange(len(p) + 1)
    motion = Trajectory(times, np.vstack([position, p]), np.vstack([velocity, v]), np.vstack([acceleration, a]))
    ratios = worst_ratios(motion)
    assert ratios["acceleration"] <= 1 + 1e-9
    assert ratios["jerk"] <= 1 + 1e-9
    assert_rest_at_end(motion)
    assert motion.duration <= 1.0


def test_a_joint_at_rest_stays_where_it_is() -> None:
    position = np.array(home_positions())
    velocity = np.eye(14)[2]
    p, v, _ = stopping_tail(position, velocity, np.zeros(14), ordinary_rates(), 0.02)
    others = np.arange(14) != 2
    assert np.abs(p[:, others] - position[others]).max() == 0.0
    assert np.abs(v[:, others]).max() == 0.0
    assert p[-1, 2] > position[2]
