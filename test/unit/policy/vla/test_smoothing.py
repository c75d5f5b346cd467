"""Jitter between rows goes; motion, and what is committed, stays."""

import numpy as np

from tandem.policy.vla.smoothing import smoothed

TIMES = np.arange(16)[:, None] * 0.1


def test_committed_rows_and_smooth_motions_stay() -> None:
    rows = np.hstack([0.3 * TIMES - 0.1 * TIMES**2, np.sin(1.5 * TIMES)])
    found = smoothed(rows, 3)
    np.testing.assert_allclose(found[:3], rows[:3], atol=1e-3)
    np.testing.assert_allclose(found, rows, atol=5e-3)


def test_jitter_goes() -> None:
    rows = np.random.default_rng(0).normal(size=(2, 16, 4))
    before, after = (np.abs(np.diff(values, n=3, axis=-2)).mean() for values in (rows, smoothed(rows, 2)))
    assert after < 0.2 * before
