"""Statistics of few trials: shares of successes, their differences, and medians of skewed measurements."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

_Z95 = 1.959964


def wilson_interval(successes: int, n: int, z: float = _Z95) -> tuple[float, float]:
    """The Wilson score interval of a success probability; ``z`` 1.96 for 95 %. (0, 1) when nothing was tried.

    Raises:
        ValueError: the counts are not 0 <= successes <= n.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes of {n} trials")
    if n == 0:
        return 0.0, 1.0
    rate = successes / n
    spread = z * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    middle, scale = rate + z * z / (2 * n), 1 + z * z / n
    # The interval holds the rate; rounding may say otherwise at its ends.
    return max(0.0, min(rate, (middle - spread) / scale)), min(1.0, max(rate, (middle + spread) / scale))


@dataclass(frozen=True)
class Difference:
    """A difference with its 95 % interval, and how probable one as large is where there is none (two-sided)."""

    value: float
    low: float
    high: float
    p: float

    @property
    def clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0.0 or self.high < 0.0


def rate_difference(successes: int, n: int, base_successes: int, base_n: int) -> Difference:
    """Of two shares of independent trials: Newcombe's hybrid score interval (his method 10), p by Fisher's exact test.

    Raises:
        ValueError: the counts make no sense, or nothing was tried.
    """
    if not n or not base_n:
        raise ValueError("nothing was tried")
    low, high = wilson_interval(successes, n)
    base_low, base_high = wilson_interval(base_successes, base_n)
    rate, base = successes / n, base_successes / base_n
    p = float(stats.fisher_exact([[successes, n - successes], [base_successes, base_n - base_successes]]).pvalue)
    return Difference(
        rate - base,
        rate - base - math.hypot(rate - low, base_high - base),
        rate - base + math.hypot(high - rate, base - base_low),
        p,
    )


@dataclass(frozen=True)
class Pairs:
    """The same trials under two conditions.

    Attributes:
        n: how many.
        gained, lost: succeeded only under the second, only under the first.
        p: McNemar's exact test of the two.
    """

    n: int
    gained: int
    lost: int
    p: float


def paired(before: Sequence[bool], after: Sequence[bool]) -> Pairs:
    """Compare trials one by one, which tells more than the two shares do when they differ in difficulty.

    Raises:
        ValueError: they are not the same number.
    """
    gained = sum(late and not early for early, late in zip(before, after, strict=True))
    lost = sum(early and not late for early, late in zip(before, after, strict=True))
    p = float(stats.binomtest(gained, gained + lost).pvalue) if gained + lost else 1.0
    return Pairs(len(before), gained, lost, p)


def median_difference(values: Sequence[float], base: Sequence[float], *, resamples: int = 4000, seed: int = 0) -> Difference:
    """Of the medians of two samples: percentile bootstrap, p by the Mann-Whitney test.

    Raises:
        ValueError: fewer than three values on a side.
    """
    if min(len(values), len(base)) < 3:
        raise ValueError("medians of fewer than three values can't be compared")
    rng = np.random.default_rng(seed)
    ours, theirs = np.asarray(values, float), np.asarray(base, float)
    drawn = _medians(ours, rng, resamples) - _medians(theirs, rng, resamples)
    low, high = np.percentile(drawn, [2.5, 97.5])
    p = float(stats.mannwhitneyu(ours, theirs, alternative="two-sided").pvalue)
    return Difference(float(np.median(ours) - np.median(theirs)), float(low), float(high), p)


def median_interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95 % interval of a median by order statistics; the whole range where there are too few values for one.

    Raises:
        ValueError: there are none.
    """
    if not values:
        raise ValueError("no values")
    ordered, n = sorted(values), len(values)
    # The largest rank k with P(Binomial(n, 1/2) < k) < 2.5 %: the k-th value from either end.
    place = max(int(stats.binom.ppf(0.025, n, 0.5)), 1) - 1
    return float(ordered[place]), float(ordered[n - 1 - place])


def _medians(values: np.ndarray, rng: np.random.Generator, resamples: int) -> np.ndarray:
    medians: np.ndarray = np.median(rng.choice(values, (resamples, len(values))), axis=1)
    return medians
