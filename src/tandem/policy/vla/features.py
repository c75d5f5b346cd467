"""What the model sees beside images and words, as numbers of moderate size.

Positions are given in the frames of the hands and not only in the world, so that what was learned in one place holds in another.
Hands are where they are commanded to be, see `actions`.
All functions take batches of any leading shape ``...``; hands are ordered left, right.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tandem.cell import description, names
from tandem.policy import grounding
from tandem.policy.vla import frames

Array = NDArray[np.float64]

FINGERS_M: Final = float(description.settings("cell.yaml")["gripper"]["open"])
"""Travel of opened fingers [m]."""

_WORLD_MIDDLE = np.array([0.45, 0.0, 0.15])
_WORLD_SCALE = np.array([0.25, 0.30, 0.15])
_FORCE_N, _TORQUE_NM, _TAXEL_N, _PRESSURE_N = 2.0, 0.2, 0.05, 1.0
_WORDS = {name: index for index, name in enumerate(grounding.COLUMNS)}

HAND_WIDTH: Final = 3 + 6 + 1 + frames.POSITION_WIDTH + 6
OBJECT_WIDTH: Final = 2 * (frames.POSITION_WIDTH + 6 + 4) + 3 + 6 + frames.POSITION_WIDTH + 3 + 8 + len(grounding.CATEGORIES)
TOUCH_WIDTH: Final = 6 + 6 + 192
FELT_WIDTH: Final = 8
"""Of the summary of touch of one hand: wrench (6), pressure on either finger (2)."""


def fingers(positions: Array) -> Array:
    """Travel of both grippers, shape (..., 2) [m], of joints of shape (..., 14)."""
    return positions[..., [names.GRIPPER_COLUMN[side] for side in names.SIDES]]


def hand_features(tcp: Array, travel: Array) -> Array:
    """Of each hand: where it is, how it is turned, how far it is open, where the other one is; shape (..., 2, HAND_WIDTH).

    Args:
        tcp: poses of the grasp centres in the world, shape (..., 2, 4, 4).
        travel: of the fingers, shape (..., 2) [m].
    """
    other = frames.inverse(tcp) @ tcp[..., ::-1, :, :]
    place = (tcp[..., :3, 3] - _WORLD_MIDDLE) / _WORLD_SCALE
    opening = (2 * travel / FINGERS_M - 1)[..., None]
    parts = [place, frames.six_d(tcp), opening, frames.position_features(other[..., :3, 3]), frames.six_d(other)]
    return np.concatenate(parts, axis=-1)


def object_features(rows: Array, tcp: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Of each grounded object: where it is seen from either hand, from the world and from the step's object.

    Args:
        rows: as `tandem.policy.grounding.table` makes them, shape (..., OBJECTS, WIDTH).
        tcp: poses of the grasp centres in the world, shape (..., 2, 4, 4).

    Returns:
        Features, shape (..., OBJECTS, OBJECT_WIDTH), and which rows are there, shape (..., OBJECTS).
    """
    poses = object_poses(rows)
    parts = []
    for hand in range(2):
        seen = frames.inverse(tcp[..., hand, :, :])[..., None, :, :] @ poses
        turn = np.arctan2(seen[..., 1, 0], seen[..., 0, 0])
        parts += [frames.position_features(seen[..., :3, 3]), frames.six_d(seen), frames.harmonics(turn, (2, 4))]
    turn = np.arctan2(poses[..., 1, 0], poses[..., 0, 0])
    parts += [(poses[..., :3, 3] - _WORLD_MIDDLE) / _WORLD_SCALE, frames.harmonics(turn, (1, 2, 4))]
    parts += [frames.position_features(poses[..., :3, 3] - poses[..., :1, :3, 3])]
    parts += [_column(rows, "size_x", 3) / 0.1, _column(rows, "is_object", 3), _column(rows, "confidence", 2)]
    parts += [
        np.log1p(_column(rows, "age", 1)),
        _column(rows, "held_left", 2),
        _column(rows, "is_cube", len(grounding.CATEGORIES)),
    ]
    there = rows[..., 0] > 0.5
    return np.concatenate(parts, axis=-1) * there[..., None], there


