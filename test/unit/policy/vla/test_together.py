"""Two hands that hold one thing."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.policy.vla import frames
from tandem.policy.vla.together import together

SEEDS = st.integers(0, 10_000)


def _hands(rng: np.random.Generator, count: int, size: float) -> np.ndarray:
    return frames.from_vectors(size * rng.normal(size=(count, 2, 3)), size * rng.normal(size=(count, 2, 3)))


@settings(deadline=None, max_examples=30)
@given(SEEDS)
def test_they_stay_to_each_other_as_they_were(seed: int) -> None:
    rng = np.random.default_rng(seed)
    before = _hands(rng, 1, 0.5)[0]
    moved = together(before @ _hands(rng, 6, 0.1), before)
    apart = frames.inverse(moved[:, 0]) @ moved[:, 1]
    np.testing.assert_allclose(apart, np.tile(frames.inverse(before[0]) @ before[1], (6, 1, 1)), atol=1e-9)


@settings(deadline=None, max_examples=30)
@given(SEEDS)
def test_a_common_motion_is_carried_out_to_the_letter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    before, motion = _hands(rng, 1, 0.5)[0], _hands(rng, 6, 0.3)[:, :1]
    np.testing.assert_allclose(together(motion @ before, before), motion @ before, atol=1e-9)


def test_what_they_want_differently_is_met_half_way() -> None:
    before = np.tile(np.eye(4), (2, 1, 1))
    before[:, 1, 3] = 0.1, -0.1
    wanted = before[None].copy()
    wanted[0, 0, 2, 3] = 0.02
    moved = together(wanted, before)[0]
    np.testing.assert_allclose(moved[:, 2, 3], 0.01, atol=1e-12)
