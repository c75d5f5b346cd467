"""How a yes-or-no outcome depends on one number, groups having levels of their own: logistic regression for few data."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit
from scipy.stats import chi2

Array = NDArray[np.float64]

_STEPS = 100
_SLOPE_BOUND = 30.0


@dataclass(frozen=True)
class Slope:
    """A slope of the log odds a unit of the number, and the groups' log odds where the number is zero, shape (groups,)."""

    value: float
    levels: Array


@dataclass(frozen=True)
class Fit:
    """A fitted model: the most likely slope, and the ends of its profile likelihood interval for each confidence."""

    best: Slope
    intervals: tuple[tuple[Slope, Slope], ...]


def fit(values: Array, groups: NDArray[np.intp], outcomes: Array, confidences: Sequence[float] = (0.95,)) -> Fit:
    """Fit by Firth's penalised likelihood, which stays finite where the outcomes are separable.

    Args:
        values: the number, shape (N,), of about unit spread.
        groups: 0 to G - 1, shape (N,).
        outcomes: 0 or 1, shape (N,).
        confidences: of the intervals.
    """
    dummies = np.eye(int(groups.max()) + 1)[groups]
    design = np.column_stack([dummies, values])
    free, best = _maximise(design, outcomes, np.zeros(len(outcomes)))
    levels = free[:-1]

    def excess(at: float, target: float) -> float:
        nonlocal levels
        # The levels change little from one slope to the next.
        levels, value = _maximise(dummies, outcomes, at * values, design, levels)
        return value - target

    def end(confidence: float, direction: float) -> Slope:
        target = best - float(chi2.ppf(confidence, 1)) / 2
        value = _crossing(lambda at: excess(at, target), float(free[-1]), direction)
        return Slope(value, _maximise(dummies, outcomes, value * values, design, levels)[0])

    return Fit(Slope(float(free[-1]), free[:-1]), tuple((end(share, -1.0), end(share, 1.0)) for share in confidences))


def _crossing(excess: Callable[[float], float], slope: float, direction: float) -> float:
    """Where the profile falls to the interval's end, on one side; the bound where it never does."""
    step = 0.25
    while step < _SLOPE_BOUND:
        if excess(slope + direction * step) < 0.0:
            return float(brentq(excess, slope, slope + direction * step, xtol=1e-3))
        step *= 2.0
    return slope + direction * _SLOPE_BOUND


def _maximise(
    design: Array, outcomes: Array, offset: Array, penalised: Array | None = None, start: Array | None = None
) -> tuple[Array, float]:
    """Coefficients that maximise the penalised likelihood, and its value.

    ``penalised`` is the design of the penalty, by default the same: where some coefficients are held, in ``offset``, the penalty
    stays that of the whole model, as profiles need it.
    """
    whole = design if penalised is None else penalised
    coefficients = np.zeros(design.shape[1]) if start is None else start
    value = _likelihood(design, outcomes, offset, whole, coefficients)
    for _ in range(_STEPS):
        shares = expit(design @ coefficients + offset)
        weights = shares * (1.0 - shares)
        leverage = _leverage(whole, weights)
        score = design.T @ (outcomes - shares + leverage * (0.5 - shares))
        information = design.T @ (weights[:, None] * design) + 1e-9 * np.eye(design.shape[1])
        step = np.clip(np.linalg.solve(information, score), -3.0, 3.0)
        for _ in range(20):
            trial = _likelihood(design, outcomes, offset, whole, coefficients + step)
            if trial >= value - 1e-12:
                break
            step = step / 2.0
        coefficients, value = coefficients + step, trial
        if float(np.abs(step).max()) < 1e-6:
            break
    return coefficients, value


def _likelihood(design: Array, outcomes: Array, offset: Array, whole: Array, coefficients: Array) -> float:
    odds = design @ coefficients + offset
    shares = expit(odds)
    weights = np.maximum(shares * (1.0 - shares), 1e-12)
    determinant = np.linalg.slogdet(whole.T @ (weights[:, None] * whole) + 1e-12 * np.eye(whole.shape[1]))[1]
    return float(np.sum(outcomes * odds - np.logaddexp(0.0, odds)) + 0.5 * determinant)


def _leverage(design: Array, weights: Array) -> Array:
    scaled = np.sqrt(np.maximum(weights, 1e-12))[:, None] * design
    inverse = np.linalg.inv(scaled.T @ scaled + 1e-12 * np.eye(design.shape[1]))
    return np.asarray(np.einsum("ni,ij,nj->n", scaled, inverse, scaled))
