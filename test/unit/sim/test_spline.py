"""Interpolation between trajectory points."""

import numpy as np
import pytest

from tandem.sim.spline import JointSample, cubic, linear, quintic


def _random_sample(rng: np.random.Generator) -> JointSample:
    return JointSample(*rng.normal(size=(3, 6)))


@pytest.mark.parametrize("seed", range(5))
def test_cubic_meets_positions_and_velocities_at_both_ends(seed: int) -> None:
    rng = np.random.default_rng(seed)
    start, end, duration = _random_sample(rng), _random_sample(rng), float(rng.uniform(0.1, 2.0))
    for sample, time in ((start, 0.0), (end, duration)):
        found = cubic(start, end, duration).at(time)
        np.testing.assert_allclose(found.position, sample.position, atol=1e-9)
        np.testing.assert_allclose(found.velocity, sample.velocity, atol=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_quintic_meets_accelerations_as_well(seed: int) -> None:
    rng = np.random.default_rng(seed)
    start, end, duration = _random_sample(rng), _random_sample(rng), float(rng.uniform(0.1, 2.0))
    for sample, time in ((start, 0.0), (end, duration)):
        found = quintic(start, end, duration).at(time)
        np.testing.assert_allclose(found.position, sample.position, atol=1e-8)
        np.testing.assert_allclose(found.velocity, sample.velocity, atol=1e-8)
        np.testing.assert_allclose(found.acceleration, sample.acceleration, atol=1e-7)


@pytest.mark.parametrize("interpolate", [cubic, quintic])
def test_velocity_and_acceleration_are_the_derivatives(interpolate: object) -> None:
    rng = np.random.default_rng(7)
    start, end, step = _random_sample(rng), _random_sample(rng), 1e-5
    before, at, after = (interpolate(start, end, 0.8).at(time) for time in (0.3 - step, 0.3, 0.3 + step))  # type: ignore[operator]
    np.testing.assert_allclose((after.position - before.position) / (2 * step), at.velocity, atol=1e-6)
    np.testing.assert_allclose((after.velocity - before.velocity) / (2 * step), at.acceleration, atol=1e-5)


def test_linear_moves_evenly() -> None:
    found = linear(np.zeros(6), np.ones(6), 2.0).at(0.5)
    np.testing.assert_allclose(found.position, 0.25)
    np.testing.assert_allclose(found.velocity, 0.5)
    np.testing.assert_array_equal(found.acceleration, 0.0)


def test_a_sample_stays_as_it_is_when_another_is_taken() -> None:
    rng = np.random.default_rng(3)
    segment = quintic(_random_sample(rng), _random_sample(rng), 1.0)
    first = segment.at(0.2)
    kept = first.position.copy(), first.velocity.copy(), first.acceleration.copy()
    segment.at(0.7)
    for value, expected in zip((first.position, first.velocity, first.acceleration), kept, strict=True):
        np.testing.assert_array_equal(value, expected)
