"""Demonstrations wait while hands are off their way."""

import numpy as np

from tandem.learning.training.pace import Progress

GIVEN = np.array([1, 3])
ROWS = np.arange(12.0)


def test_without_hurdles_nothing_changes() -> None:
    progress = Progress.past(np.full((2, 12), 0.9), GIVEN)
    np.testing.assert_allclose(progress.rows, np.tile(ROWS, (2, 1)))
    values = np.random.default_rng(0).normal(size=(2, 12, 2, 4, 4))
    np.testing.assert_allclose(progress.along(values), values)


def test_committed_rows_keep_their_pace_and_later_ones_wait_until_the_hurdle_is_past() -> None:
    hurdles = np.where(ROWS < 7, 1e6, 0.0)[None].repeat(2, axis=0)
    progress = Progress.past(hurdles, GIVEN).rows
    for sample, given in enumerate(GIVEN):
        np.testing.assert_allclose(progress[sample, :given], ROWS[:given])
    pace = np.diff(progress, axis=1)
    assert (pace >= 0).all()
    assert (pace <= 1 + 1e-9).all()
    assert pace[:, 5].max() < 0.01
    np.testing.assert_allclose(pace[:, 8:], 1.0)


def test_values_come_at_that_pace() -> None:
    progress = Progress(np.array([[0.0, 0.5, 1.0, 1.25]]))
    np.testing.assert_allclose(progress.along(np.array([[[0.0], [10.0], [20.0], [30.0]]]))[0, :, 0], [0.0, 5.0, 10.0, 12.5])
    assert progress.nearest(np.array([[4, 5, 6, 7]]))[0].tolist() == [4, 4, 5, 5]