TOLD_BY: Final = 2
"""The step's object and its destination, see `told_by`."""

WAYS: Final = 2 * TOLD_BY + 1
"""What a hand's way may be told by: the step's object, its destination, an end of each, the other hand. On the BusyBox, where one
hand presses to hold the box, or both hook in to move it, that place takes the turn of the destination's end."""

ANCHORS: Final = WAYS + TOLD_BY
"""Those, and what its turn may be told by: the edges of these things."""

_LONG = 1.2
"""What is so many times longer than wide has ends."""


def anchors(rows: Array, tcp: Array) -> Array:
    """What the motion of each hand may be told by, in its frame, shape (..., 2, ANCHORS, 3); 0 for what isn't known.

    The first are ways to places [m]; the others rotation vectors to the nearest turn that is square to a thing's edges, or, for
    what is carried to its goal, to the turn that it is to have there [rad].

    Args:
        rows, tcp: as for `object_features`.
    """
    about = told_by(rows)
    poses = object_poses(about)
    middles = np.stack([poses[..., :3, 3]] * 2, axis=-3)
    others = tcp[..., ::-1, None, :3, 3]
    places = np.concatenate([middles, middles + _ends(about), others], axis=-2)
    places = _with_brace(rows, places)
    back = np.swapaxes(tcp[..., :3, :3], -1, -2)
    ways = np.einsum("...hij,...haj->...hai", back, places - tcp[..., None, :3, 3])
    turns = frames.to_square(np.einsum("...hij,...ajk->...haik", back, poses[..., :3, :3]))
    carries = (rows[..., grounding.GOAL, 0] > 0.5) & (held(rows)[..., 0, :] > 0.5).any(axis=-1)
    turns[..., 1, :] = np.where(carries[..., None, None], _to_goal(poses, tcp), turns[..., 1, :])
    known = about[..., 0] > 0.5
    there = np.concatenate([known, known, np.ones((*rows.shape[:-2], 1), dtype=bool), known], axis=-1)
    return np.concatenate([ways, turns], axis=-2) * there[..., None, :, None]


def _to_goal(poses: Array, tcp: Array) -> Array:
    """Rotation vectors that turn the object as its goal is turned, in the frame of each hand, shape (..., 2, 3) [rad]."""
    turn = poses[..., 1, :3, :3] @ np.swapaxes(poses[..., 0, :3, :3], -1, -2)
    hands = tcp[..., :3, :3]
    return frames.rotation_vectors(np.swapaxes(hands, -1, -2) @ turn[..., None, :, :] @ hands)


def _with_brace(rows: Array, places: Array) -> Array:
    """The places, shape (..., 2, WAYS, 3); where a hand presses to hold the BusyBox, or hooks in to move it, that is told for the
    destination's end."""
    spot = rows[..., grounding.TARGET : grounding.TARGET + 1, :]
    changed = places.copy()
    there = (grounding.in_place(rows) & (spot[..., 0, 0] > 0.5))[..., None, None]
    changed[..., 2 * TOLD_BY - 1, :] = np.where(
        there, object_places(spot) + _ends(spot)[..., 0, :], places[..., 2 * TOLD_BY - 1, :]
    )
    return changed


def told_by(rows: Array) -> Array:
    """Rows of the step's object and of its destination, shape (..., TOLD_BY, WIDTH).

    The destination is the place where the object is to go, or else the target. Both would be too much: an empty bin's middle is
    the place where things go, and who has seen mostly empty bins would go half of the way to the middle of a full one.
    """
    goal = rows[..., grounding.GOAL, :]
    destination = np.where(goal[..., :1] > 0.5, goal, rows[..., grounding.TARGET, :])
    return np.stack([rows[..., 0, :], destination], axis=-2)


