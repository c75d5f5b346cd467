"""S3: no two bodies come nearer than their margin, between the samples of a motion as well as at them.

A distance that is measured at one moment is trusted only as far as the bodies can move: by the path lengths of the joints, times
the distances of the bodies from the joints' axes. Where that isn't enough, the motion is looked at again in between (conservative
advancement: Mirtich and Canny, "Impulse-based simulation of rigid bodies", 1995; Schwarzer, Saha and Latombe, "Adaptive dynamic
collision checking for single and multiple articulated robots in complex environments", 2005).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tandem.cell.collision import DISTANCE_PRECISION, Clearance, CollisionModel
from tandem.cell.trajectory import Trajectory
from tandem.safety.bounds import segment_speeds

Array = NDArray[np.float64]

_CUTOFFS_M = (0.05, 0.10, 0.20, 0.40)
_WIDE_M = 0.10
_LOOKS = 12
"""A look at everything costs as much as some thirty distances, but a wide cut-off finds many pairs: settled by trials."""
_FINEST_M = 1e-4
"""Motion below which a pair is not looked at again in between."""


@dataclass(frozen=True)
class Breach:
    """Two bodies that would come too near.

    Attributes:
        clear_until: everything is far enough apart up to this time [s].
        time: when the pair is first found too near [s].
        nearest: the pair at its nearest in the rest of the motion.
    """

    clear_until: float
    time: float
    nearest: Clearance

    @property
    def words(self) -> str:
        """What would happen."""
        first, second = self.nearest.bodies
        margin = f"(margin {self.nearest.margin * 1e3:.1f} mm)"
        if self.nearest.distance < 0:
            return f"{first} would run {-self.nearest.distance * 1e3:.1f} mm into {second} {margin}"
        return f"{first} would come within {self.nearest.distance * 1e3:.1f} mm of {second} {margin}"


@dataclass(frozen=True)
class _Moment:
    """A time [s], and how far each joint has travelled until then at most, shape (14,)."""

    time: float
    travel: Array


@dataclass(frozen=True)
class _Open:
    """Pairs, as indices of the search, not yet known to be apart between two moments, and their distances at both, shape (k,)."""

    pairs: NDArray[np.intp]
    before: Array
    after: Array

    def only(self, chosen: NDArray[np.bool_]) -> "_Open":
        return _Open(self.pairs[chosen], self.before[chosen], self.after[chosen])


@dataclass(frozen=True)
class _Near:
    """A pair that is too near at some time between two moments [s]."""

    pair: int
    clear_until: float
    time: float


def warm_up(model: CollisionModel, positions: Array) -> None:
    """Have everything built that ``first_breach`` may need, which takes a while the first time."""
    for cutoff in _CUTOFFS_M:
        model.near(positions, cutoff)


def first_breach(model: CollisionModel, motion: Trajectory, share: float = 1.0) -> Breach | None:
    """The first time that bodies come too near, or None where the whole motion is clear.

    A pair that is too near at the start may stay as near as it is, but not come nearer: arms that a new estimate of the scene
    found too near something could never leave it otherwise.

    Args:
        model: with its world set.
        motion: to be checked, with samples at most about 20 ms apart.
        share: of each margin that must be kept.
    """
    return _Search(model, motion, share).run()


class _Search:
    def __init__(self, model: CollisionModel, motion: Trajectory, share: float) -> None:
        self._model, self._motion, self._share = model, motion, share
        self._speed = segment_speeds(motion)
        steps = self._speed * np.diff(motion.times)[:, None]
        self._travel = np.vstack([np.zeros(steps.shape[1]), np.cumsum(steps, axis=0)])

    def run(self) -> Breach | None:
        """Look at everything at some samples, and in between only at the pairs that need it."""
        looks, cutoff = self._looks()
        near = self._near(looks, cutoff)
        moved = np.vstack([np.diff(self._travel[looks], axis=0) @ self._reach.T, np.zeros(len(self._pairs))])
        # What was measured for a pair still holds later, less what it may have moved since. Pairs that aren't near are far.
        trusted = np.full(len(self._pairs), -np.inf)
        unsettled = np.zeros(0, dtype=int)
        for number, look in enumerate(looks):
            before = trusted[unsettled]
            trusted[unsettled] = np.inf  # measured again here anyway
            doubtful = (near[number] & (trusted - moved[number] < self._required)).nonzero()[0]
            if len(unsettled) or len(doubtful):
                self._model.place(self._motion.positions[look])
                trusted[doubtful] = self._distances(doubtful)
                trusted[unsettled] = self._distances(unsettled)
            if number == 0:
                self._let_leave(trusted)
            else:
                found = self._between(
                    self._moment(looks[number - 1]), self._moment(look), _Open(unsettled, before, trusted[unsettled])
                )
                if found is not None:
                    return self._breach(found)
            left = np.where(near[number], trusted - moved[number], -np.inf)
            unsettled = (near[number] & (left < self._required)).nonzero()[0]
            left[unsettled] = trusted[unsettled]
            trusted = left
        return None

    def _near(self, looks: list[int], cutoff: float) -> NDArray[np.bool_]:
        """Which pairs are near at which look, shape (looks, pairs); sets what is known of these pairs."""
        found = [self._model.near(self._motion.positions[look], cutoff) for look in looks]
        self._pairs = np.unique(np.array([pair for pairs in found for pair in pairs], dtype=int))
        self._reach = self._model.reach[self._pairs]
        self._required = self._share * self._model.margins[self._pairs]
        self._leaving = np.zeros(len(self._pairs), dtype=bool)
        near = np.zeros((len(looks), len(self._pairs)), dtype=bool)
        for row, pairs in zip(near, found, strict=True):
            row[np.searchsorted(self._pairs, pairs)] = True
        return near

    def _distances(self, indices: NDArray[np.intp]) -> Array:
        return np.array([self._model.distance(pair) for pair in self._pairs[indices].tolist()])

    def _let_leave(self, measured: Array) -> None:
        self._leaving = np.isfinite(measured) & (measured < self._required)
        self._required = np.where(self._leaving, measured - DISTANCE_PRECISION, self._required)

    def _looks(self) -> tuple[list[int], float]:
        """Samples at which to look at everything; from one to the next no pair comes nearer by more than the cut-off."""
        nearing = self._travel @ self._model.fastest_reach
        least = max(float(np.diff(nearing).max()), min(nearing[-1] / _LOOKS, _WIDE_M))
        cutoff = next((value for value in _CUTOFFS_M if least <= value), least)
        looks = [0]
        last = len(nearing) - 1
        while looks[-1] < last:
            farthest = int(np.searchsorted(nearing, nearing[looks[-1]] + cutoff, side="right")) - 1
            looks.append(min(max(farthest, looks[-1] + 1), last))
        return looks, cutoff

    def _between(self, before: _Moment, after: _Moment, open_pairs: _Open) -> _Near | None:
        """The first pair that is too near between two moments; the distances at both are known."""
        if len(open_pairs.pairs) == 0:
            return None
        moved = self._reach[open_pairs.pairs] @ (after.travel - before.travel)
        required = self._required[open_pairs.pairs]
        unsure = open_pairs.before + open_pairs.after - moved < 2 * required
        if not unsure.any():
            return None
        rest = open_pairs.only(unsure)
        if moved[unsure].max() <= _FINEST_M or after.time - before.time < 1e-5:
            # A pair that starts too near can't leave if only what lies clearly beyond its distance will do.
            leaving = self._leaving[rest.pairs] & (np.minimum(rest.before, rest.after) >= required[unsure])
            if leaving.all():
                return None
            return _Near(int(rest.pairs[np.argmin(leaving)]), before.time, after.time)
        middle, positions = self._halfway(before, after)
        self._model.place(positions)
        halfway = self._distances(rest.pairs)
        first, second = _Open(rest.pairs, rest.before, halfway), _Open(rest.pairs, halfway, rest.after)
        return self._between(before, middle, first) or self._between(middle, after, second)

    def _moment(self, sample: int) -> _Moment:
        return _Moment(float(self._motion.times[sample]), self._travel[sample])

    def _halfway(self, before: _Moment, after: _Moment) -> tuple[_Moment, Array]:
        """A moment between two others, at a sample where there is one."""
        times = self._motion.times
        time = (before.time + after.time) / 2
        sample = int(np.searchsorted(times, time, side="right")) - 1
        for nearby in (sample, sample + 1):
            if before.time < times[nearby] < after.time:
                return self._moment(nearby), self._motion.positions[nearby]
        travel = self._travel[sample] + self._speed[sample] * (time - times[sample])
        return _Moment(time, travel), self._motion.sample(time)[0]

    def _breach(self, found: _Near) -> Breach:
        """With the pair at its nearest in the rest of the motion."""
        pair = int(self._pairs[found.pair])
        distances = []
        for positions in (self._motion.sample(found.time)[0], *self._motion.positions[self._motion.times > found.time]):
            self._model.place(positions)
            distances.append(self._model.distance(pair))
        return Breach(found.clear_until, found.time, self._model.describe(pair, min(distances)))
