"""Chunks as the network's rows and back."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.policy.vla import actions, frames


def _poses(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return frames.from_vectors(rng.uniform(-0.5, 0.5, (*shape, 3)), rng.uniform(-1.2, 1.2, (*shape, 3)))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_decoding_undoes_encoding(seed: int) -> None:
    rng = np.random.default_rng(seed)
    targets, tcp = _poses(rng, 3, 16, 2), _poses(rng, 3, 2)
    travel, half_width = rng.uniform(0, 0.0425, (3, 16, 2)), rng.uniform(0, 0.0425, 3)
    rows = actions.encode(targets, travel, tcp, half_width)
    assert rows.shape == (3, 16, actions.WIDTH)
    again, travel_again = actions.decode(rows, tcp, half_width)
    np.testing.assert_allclose(again, targets, atol=1e-9)
    np.testing.assert_allclose(travel_again, travel, atol=1e-12)


def test_rows_do_not_depend_on_where_in_the_world_it_happens() -> None:
    rng = np.random.default_rng(1)
    targets, tcp, elsewhere = _poses(rng, 16, 2), _poses(rng, 2), _poses(rng, 1)[0]
    travel, half_width = np.zeros((16, 2)), np.array(0.02)
    here = actions.encode(targets, travel, tcp, half_width)
    np.testing.assert_allclose(actions.encode(elsewhere @ targets, travel, elsewhere @ tcp, half_width), here, atol=1e-9)


def test_a_tenth_of_a_millimetre_of_the_fingers_is_told_apart() -> None:
    tcp = np.tile(np.eye(4), (2, 1, 1))
    targets = np.tile(np.eye(4), (2, 2, 1, 1))
    travel = np.array([[0.0201, 0.02], [0.0, 0.02]])
    rows = actions.encode(targets, travel, tcp, np.array(0.02))
    assert rows[0, 6] > 0.15
    assert -6 < rows[1, 6] < -4
    np.testing.assert_allclose(rows[:, 13], 0.0)
