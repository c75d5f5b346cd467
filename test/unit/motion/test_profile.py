"""Smoothed progress along a path."""

import numpy as np
import pytest

from tandem.motion.profile import Profile, Timing


def trapezium() -> Profile:
    """Accelerates over a quarter of the way, cruises, and brakes."""
    grid = np.linspace(0, 1, 101)
    return Profile.from_speeds(grid, np.sqrt(np.minimum(np.minimum(4.0 * grid, 1.0), 4.0 * (1 - grid))))


def test_a_profile_takes_the_time_that_its_speeds_say() -> None:
    # a quarter of the way from rest to speed 1 takes 0.5, so does braking, half of the way at speed 1 takes 0.5
    assert trapezium().times[-1] == pytest.approx(1.5, abs=1e-6)


def test_integrals_agree_with_numbers() -> None:
    profile = trapezium()
    times = np.linspace(-0.2, 1.8, 20_001)
    twice, once, s, v = profile.integrals(times)
    step = times[1] - times[0]
    for integral, integrand in ((twice, once), (once, s), (s, v)):
        assert np.allclose(np.diff(integral) / step, (integrand[1:] + integrand[:-1]) / 2, atol=1e-6)
    assert s[0] == v[0] == 0
    assert s[-1] == pytest.approx(1.0)


@pytest.mark.parametrize("stretch", [1.0, 1.7])
def test_smoothing_keeps_the_ends_and_bounds_the_jerk(stretch: float) -> None:
    timing = Timing(trapezium(), (0.1, 0.04), stretch)
    assert timing.duration == pytest.approx(1.64 * stretch)
    times = np.linspace(0, timing.duration, 20_001)
    s, v, a, j = timing.progress(times)
    assert s[0] == pytest.approx(0, abs=1e-12)
    assert s[-1] == pytest.approx(1, abs=1e-9)
    for rate in (v, a):
        assert rate[[0, -1]] == pytest.approx(0, abs=1e-9)
    step = times[1]
    for value, rate in ((s, v), (v, a), (a, j)):
        assert np.allclose(np.diff(value) / step, (rate[1:] + rate[:-1]) / 2, atol=0.02)
    assert v.max() <= 1.0 / stretch + 1e-9
    assert np.abs(a).max() <= 2.0 / stretch**2 + 1e-9
    assert np.abs(j).max() <= 2.0 / 0.1 / stretch**3 + 1e-6
