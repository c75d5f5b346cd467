"""The projection onto the limits."""

import numpy as np
from dense_checks import ARM, assert_within_limits, chunk
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.cell.robot import home_positions
from tandem.safety.join import State, rows_ahead, spline, with_tail
from tandem.safety.project import project
from tandem.safety.settings import ordinary_rates

HOME = np.array(home_positions())
REST = State(0.04, HOME, np.zeros(14), np.zeros(14))
ALL = np.ones(14, dtype=bool)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6), size=st.floats(-4, -0.7))
def test_whatever_the_rows_the_limits_are_kept(seed: int, size: float) -> None:
    rows = HOME + 10**size * np.random.default_rng(seed).normal(size=(50, 14)) * np.where(ARM, 1.0, 0.02)
    projected = project(rows_ahead(chunk(rows), REST, ordinary_rates()), None, ALL, ordinary_rates())
    assert projected is not None
    assert_within_limits(with_tail(projected, ordinary_rates()))


def test_rows_within_the_limits_are_kept() -> None:
    s = np.linspace(0, 1, 50)[:, None]
    rows = HOME + np.where(ARM, 0.05, 0.0) * s**4 * (35 - 84 * s + 70 * s**2 - 20 * s**3)
    ahead = rows_ahead(chunk(rows, 0.04), REST, ordinary_rates())
    projected = project(ahead, None, ALL, ordinary_rates())
    assert projected is not None
    np.testing.assert_allclose(projected.positions[1:], ahead.joined, atol=2e-5)


def test_only_the_columns_that_need_it_are_changed() -> None:
    rows = np.tile(HOME, (50, 1))
    rows[:, 3] += np.where(np.arange(50) % 2, 0.02, -0.02)
    ahead = rows_ahead(chunk(rows, 0.04), REST, ordinary_rates())
    base = spline(ahead, ends_at_rest=False)
    projected = project(ahead, base, np.arange(14) == 3, ordinary_rates())
    assert projected is not None
    np.testing.assert_array_equal(np.delete(projected.positions, 3, axis=1), np.delete(base.positions, 3, axis=1))
    assert_within_limits(projected)


def test_a_stop_before_the_position_limit_stays_possible() -> None:
    rates = ordinary_rates()
    rows = np.tile(HOME, (50, 1))
    rows[:, 3] = np.linspace(HOME[3], rates.upper[3] + 1.5, 50)
    projected = project(rows_ahead(chunk(rows, 0.04), REST, rates), None, ALL, rates)
    assert projected is not None
    assert_within_limits(with_tail(projected, rates))


def test_many_rows_are_thinned_out() -> None:
    t = np.linspace(0, 5, 250)[:, None]
    rows = HOME + np.where(ARM, 0.3, 0.0) * np.sin(t) + 1e-3 * np.random.default_rng(0).normal(size=(250, 14)) * ARM
    projected = project(rows_ahead(chunk(rows, 0.04), REST, ordinary_rates()), None, ALL, ordinary_rates())
    assert projected is not None
    assert len(projected.times) <= 62
    assert np.abs(projected.sample(2.0)[0] - (HOME + np.where(ARM, 0.3, 0.0) * np.sin(1.96 * 5 / 4.98)))[ARM].max() < 0.01
