"""Batches to learn from: what is seen and felt at a moment, and the chunk that was carried out from there."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tandem.learning.training.astray import Aside, Astray
from tandem.learning.training.displaced import Displaced
from tandem.learning.training.fingers import FingersAstray
from tandem.learning.training.heed import heed
from tandem.learning.training.pace import Progress
from tandem.learning.training.passages import Index, Passages
from tandem.policy import grounding
from tandem.policy.vla import actions, features, frames

Array = NDArray[np.float64]

_GRIP_N = 0.5
"""A hand both of whose fingers press harder than this has something between them, whether that is perceived yet or not."""
_LEAST_PRESSED, _LEVER_M = 0.01, 0.03
"""The least push as a share of the largest one; how far from the grasp centre it comes."""


@dataclass(frozen=True)
class Augmentation:
    """What is changed at random.

    Attributes:
        aside_share: of samples in which hands are moved off their way, see `astray`.
        aside_m, aside_rad: how far at most.
        fingers_share: of samples in which free fingers are opened or closed off their way, see `fingers`.
        no_grounding: share of samples without any grounding.
        hidden_object: share of the other objects' rows that are left out.
        seen_wrong_m: standard deviation of an error of perceived places.
        target_aside_m: how far targets are moved away, in half of the samples that have a goal; the goal and the chunk stay.
        no_touch: share of samples without force and touch.
        pressed_share: of hands that feel forces which no demonstration has, as hands do that are off their way.
        pressed_n: how large at most.
        most_given: committed rows at most, row 0 included.
        displaced_share: of the samples on the BusyBox in which the whole scene stands elsewhere, see `displaced`; work that is
            done stays where it is.
        displaced_m, displaced_rad: how far at most.
    """

    aside_share: float = 0.85
    aside_m: float = 0.15
    aside_rad: float = 0.8
    fingers_share: float = 0.5
    no_grounding: float = 0.15
    hidden_object: float = 0.1
    seen_wrong_m: float = 0.0007
    target_aside_m: float = 0.05
    no_touch: float = 0.1
    pressed_share: float = 0.2
    pressed_n: float = 50.0
    most_given: int = 5
    displaced_share: float = 0.5
    displaced_m: float = 0.08
    displaced_rad: float = 3.2

    def as_it_was(self) -> "Augmentation":
        """The same with scenes where they were: what cameras show can't be displaced."""
        return replace(self, displaced_share=0.0)


@dataclass(frozen=True)
class Batch:
    """Numbers of a batch of B samples, not normalised.

    Attributes:
        index: frames of the dataset, shape (B,).
        hands, objects, objects_there, touch: as `TandemVla` takes them.
        anchors: of `features.anchors`, shape (B, 2, ANCHORS, 3) [m].
        heed: how much either hand's errors count, shape (B, 2).
        touch_there: which samples have force and touch, shape (B,).
        rows: the chunk, shape (B, H, WIDTH).
        rows_count: which of its rows are known to be right, shape (B, H).
        given: which are committed, shape (B, H).
        felt: what was felt at the rows, shape (B, H, 2 x FELT_WIDTH).
        done, remaining: of the step: 0 or 1; seconds; shape (B,).
        ends: whether the end of the step is known, shape (B,).
        task: shape (B,).
    """

    index: Index
    hands: Array
    objects: Array
    objects_there: NDArray[np.bool_]
    anchors: Array
    heed: Array
    touch: Array
    touch_there: NDArray[np.bool_]
    rows: Array
    rows_count: NDArray[np.bool_]
    given: NDArray[np.bool_]
    felt: Array
    done: Array
    remaining: Array
    ends: NDArray[np.bool_]
    task: Index


def make_batch(
    passages: Passages,
    chosen: Index,
    rng: np.random.Generator,
    *,
    rows: int,
    step_dt: float,
    touch_samples: int,
    augment: Augmentation | None,
) -> Batch:
    """The batch of ``chosen`` positions in ``passages.kept``; None for ``augment`` leaves all as it was."""
    data, kept = passages.frames, passages.kept
    frame, count = kept[chosen], len(chosen)
    source, known = chunk_frames(passages, chosen, rows)
    targets, travel = passages.wanted[source], passages.sent[source]
    first = passages.before[chosen] < 0
    targets[first, 0], travel[first, 0] = passages.reached[frame[first]], passages.opened[frame[first]]
    tcp = targets[:, 0]
    seen = features.carried(data.grounding[frame].astype(float), tcp @ frames.inverse(passages.reached[frame]))
    opened = passages.opened[frame]
    most = rows // 2 if augment is None else augment.most_given
    given = rng.integers(1, most + 1, count)
    if augment is not None:
        elsewhere = Aside(augment.displaced_m, augment.displaced_rad, augment.displaced_share)
        gripping = np.all(data.tactile[frame][..., 0].sum(axis=(3, 4)) > _GRIP_N, axis=2)
        # Hands that have done their work go home, which is one place in the world.
        busy = grounding.in_place(seen) & ~(grounding.reached(seen) & ~gripping.any(axis=1))
        moved = Displaced.drawn(busy, rng, elsewhere)
        tcp, targets, seen = moved.poses(tcp), moved.poses(targets), moved.rows(seen)
        led = _astray(tcp, targets, travel, opened, seen, gripping, given, rng, augment, step_dt)
        (tcp, targets, seen), (opened, travel), progress = led
        source = progress.nearest(source)
        seen = _seen_worse(seen, rng, augment)
    objects, there = features.object_features(seen, tcp)
    anchors = features.anchors(seen, tcp)
    touched = np.ones(count, dtype=bool) if augment is None else rng.random(count) >= augment.no_touch
    felt_at = np.minimum(source + 1, len(data.state) - 1)
    return Batch(
        index=frame,
        hands=features.hand_features(tcp, opened),
        objects=objects,
        objects_there=there,
        anchors=anchors,
        heed=heed(seen, anchors),
        touch=_touch(passages, frame, touch_samples, rng, augment),
        touch_there=touched,
        rows=actions.encode(targets, travel, tcp, features.half_width(seen)),
        rows_count=known,
        given=np.arange(rows)[None, :] < given[:, None],
        felt=features.felt(data.wrench[felt_at].astype(float), data.tactile[felt_at].astype(float)),
        done=(data.remaining[frame] < 0.05).astype(float),
        remaining=step_dt * (passages.last[chosen] - chosen).astype(float),
        ends=passages.complete[chosen],
        task=data.task[frame],
    )


