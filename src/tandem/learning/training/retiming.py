"""Demonstrations at a pace that leaves room for corrections: where hands go fast, frames are put in between.

Planned motions use all the speed and jerk that the arms have. A policy that imitates them as they are can't brake any earlier
when it is a little off, and goes far between two looks.
"""

from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from tandem.cell.robot import RobotModel
from tandem.learning.training.passages import Frames, Index, beginnings
from tandem.policy import grounding
from tandem.policy.vla.poses import tcp_poses

Array = NDArray[np.float64]

_BLENDED = ("state", "wrench", "tactile")
_POSE = slice(grounding.PLACE.start, grounding.TURN.stop)


def retimed(frames: Frames, fastest_mps: float, step_dt: float, robot: RobotModel | None = None) -> Frames:
    """Frames with others in between, so that no hand goes faster; ``picture`` still says which one has the images.

    Args:
        frames: ``step_dt`` apart within an episode.
        fastest_mps: speed of the grasp centres [m/s].
        step_dt: between frames [s].
        robot: kinematics of the cell; its own by default.
    """
    parts = _parts(frames, tcp_poses(robot or RobotModel(), frames.state)[..., :3, 3], fastest_mps * step_dt)
    count = len(parts)
    first = np.repeat(np.arange(count), parts)
    inside = np.arange(len(first)) - np.repeat(np.cumsum(parts) - parts, parts)
    share = inside / parts[first]
    after = np.minimum(first + (share > 0), count - 1)
    changed = {field.name: getattr(frames, field.name)[first] for field in fields(Frames)}
    for name in _BLENDED:
        values = getattr(frames, name)
        changed[name] = _between(values[first], values[after], share)
    changed["grounding"] = _grounding(frames.grounding[first], frames.grounding[after], share)
    changed["action"] = _actions(frames, first, share, parts)
    changed["remaining"] = _remaining(frames, first, share, parts, step_dt)
    return Frames(**changed)


def _parts(frames: Frames, places: Array, most_m: float) -> Index:
    """Into how many parts the time from each frame to the next is cut, shape (N,)."""
    parts = np.ones(len(places), dtype=np.int64)
    way = np.linalg.norm(np.diff(places, axis=0), axis=-1).max(axis=-1)
    parts[:-1] = np.where(beginnings(frames)[1:], 1, np.maximum(1, np.ceil(way / most_m)))
    return parts


def _between(before: NDArray[np.float32], after: NDArray[np.float32], share: Array) -> NDArray[np.float32]:
    part = share.reshape(-1, *[1] * (before.ndim - 1)).astype(np.float32)
    return np.asarray(before * (1 - part) + after * part)


def _grounding(before: NDArray[np.float32], after: NDArray[np.float32], share: Array) -> NDArray[np.float32]:
    """Poses in between where a row is the same thing before and after; flags as before."""
    found = before.copy()
    same = (before[..., 0] > 0.5) & (after[..., 0] > 0.5) & (np.abs(after[..., _POSE] - before[..., _POSE]).max(axis=-1) < 0.5)
    found[..., _POSE] = np.where(same[..., None], _between(before, after, share)[..., _POSE], before[..., _POSE])
    length = np.linalg.norm(found[..., grounding.TURN], axis=-1, keepdims=True)
    found[..., grounding.TURN] /= np.where(length > 0, length, 1.0)
    return found


def _actions(frames: Frames, first: Index, share: Array, parts: Index) -> NDArray[np.float32]:
    """What is commanded one frame later, on the slower clock: a frame's own action is what was commanded at the next frame."""
    start = np.maximum(first - 1, 0)
    joined = (first > 0) & (frames.episode[start] == frames.episode[first])
    at_first = np.where(joined[:, None], frames.action[start], frames.state[first])
    return _between(at_first, frames.action[first], share + 1 / parts[first])


def _remaining(frames: Frames, first: Index, share: Array, parts: Index, step_dt: float) -> NDArray[np.float32]:
    """Of the step [s], with what was put in between after each frame."""
    extra = np.append(np.cumsum((parts - 1)[::-1])[::-1], 0).astype(float)
    last = _ends(frames.episode * (frames.step.max() + 1) + frames.step)
    added = (extra[:-1] - extra[last]) * step_dt
    lapsed = share * parts[first] * step_dt
    now = frames.remaining[first] + added[first] - lapsed
    return np.where(frames.remaining[first] < 1e-6, 0.0, np.maximum(now, 0.0)).astype(np.float32)


def _ends(key: Index) -> Index:
    """For each frame the index after the last one of its stretch of equal keys, shape (N,)."""
    changes = np.append(np.flatnonzero(np.diff(key)) + 1, len(key))
    return np.asarray(changes[np.searchsorted(changes, np.arange(len(key)), side="right")])
