import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.learning.evaluation.statistics import (
    median_difference,
    median_interval,
    paired,
    rate_difference,
    wilson_interval,
)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(9, 10, 0.5958, 0.9821), (10, 10, 0.7225, 1.0), (0, 10, 0.0, 0.2775), (81, 263, 0.2553, 0.3662)],
)
def test_agrees_with_published_values(successes: int, n: int, low: float, high: float) -> None:
    assert wilson_interval(successes, n) == pytest.approx((low, high), abs=5e-4)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_holds_the_rate_and_mirrors(trial: tuple[int, int]) -> None:
    successes, n = trial
    low, high = wilson_interval(successes, n)
    assert 0.0 <= low <= successes / n <= high <= 1.0
    mirrored = wilson_interval(n - successes, n)
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=1e-9)


def test_knows_nothing_without_trials_and_refuses_nonsense() -> None:
    assert wilson_interval(0, 0) == (0.0, 1.0)
    with pytest.raises(ValueError, match="3 successes of 2"):
        wilson_interval(3, 2)


@pytest.mark.parametrize(
    ("trial", "value", "low", "high"),
    # Newcombe, Statistics in Medicine 17 (1998), 873-890, table II, method 10.
    [
        ((56, 70, 48, 80), 0.2, 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.6, 0.1705, 0.8090),
        ((10, 10, 0, 10), 1.0, 0.6075, 1.0),
        ((5, 56, 0, 29), 0.0893, -0.0381, 0.1926),
    ],
)
def test_differences_of_shares_agree_with_published_values(
    trial: tuple[int, int, int, int], value: float, low: float, high: float
) -> None:
    found = rate_difference(*trial)
    assert (found.value, found.low, found.high) == pytest.approx((value, low, high), abs=1e-4)
    mirrored = rate_difference(trial[2], trial[3], trial[0], trial[1])
    assert (mirrored.low, mirrored.high) == pytest.approx((-found.high, -found.low))


def test_a_difference_is_clear_where_its_interval_leaves_zero_out() -> None:
    assert rate_difference(56, 70, 48, 80).clear
    assert not rate_difference(5, 56, 0, 29).clear
    assert rate_difference(48, 80, 56, 70).clear
    with pytest.raises(ValueError, match="nothing was tried"):
        rate_difference(1, 2, 0, 0)


def test_fishers_test_on_the_lady_who_tastes_tea() -> None:
    assert rate_difference(3, 4, 1, 4).p == pytest.approx(0.4857, abs=1e-4)


def test_pairs_count_what_changed() -> None:
    before = [True] * 10 + [False] * 8 + [True] * 2
    after = [True] * 10 + [True] * 8 + [False] * 2
    found = paired(before, after)
    assert (found.n, found.gained, found.lost) == (20, 8, 2)
    assert found.p == pytest.approx(2 * 56 / 1024, abs=1e-9)
    assert paired([True], [True]).p == 1.0
    with pytest.raises(ValueError, match="zip"):
        paired([True], [])


@pytest.mark.parametrize(("n", "ranks"), [(6, (1, 6)), (10, (2, 9)), (20, (6, 15)), (5, (1, 5)), (1, (1, 1))])
def test_intervals_of_medians_are_the_tables_ranks(n: int, ranks: tuple[int, int]) -> None:
    assert median_interval([float(value) for value in reversed(range(1, n + 1))]) == ranks


def test_medians_that_differ_are_told_apart_and_equal_ones_are_not() -> None:
    rng = np.random.default_rng(4)
    base = rng.gamma(4.0, 2.0, 60)
    assert median_difference(list(base + 5.0), list(base)).value == pytest.approx(5.0)
    assert median_difference(list(base + 5.0), list(base)).low > 2.0
    same = median_difference(list(rng.gamma(4.0, 2.0, 60)), list(base))
    assert same.low < 0.0 < same.high
    assert same.p > 0.05
    assert median_difference([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]) == median_difference([1.0, 2.0, 3.0], [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="fewer than three"):
        median_difference([1.0, 2.0], [1.0, 2.0, 3.0])


def test_bootstrap_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(11)
    held = 0
    for trial in range(150):
        found = median_difference(list(rng.normal(1.0, 1.0, 25)), list(rng.normal(0.0, 1.0, 25)), resamples=400, seed=trial)
        held += found.low <= 1.0 <= found.high
    assert 0.88 <= held / 150 <= 1.0
