"""Demonstrations as passages that a model can learn from: stretches of one step without mistakes and without waiting."""

from dataclasses import dataclass, fields, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tandem.cell.robot import RobotModel
from tandem.learning.training.hindsight import with_goals_as_reached
from tandem.policy.skills.motion import ARMS
from tandem.policy.vla.features import fingers
from tandem.policy.vla.poses import tcp_poses

Array = NDArray[np.float64]
Index = NDArray[np.int64]

_STILL_RAD = 0.002
_STILL_M = 0.0002
_PAUSE = 2
"""Frames of a pause that are kept: a model that learns to wait doesn't know when to go on."""


@dataclass(frozen=True)
class Frames:
    """Columns of a dataset, all of length N; see docs/data.md.

    Attributes:
        state, action: joints, shape (N, 14) [rad; m].
        wrench: shape (N, 12) [N, N m].
        tactile: shape (N, 2, 2, rows, columns, 3) [N].
        grounding: shape (N, OBJECTS, WIDTH).
        episode, step, task: indices, shape (N,).
        remaining: of the step, shape (N,) [s].
        mistake: whether the demonstrator went wrong on purpose, shape (N,).
        picture: frame of the dataset that has its images, shape (N,).
    """

    state: NDArray[np.float32]
    action: NDArray[np.float32]
    wrench: NDArray[np.float32]
    tactile: NDArray[np.float32]
    grounding: NDArray[np.float32]
    episode: Index
    step: Index
    task: Index
    remaining: NDArray[np.float32]
    mistake: NDArray[np.bool_]
    picture: Index

    def __post_init__(self) -> None:
        lengths = {field.name: len(getattr(self, field.name)) for field in fields(self)}
        if len(set(lengths.values())) != 1:
            raise ValueError(f"columns of a dataset differ in length: {lengths}")


@dataclass(frozen=True)
class Passages:
    """Frames to learn from, and which follow one another.

    Attributes:
        frames: all of the dataset, with goals as they were reached.
        kept: indices of the frames in passages, in order, shape (M,).
        last: for each of them the position in ``kept`` of its passage's last frame, shape (M,).
        complete: whether that passage ends because the step was done, shape (M,).
        before: frame whose action is commanded at each of them, -1 where the episode begins, shape (M,).
        reached, wanted: tcp poses in the world of the measured and of the commanded joints, shape (N, 2, 4, 4).
        opened, sent: finger travel likewise, shape (N, 2) [m].
    """

    frames: Frames
    kept: Index
    last: Index
    complete: NDArray[np.bool_]
    before: Index
    reached: Array
    wanted: Array
    opened: Array
    sent: Array

    @classmethod
    def of(cls, frames: Frames, robot: RobotModel | None = None) -> "Passages":
        """Cut frames into passages."""
        robot = robot or RobotModel()
        reached = tcp_poses(robot, frames.state)
        steps = np.cumsum(_next_steps(frames), dtype=np.int64)
        frames = replace(frames, grounding=with_goals_as_reached(frames.grounding, steps, reached))
        kept, last, complete = _cut(frames)
        previous = np.maximum(kept - 1, 0)
        same = (kept > 0) & (frames.episode[previous] == frames.episode[kept])
        return cls(
            frames=frames,
            kept=kept,
            last=last,
            complete=complete,
            before=np.where(same, previous, -1),
            reached=reached,
            wanted=tcp_poses(robot, frames.action),
            opened=fingers(frames.state.astype(float)),
            sent=fingers(frames.action.astype(float)),
        )

    def __len__(self) -> int:
        return len(self.kept)


def beginnings(frames: Frames) -> NDArray[np.bool_]:
    """Which frames don't go on from the one before, shape (N,): another step, one begun anew, a mistake or the end of one."""
    new = _next_steps(frames)
    new[1:] |= frames.mistake[:-1] | frames.mistake[1:]
    new[1:] |= np.diff(frames.remaining) > 0.25  # begun anew
    return new


def _next_steps(frames: Frames) -> NDArray[np.bool_]:
    """Which frames are the first of a step of an episode, shape (N,)."""
    new = np.ones(len(frames.state), dtype=bool)
    new[1:] = (np.diff(frames.episode) != 0) | (np.diff(frames.step) != 0)
    return new


def _cut(frames: Frames) -> tuple[Index, Index, NDArray[np.bool_]]:
    """Indices that are kept, the position of each one's passage's last, and whether that passage is complete."""
    starts = np.append(np.flatnonzero(beginnings(frames)), len(frames.state))
    idle = _idle(frames)
    kept: list[int] = []
    last: list[int] = []
    complete: list[bool] = []
    for start, stop in pairwise(starts):
        if frames.mistake[start]:
            continue
        mine = start + np.flatnonzero(_without_pauses(idle[start:stop], frames.action[start:stop]))
        done = bool(frames.remaining[mine[-1]] < 0.05)
        first = len(kept)
        kept.extend(mine)
        last.extend([first + len(mine) - 1] * len(mine))
        complete.extend([done] * len(mine))
    return np.array(kept, dtype=np.int64), np.array(last, dtype=np.int64), np.array(complete, dtype=bool)


def _idle(frames: Frames) -> NDArray[np.bool_]:
    """Frames at which nothing moves or is commanded to, though the step goes on.

    Fingers that still close are no pause: whoever doesn't wait for them lifts before there is a grip.
    """
    idle = frames.remaining > 0.05
    for joints in (frames.action, frames.state):
        change = np.abs(np.diff(joints, axis=0, prepend=joints[:1]))
        idle = idle & (change[:, ARMS].max(axis=1) < _STILL_RAD) & (change[:, ~ARMS].max(axis=1) < _STILL_M)
    return np.asarray(idle)


def _without_pauses(idle: NDArray[np.bool_], action: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which frames stay when pauses are cut to their first `_PAUSE` frames.

    Frames in which hardly anything moves are no pause if they lead somewhere together: a peg goes in by a third of a millimetre a
    frame.
    """
    keep = np.ones(len(idle), dtype=bool)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], idle, [False]]).astype(int)))
    for start, stop in edges.reshape(-1, 2):
        rests = np.ptp(action[start:stop, ARMS], axis=0).max() < 2 * _STILL_RAD
        keep[start + _PAUSE : stop] = not rests
    return keep