def _astray(
    tcp: Array,
    targets: Array,
    travel: Array,
    opened: Array,
    seen: Array,
    gripping: NDArray[np.bool_],
    given: Index,
    rng: np.random.Generator,
    augment: Augmentation,
    step_dt: float,
) -> tuple[tuple[Array, Array, Array], tuple[Array, Array], Progress]:
    """Hands, targets and what is seen, then fingers and their travel, off their way; and the pace of the demonstration.

    It waits until hands and fingers are near enough to their way again.
    """
    times = step_dt * np.arange(targets.shape[1], dtype=float)
    hands = Astray.drawn(tcp, seen, gripping, given, times, rng, Aside(augment.aside_m, augment.aside_rad, augment.aside_share))
    holding = np.asarray((features.held(seen) > 0.5).any(axis=1))
    fingers = FingersAstray.drawn(opened, travel, holding | gripping, hands.gaps, given, rng, augment.fingers_share)
    progress = Progress.past(np.maximum(hands.hurdles, fingers.hurdles), given)
    moved = hands.applied(tcp, progress.along(targets), seen)
    return moved, fingers.applied(opened, progress.along(travel)), progress


def chunk_frames(passages: Passages, chosen: Index, rows: int) -> tuple[Index, NDArray[np.bool_]]:
    """Frames whose actions are the rows of a chunk, and which rows are known to be right, each of shape (B, rows).

    Row 0 is what is commanded already at that moment: the action of the frame before. After the end of a step its last one stays.
    """
    ahead = chosen[:, None] + np.arange(rows)[None, :] - 1
    last = passages.last[chosen, None]
    source = passages.kept[np.minimum(np.maximum(ahead, chosen[:, None]), last)]
    source[:, 0] = np.where(passages.before[chosen] >= 0, passages.before[chosen], passages.kept[chosen])
    return source, (ahead <= last) | passages.complete[chosen, None]


def _touch(passages: Passages, frame: Index, samples: int, rng: np.random.Generator, augment: Augmentation | None) -> Array:
    """Force and touch of the last frames, oldest first, shape (B, T, 2, TOUCH_WIDTH)."""
    data = passages.frames
    back = frame[:, None] - np.arange(samples)[::-1][None, :]
    back = np.where((back >= 0) & (data.episode[np.maximum(back, 0)] == data.episode[frame, None]), back, frame[:, None])
    wrench = data.wrench[back].astype(float)
    if augment is not None:
        wrench += pressed(len(frame), rng, augment.pressed_share, augment.pressed_n)[:, None]
    return features.touch_features(wrench, data.tactile[back].astype(float))


def pressed(count: int, rng: np.random.Generator, share: float, most_n: float) -> Array:
    """Wrenches of pushes from any side, all magnitudes alike often, in the tcp frames, left then right, shape (count, 12)."""
    size = most_n * _LEAST_PRESSED ** rng.random((count, 2, 1)) * (rng.random((count, 2, 1)) < share)
    force = size * rng.normal(size=(count, 2, 3)) / np.sqrt(3)
    torque = np.cross(_LEVER_M * rng.normal(size=(count, 2, 3)), force)
    return np.concatenate([force, torque], axis=-1).reshape(count, 12)


def _seen_worse(seen: Array, rng: np.random.Generator, augment: Augmentation) -> Array:
    """Places a little off, targets away from their goals, some objects unseen, in some samples nothing known of any."""
    changed = seen.copy()
    changed[..., grounding.PLACE] += rng.normal(size=(*seen.shape[:2], 3)) * augment.seen_wrong_m
    moved = (rng.random(len(seen)) < 0.5) & (seen[:, grounding.GOAL, 0] > 0.5) & ~grounding.in_place(seen)
    aside = augment.target_aside_m * rng.uniform(-1.0, 1.0, (len(seen), 2))
    changed[:, grounding.TARGET, grounding.PLACE][:, :2] += moved[:, None] * aside
    hidden = rng.random(seen.shape[:2]) < augment.hidden_object
    hidden[:, : grounding.ABOUT] = False
    hidden |= rng.random((len(seen), 1)) < augment.no_grounding
    changed[hidden] = 0.0
    return changed
