"""Layouts of the box."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.cell.busybox.layout import MODULES, Layout, Place, canonical, cell_pose, fully_shuffled, semi_shuffled


def test_the_published_layout() -> None:
    layout = canonical()
    assert layout["sliders"].cell == (0, 0)
    assert layout["knob"].cell == (2, 1)
    assert all(layout[module].turns == 0 for module in MODULES)


def test_cells_are_a_pitch_apart_with_the_origin_in_their_middle() -> None:
    assert cell_pose((0, 0)).position == pytest.approx((-0.1, 0.05, 0.074))
    assert cell_pose((2, 1)).position == pytest.approx((0.1, -0.05, 0.074))
    np.testing.assert_allclose(cell_pose((0, 0), 1).rotation[:, 0], [0.0, 1.0, 0.0], atol=1e-12)


@given(st.integers(0, 2**32 - 1))
def test_fully_shuffled_changes_every_cell_and_orientation(seed: int) -> None:
    layout, before = fully_shuffled(np.random.default_rng(seed)), canonical()
    assert all(layout[module].cell != before[module].cell and layout[module].turns != 0 for module in MODULES)


@given(st.integers(0, 2**32 - 1))
def test_semi_shuffled_changes_some_modules_but_not_all(seed: int) -> None:
    layout, before = semi_shuffled(np.random.default_rng(seed)), canonical()
    changed = [module for module in MODULES if layout[module] != before[module]]
    assert 2 <= len(changed) <= 4


def test_two_modules_in_one_cell_are_refused() -> None:
    places = dict(canonical().places) | {"knob": Place((0, 0))}
    with pytest.raises(ValueError, match="one module"):
        Layout(tuple(places.items()))
