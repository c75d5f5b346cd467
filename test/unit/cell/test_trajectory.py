"""Trajectories between their samples."""

import numpy as np
import pytest

from tandem.cell.trajectory import Trajectory


def _motion(seed: int) -> Trajectory:
    rng = np.random.default_rng(seed)
    times = 3.0 + np.cumsum(rng.uniform(0.005, 0.1, 12))
    return Trajectory(times, *rng.normal(size=(3, 12, 14)))


@pytest.mark.parametrize("seed", range(4))
def test_one_time_gives_what_many_give(seed: int) -> None:
    motion = _motion(seed)
    beyond = [motion.start - 0.5, motion.end + 0.5]
    times = np.concatenate([beyond, motion.times, np.random.default_rng(9).uniform(motion.start, motion.end, 40)])
    together = motion.sample(times)
    for number, time in enumerate(times):
        for one, many in zip(motion.sample(float(time)), together, strict=True):
            assert one.shape == (14,)
            np.testing.assert_array_equal(one, many[number])


def test_it_passes_through_its_samples_and_rests_beyond_them() -> None:
    motion = _motion(5)
    for found, given in zip(
        motion.sample(motion.times), (motion.positions, motion.velocities, motion.accelerations), strict=True
    ):
        np.testing.assert_allclose(found, given, atol=1e-6)
    position, velocity, acceleration = motion.sample(motion.end + 1.0)
    np.testing.assert_allclose(position, motion.positions[-1], atol=1e-9)
    assert not velocity.any()
    assert not acceleration.any()


def test_what_one_time_gave_is_the_callers_own() -> None:
    motion = _motion(6)
    position, _, _ = motion.sample(motion.start)
    position += 1.0
    np.testing.assert_array_equal(motion.sample(motion.start)[0] + 1.0, position)
