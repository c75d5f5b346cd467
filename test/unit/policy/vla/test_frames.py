"""Poses of many things at once."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from tandem.policy.vla import frames

SEEDS = st.integers(0, 10_000)


@settings(deadline=None, max_examples=30)
@given(SEEDS)
def test_the_smallest_turn_makes_axes_parallel(seed: int) -> None:
    rotations = Rotation.random(5, np.random.default_rng(seed)).as_matrix()
    turns = Rotation.from_rotvec(frames.to_square(rotations)).as_matrix()
    along = np.abs(np.swapaxes(turns, -1, -2) @ rotations)
    np.testing.assert_allclose(np.sort(along, axis=-1), np.tile((0.0, 0.0, 1.0), (5, 3, 1)), atol=1e-9)
    candidates = Rotation.create_group("O").as_matrix()
    angles = [[Rotation.from_matrix(one @ other.T).magnitude() for other in candidates] for one in rotations]
    np.testing.assert_allclose(np.linalg.norm(frames.to_square(rotations), axis=-1), np.min(angles, axis=1), atol=1e-9)
