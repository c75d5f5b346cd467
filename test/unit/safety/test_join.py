"""Splines through rows, and how they begin."""

import numpy as np
import pytest
from dense_checks import ARM, chunk, spline_of
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.cell.robot import home_positions
from tandem.safety.join import State, refined, rows_ahead, spline, with_tail
from tandem.safety.settings import ordinary_rates

HOME = np.array(home_positions())


def wave(times: np.ndarray | float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    t = np.asarray(times, dtype=float)[..., None]
    phase, size, w = np.linspace(0, 3, 14), np.where(ARM, 0.2, 0.0), 1.7
    return (
        HOME + size * np.sin(w * t + phase),
        size * w * np.cos(w * t + phase),
        -size * w**2 * np.sin(w * t + phase),
    )


@settings(max_examples=40, deadline=None, derandomize=True)
@given(splice=st.floats(1.0, 1.6), step=st.sampled_from([0.02, 0.05, 0.1]))
def test_samples_of_a_smooth_motion_give_that_motion_back(splice: float, step: float) -> None:
    start = State(splice, *wave(splice))
    rows = rows_ahead(chunk(wave(1.0 + step * np.arange(50))[0], 1.0, step_dt=step), start, ordinary_rates())
    motion = spline(rows, ends_at_rest=False)
    assert np.abs(rows.offset).max() < 4e-5 * (step / 0.02) ** 4
    times = np.linspace(splice, 1.0 + 42 * step, 500)
    found = spline_of(motion)
    for order, tolerance in ((0, 2e-8), (1, 4e-6), (2, 1e-3)):
        scale = (step / 0.02) ** (4 - order)
        np.testing.assert_allclose(found(times, nu=order), wave(times)[order], atol=tolerance * scale)


def test_it_begins_in_the_state_and_passes_all_rows() -> None:
    rng = np.random.default_rng(1)
    values = HOME + 0.01 * rng.normal(size=(12, 14))
    start = State(0.07, HOME + 0.003, 0.1 * rng.normal(size=14), rng.normal(size=14))
    rows = rows_ahead(chunk(values), start, ordinary_rates())
    for rest in (False, True):
        motion = spline(rows, ends_at_rest=rest)
        found = spline_of(motion)
        np.testing.assert_allclose(found(0.07), start.positions, atol=1e-12)
        np.testing.assert_allclose(found(0.07, nu=1), start.velocities, atol=1e-9)
        np.testing.assert_allclose(found(0.07, nu=2), start.accelerations, atol=1e-6)
        np.testing.assert_allclose(found(rows.times), rows.joined, atol=1e-12)
        assert bool(motion.velocities[-1].any()) != rest


def test_an_offset_is_led_over_and_then_gone() -> None:
    values = np.tile(HOME, (50, 1))
    start = State(0.04, HOME + np.where(ARM, 0.01, 0.0), np.zeros(14), np.zeros(14))
    rows = rows_ahead(chunk(values), start, ordinary_rates())
    np.testing.assert_allclose(rows.offset, np.where(ARM, 0.01, 0.0), atol=1e-12)
    np.testing.assert_allclose(rows.joined[-1], HOME, atol=1e-12)
    assert np.abs(rows.joined[0] - start.positions).max() < 1e-4


def test_rows_of_the_past_are_dropped() -> None:
    start = State(0.5, HOME, np.zeros(14), np.zeros(14))
    rows = rows_ahead(chunk(np.tile(HOME, (50, 1))), start, ordinary_rates())
    assert rows.times[0] == pytest.approx(0.52)
    assert len(rows.times) == 24


def test_the_way_to_rest_goes_on_where_the_rows_end() -> None:
    start = State(1.0, *wave(1.0))
    rows = rows_ahead(chunk(wave(1.0 + 0.02 * np.arange(50))[0], 1.0), start, ordinary_rates())
    whole = with_tail(spline(rows, ends_at_rest=False), ordinary_rates())
    assert not whole.velocities[-1].any()
    assert not whole.accelerations[-1].any()
    assert whole.end > rows.times[-1]


def test_refining_changes_nothing_but_the_samples() -> None:
    start = State(1.0, *wave(1.0))
    rows = rows_ahead(chunk(wave(1.0 + 0.1 * np.arange(10))[0], 1.0, step_dt=0.1), start, ordinary_rates())
    coarse = spline(rows, ends_at_rest=False)
    fine = refined(coarse)
    assert np.diff(fine.times).max() <= 0.02 + 1e-9
    times = np.linspace(1.0, 1.9, 300)
    np.testing.assert_allclose(spline_of(fine)(times), spline_of(coarse)(times), atol=1e-9)
