"""Hands moved off the demonstrated way, with chunks that lead back to it.

So the model learns to return from places where no demonstration has been, and from motions that lead away from its way: without
that it takes its own motion for a sign of where it is (de Haan et al., "Causal Confusion in Imitation Learning", NeurIPS 2019).
Compare Ke et al., "CCIL: Continuity-based Data Augmentation for Corrective Imitation Learning", ICLR 2024.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tandem.cell import description
from tandem.policy import grounding
from tandem.policy.skills.grasps import FINGERTIP_M
from tandem.policy.vla import features, frames

Array = NDArray[np.float64]

_NEAR_SHARE = 0.4
"""A hand is moved aside by this share of its distance to the next thing at most."""
_OPEN_M = 0.005
"""A hand that holds nothing may always be so far off: open fingers have room around what they are to take."""
_BOTH_M = 0.003
"""Hands that hold one thing, or two that touch, are moved aside by no more than this; over the BusyBox, where everything is close
to everything, this takes the place of what is always allowed."""
_TOUCHING_M = 0.06
"""Things whose middles are nearer may touch."""
_SMALLEST = 0.02
"""Distances and angles are drawn evenly on a scale of magnitudes, from this share of the largest one."""
_TURN_RAD, _TURN_HOLDING_RAD, _TURN_BOTH_RAD, _TURN_RADPM = 0.4, 0.1, 0.02, 4.0
"""A hand may always be turned by the first; if it holds something by the second, if that touches another one by the third; in the
first two cases the more the farther it is from the next thing."""
_BACK_MPS, _BACK_RADPS, _BACK_S = 0.08, 0.5, (0.5, 1.5)
"""How fast a hand returns, and the shortest and longest time that it takes: no faster than arms can change their motion."""
_LEAVING_S = 0.8
"""A hand may be moving away so fast that it would have gone as far again in this time."""
_EXACT_M, _SLACK, _SURFACE_M = 0.001, 0.2, 0.025
"""A hand may go on while it is off its way by less than the first, and that share of what its distance exceeds the last."""
_EXACT_RAD, _SLACK_RADPM = 0.02, 2.0
"""Likewise while it is turned off its way by less than that, and so much for each metre."""


@dataclass(frozen=True)
class Aside:
    """How hands, or whole scenes, are moved aside; largest distance, angle, and share of samples in which they are."""

    metres: float
    radians: float
    share: float


@dataclass(frozen=True)
class Astray:
    """How hands are off their way in B samples.

    The return begins with the first row that isn't committed: who committed the others didn't know of the offset. If they began
    it already, they would tell the model where to go, and it would not learn to look.

    Attributes:
        shift, turn: at first, in the frames of the hands, shape (B, 2, 3) [m; rad].
        way: what is left of the shift at each row, shape (B, H, 2, 3) [m].
        turned: which share of the turn is left, shape (B, H, 2, 1).
        gaps: from each hand on its way to the nearest thing that it doesn't hold (the middle of it, or an end of something long),
            the other hand or the table, shape (B, 2) [m].
        hurdles: shift or turn as a multiple of what is allowed so near to things, the larger one of both and of the hands, shape
            (B, H).
    """

    shift: Array
    turn: Array
    way: Array
    turned: Array
    gaps: Array
    hurdles: Array

    @classmethod
    def drawn(
        cls,
        tcp: Array,
        seen: Array,
        gripping: NDArray[np.bool_],
        given: NDArray[np.int64],
        times: Array,
        rng: np.random.Generator,
        aside: Aside,
    ) -> "Astray":
        """By chance, as far as there is room.

        Args:
            tcp: where the hands are, shape (B, 2, 4, 4).
            seen: the grounding, shape (B, OBJECTS, WIDTH).
            gripping: whether a hand has something between its fingers, shape (B, 2); while that isn't perceived, the hand stays:
                the thing would move along.
            given: how many rows are committed, shape (B,).
            times: of the rows, shape (H,) [s].
            rng: source of chance.
            aside: how far, how often.
        """
        count = len(tcp)
        gaps = _gaps(tcp, seen)
        unseen = gripping & ~np.asarray(features.held(seen) > 0.5).any(axis=1)
        led = ((rng.random((count, 1)) < aside.share) & ~unseen)[..., None]
        room, turn_room = _room(gaps, seen)
        size = led * np.minimum(aside.metres * _SMALLEST ** rng.random((count, 2)), room)[..., None]
        angle = led * np.minimum(aside.radians * _SMALLEST ** rng.random((count, 2)), turn_room)[..., None]
        shift = size * rng.normal(size=(count, 2, 3)) / np.sqrt(3)
        turn = angle * rng.normal(size=(count, 2, 3)) / np.sqrt(3)
        leaving = size / _LEAVING_S * rng.normal(size=(count, 2, 3)) / np.sqrt(3)
        begins = (given.astype(float) - 1.0) * float(times[1] - times[0])
        turned, way = _offsets(shift, turn, leaving, times, begins)
        near = np.maximum(gaps - _SURFACE_M, 0.0)
        off = np.linalg.norm(way, axis=-1) / (_EXACT_M + _SLACK * near)[:, None]
        askew = turned[..., 0] * np.linalg.norm(turn, axis=-1)[:, None] / (_EXACT_RAD + _SLACK_RADPM * near)[:, None]
        hurdles = np.maximum(off, askew).max(axis=2)
        return cls(shift, turn, way, turned, gaps, hurdles)

    def applied(self, tcp: Array, targets: Array, seen: Array) -> tuple[Array, Array, Array]:
        """Hands moved with what they hold, and targets, shape (B, H, 2, 4, 4), that lead back."""
        moved = tcp @ frames.from_vectors(self.shift, self.turn)
        changed = targets @ frames.from_vectors(self.way, self.turned * self.turn[:, None])
        return moved, changed, features.carried(seen, moved @ frames.inverse(tcp))


def _offsets(shift: Array, turn: Array, leaving: Array, times: Array, begins: Array) -> tuple[Array, Array]:
    """What share of a rotation is left at times, shape (B, H, 2, 1), and what is left of a shift, shape (B, H, 2, 3).

    Args:
        shift, turn, leaving: offset, rotation and velocity at first, shape (B, 2, 3).
        times: shape (H,).
        begins: when the return begins, shape (B,); the velocity stays until then.
    """
    begins = begins[:, None, None]
    start = shift + leaving * begins
    needed = np.maximum(np.linalg.norm(start, axis=-1) / _BACK_MPS, np.linalg.norm(turn, axis=-1) / _BACK_RADPS)
    back_s = np.clip(needed, *_BACK_S)[:, None, :, None]
    since = times[None, :, None, None] - begins[:, None]
    # Quintic Hermite: from the offset and its velocity to none of both, no acceleration at either end.
    u = np.clip(since / back_s, 0.0, 1.0)
    place, speed = 1 - u**3 * (10 - 15 * u + 6 * u**2), u - u**3 * (6 - 8 * u + 3 * u**2)
    return place, place * start[:, None] + (speed * back_s + np.minimum(since, 0.0)) * leaving[:, None]


def _gaps(tcp: Array, seen: Array) -> Array:
    """See `Astray`."""
    middles, along = features.object_places(seen), features.half_lengths(seen)
    places = np.stack([middles, middles + along, middles - along])[..., None, :]
    gaps = np.linalg.norm(tcp[:, None, :, :3, 3] - places, axis=-1).min(axis=0)
    gaps = np.where((seen[..., 0] < 0.5)[..., None] | (features.held(seen) > 0.5), 1.0, gaps).min(axis=1)
    gaps = np.minimum(gaps, _to_the_box(tcp, seen))
    apart = np.linalg.norm(tcp[:, 0, :3, 3] - tcp[:, 1, :3, 3], axis=-1)[:, None]
    return np.asarray(np.minimum(np.minimum(gaps, apart), np.maximum(tcp[..., 2, 3], 0.0)))


def _to_the_box(tcp: Array, seen: Array) -> Array:
    """From the fingertips of each hand to the BusyBox with its handles, in steps on it, else far, shape (B, 2) [m]."""
    start = grounding.COLUMNS.index("size_x")
    half = seen[:, grounding.ABOUT, start : start + 3] / 2
    half[:, 0] += float(description.settings("busybox.yaml")["handle"]["depth"])
    local = frames.inverse(features.object_poses(seen)[:, [grounding.ABOUT]]) @ tcp
    beyond = np.linalg.norm(np.maximum(np.abs(local[..., :3, 3]) - half[:, None], 0.0), axis=-1)
    return np.where(grounding.in_place(seen)[:, None], np.maximum(beyond - FINGERTIP_M, 0.0), 1.0)


def _room(gaps: Array, seen: Array) -> tuple[Array, Array]:
    """How far each hand may be moved aside, and turned, shape (B, 2) each [m; rad]."""
    held = np.asarray(features.held(seen) > 0.5)
    holding, joined = held.any(axis=1), _joined(seen, held)[:, None]
    in_place = grounding.in_place(seen)[:, None]
    least = np.where(in_place, _BOTH_M, _OPEN_M)
    room = np.where(holding, _NEAR_SHARE * gaps, np.maximum(_NEAR_SHARE * gaps, least))
    turn = np.where(holding | in_place, _TURN_HOLDING_RAD, _TURN_RAD) + _TURN_RADPM * gaps
    return np.where(joined, np.minimum(room, _BOTH_M), room), np.where(joined, _TURN_BOTH_RAD, turn)


def _joined(seen: Array, held: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether the hands hold one thing, or two that may touch, shape (B,)."""
    places = features.object_places(seen)
    apart = np.linalg.norm(places[:, :, None] - places[:, None], axis=-1)
    pairs = held[:, :, None, 0] & held[:, None, :, 1]
    return np.asarray((pairs & (apart < _TOUCHING_M)).any(axis=(1, 2)))