def _ends(rows: Array) -> Array:
    """From the middle of long objects to one end, the upper one or else that on the side of each hand, shape (..., 2, n, 3) [m].

    Hands take a tray, a block or a stick at its ends, and put one into another there.
    """
    along = half_lengths(rows)
    sides = np.stack([along[..., 2] + along[..., 1], along[..., 2] - along[..., 1]], axis=-2)
    return np.where(sides < 0, -1.0, 1.0)[..., None] * along[..., None, :, :]


def half_lengths(rows: Array) -> Array:
    """From the middle of each long object to one of its two ends, in the world, shape (..., n, 3) [m]; 0 for other objects."""
    size = _column(rows, "size_x", 3)
    order = np.sort(size, axis=-1)
    longest = (np.arange(3) == size.argmax(axis=-1)[..., None]) & (order[..., 2] > _LONG * order[..., 1])[..., None]
    return np.einsum("...ij,...j->...i", object_poses(rows)[..., :3, :3], longest * size / 2)


def half_width(rows: Array) -> Array:
    """Travel at which fingers touch the step's object on both sides, shape (...) [m]; 0 if it is unknown, or too wide for a hand.

    Args:
        rows: as for `object_features`.
    """
    half = _column(rows, "size_x", 2)[..., 0, :].min(axis=-1) / 2
    return np.asarray(np.where(half < FINGERS_M, half, 0.0))


def object_poses(rows: Array) -> Array:
    """Poses of grounded objects in the world, shape (..., OBJECTS, 4, 4)."""
    return frames.from_quaternions(object_places(rows), _column(rows, "qx", 4))


def object_places(rows: Array) -> Array:
    """Their positions alone, shape (..., OBJECTS, 3) [m]."""
    return _column(rows, "x", 3)


def carried(rows: Array, motions: Array) -> Array:
    """The rows after motions of the hands, shape (..., 2, 4, 4) in the world: what one hand alone holds goes with it."""
    poses, holding = object_poses(rows), held(rows)
    changed = rows.copy()
    for hand in range(2):
        mine = (holding[..., hand] > 0.5) & (holding[..., 1 - hand] < 0.5)
        after = (motions[..., None, hand, :, :] @ poses)[mine]
        changed[mine, grounding.PLACE] = after[:, :3, 3]
        changed[mine, grounding.TURN] = frames.quaternions(after)
    return changed


def held(rows: Array) -> Array:
    """Which hand holds which object, 0 or 1, shape (..., OBJECTS, 2)."""
    return _column(rows, "held_left", 2)


def touch_features(wrench: Array, tactile: Array) -> Array:
    """What was felt, sample by sample and hand by hand, shape (..., T, 2, TOUCH_WIDTH).

    Args:
        wrench: left then right, in the tcp frames, shape (..., T, 12) [N, N m].
        tactile: shape (..., T, 2 hands, 2 fingers, rows, columns, 3) [N].
    """
    lead = wrench.shape[:-1]
    pads = tactile.reshape(*lead, 2, 2, -1, 3)
    totals = np.arcsinh(pads.sum(axis=-2) / _PRESSURE_N).reshape(*lead, 2, 6)
    taxels = np.arcsinh(pads / _TAXEL_N).reshape(*lead, 2, -1) / 3
    return np.concatenate([_wrenches(wrench), totals, taxels], axis=-1)


def felt(wrench: Array, tactile: Array) -> Array:
    """A summary of touch that a model can foresee, shape (..., 2 x FELT_WIDTH); arguments as for `touch_features` without T."""
    lead = wrench.shape[:-1]
    pressure = tactile.reshape(*lead, 2, 2, -1, 3)[..., 0].sum(axis=-1)
    return np.concatenate([_wrenches(wrench), np.arcsinh(pressure / _PRESSURE_N)], axis=-1).reshape(*lead, 2 * FELT_WIDTH)


def _wrenches(wrench: Array) -> Array:
    by_hand = wrench.reshape(*wrench.shape[:-1], 2, 6)
    return np.arcsinh(by_hand / np.array([_FORCE_N] * 3 + [_TORQUE_NM] * 3)) / 2


def _column(rows: Array, first: str, count: int) -> Array:
    start = _WORDS[first]
    return rows[..., start : start + count]
