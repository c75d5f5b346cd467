import numpy as np
import pytest

from tandem.learning.reports.logistic import fit


def test_two_groups_give_the_closed_form_of_the_penalty() -> None:
    # With one yes-or-no number, Firth's penalty is half a count added to each cell.
    values = np.array([0.0] * 10 + [1.0] * 10)
    outcomes = np.array([0.0] * 3 + [1.0] * 7 + [0.0] + [1.0] * 9)
    found = fit(values, np.zeros(20, int), outcomes)
    assert found.best.value == pytest.approx(np.log((9.5 / 1.5) / (7.5 / 3.5)), abs=1e-5)
    ((low, high),) = found.intervals
    assert low.value < found.best.value < high.value


def test_stays_finite_where_the_number_separates_the_outcomes() -> None:
    values = np.linspace(-2.0, 2.0, 24)
    found = fit(values, np.arange(24) % 2, (values > 0).astype(float))
    ((low, high),) = found.intervals
    assert 1.0 < found.best.value < 10.0
    assert 0.0 < low.value < found.best.value < high.value


def test_levels_of_groups_are_not_taken_for_the_numbers_effect() -> None:
    rng = np.random.default_rng(2)
    groups = rng.integers(0, 2, 400)
    values = rng.normal(size=400) + 2.0 * groups
    outcomes = (rng.random(400) < np.where(groups == 1, 0.3, 0.9)).astype(float)
    ((_, high),) = fit(values, np.zeros(400, int), outcomes).intervals
    assert high.value < 0.0
    ((low, high),) = fit(values, groups, outcomes).intervals
    assert low.value < 0.0 < high.value


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    held = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        values, groups = rng.normal(size=80), rng.integers(0, 3, 80)
        outcomes = (rng.random(80) < 1 / (1 + np.exp(-(0.5 + 0.4 * groups - 0.8 * values)))).astype(float)
        ((low, high),) = fit(values, groups, outcomes).intervals
        held += low.value <= -0.8 <= high.value
    assert held >= 52
