"""Which of the things that were drawn at random success depends on, and how surely."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.special import expit

from tandem.learning.evaluation.report import Row
from tandem.learning.evaluation.statistics import wilson_interval
from tandem.learning.reports.factors import factors
from tandem.learning.reports.logistic import Array, Slope, fit

LEAST = 10
"""Successes and failures that there must be at least: with fewer, a slope says more of chance than of the cell."""

_BINS = 4
_EDGES = (10.0, 90.0)


@dataclass(frozen=True)
class Bin:
    """Episodes whose value is from ``low`` to ``high``: how many, how many successes, and the 95 % interval of their share."""

    low: float
    high: float
    n: int
    successes: int
    ci95: tuple[float, float]


@dataclass(frozen=True)
class Factor:
    """One thing that was drawn.

    Attributes:
        name: with its unit.
        low, high: its 10th and 90th percentile.
        effect: by how much success changes from ``low`` to ``high``, tasks being equal: a difference of shares.
        ci95: of the effect, by itself.
        ci_all: of the effect, so wide that with 95 % all factors' intervals hold at once (Bonferroni).
        stands_out: whether ``ci_all`` leaves zero out.
        bins: success by quarters of its values.
    """

    name: str
    low: float
    high: float
    effect: float
    ci95: tuple[float, float]
    ci_all: tuple[float, float]
    stands_out: bool
    bins: tuple[Bin, ...]


@dataclass(frozen=True)
class Sensitivity:
    """Of an evaluation.

    Attributes:
        n, successes: episodes in which something was drawn, and in which the task was done.
        verdict: what can be said, in words.
        factors: the greatest effect first; empty where there is too little data.
    """

    n: int
    successes: int
    verdict: str
    factors: tuple[Factor, ...]

    def as_json(self) -> dict[str, Any]:
        """As reports tell it."""
        return asdict(self)


def sensitivity(rows: Sequence[Row]) -> Sensitivity:
    """Success against each factor; episodes that broke off are left out."""
    drawn = [(row, values) for row in rows if row.get("ending") != "broken" and (values := factors(row))]
    successes = sum(bool(row["success"]) for row, _ in drawn)
    failures = len(drawn) - successes
    if not drawn:
        return Sensitivity(0, 0, "Nothing was varied: run with --randomise.", ())
    if min(successes, failures) < LEAST:
        fewer = f"{failures} failures" if failures <= successes else f"{successes} successes"
        return Sensitivity(
            len(drawn),
            successes,
            f"Too little data: {fewer} of {len(drawn)} episodes. At least {LEAST} failures and {LEAST} successes are needed "
            "before anything can be said of what they depend on.",
            (),
        )
    outcomes = np.array([float(row["success"]) for row, _ in drawn])
    tasks = np.unique([row["task"] for row, _ in drawn], return_inverse=True)[1]
    names = list(dict.fromkeys(key for _, values in drawn for key in values))
    columns = {name: np.array([values.get(name, np.nan) for _, values in drawn]) for name in names}
    usable = {name: column for name, column in columns.items() if _varies(column)}
    found = [_factor(name, column, tasks, outcomes, len(usable)) for name, column in usable.items()]
    found.sort(key=lambda entry: -abs(entry.effect))
    return Sensitivity(len(drawn), successes, _verdict(found, len(drawn)), tuple(found))


def _verdict(found: Sequence[Factor], n: int) -> str:
    clear = [entry.name for entry in found if entry.stands_out]
    if clear:
        return f"Success depends on {', '.join(clear)}: more than chance among {len(found)} factors explains."
    widest = max((high - low) / 2 for low, high in (entry.ci_all for entry in found)) if found else 1.0
    return (
        f"No factor stands out in {n} episodes: differences of up to about {100 * widest:.0f} percentage points "
        "between low and high values can't be ruled out, smaller ones can't be seen."
    )


def _varies(column: Array) -> bool:
    known = column[np.isfinite(column)]
    return len(known) >= 2 * LEAST and float(np.ptp(known)) > 1e-9


def _factor(name: str, column: Array, tasks: np.ndarray, outcomes: Array, count: int) -> Factor:
    known = np.isfinite(column)
    values, outcomes = column[known], outcomes[known]
    groups = np.unique(tasks[known], return_inverse=True)[1]
    low, high = np.percentile(values, _EDGES)
    scale = max(float(values.std()), 1e-12)
    middle = float(values.mean())
    ends = (np.array([low, high]) - middle) / scale
    fitted = fit((values - middle) / scale, groups, outcomes, (0.95, 1.0 - 0.05 / count))
    ci95, ci_all = ((_change(one, groups, ends), _change(other, groups, ends)) for one, other in fitted.intervals)
    return Factor(
        name=name,
        low=float(low),
        high=float(high),
        effect=_change(fitted.best, groups, ends),
        ci95=ci95,
        ci_all=ci_all,
        stands_out=ci_all[0] > 0.0 or ci_all[1] < 0.0,
        bins=_bins(values, outcomes),
    )


def _change(slope: Slope, groups: np.ndarray, ends: Array) -> float:
    """The change of success from one end to the other, mean over the episodes."""
    at_low, at_high = (expit(slope.levels[groups] + slope.value * end) for end in ends)
    return float(np.mean(at_high - at_low))


def _bins(values: Array, outcomes: Array) -> tuple[Bin, ...]:
    edges = np.quantile(values, np.linspace(0.0, 1.0, _BINS + 1))
    places = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, _BINS - 1)
    found = []
    for place in range(_BINS):
        chosen = outcomes[places == place]
        if len(chosen):
            successes = int(chosen.sum())
            interval = wilson_interval(successes, len(chosen))
            found.append(Bin(float(edges[place]), float(edges[place + 1]), len(chosen), successes, interval))
    return tuple(found)
