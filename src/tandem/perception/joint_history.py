"""The newest joint states, to know where the robot was when an image was taken."""

from collections import deque

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class JointHistory:
    """Joint states of the last ``duration`` seconds."""

    def __init__(self, duration: float) -> None:
        self._duration = duration
        self._states: deque[tuple[float, Array, Array]] = deque()

    def add(self, stamp: float, positions: Array, velocities: Array) -> None:
        """Remember a state; one that is not newer than the newest is ignored, one far older starts the history afresh."""
        if self._states and stamp <= self._states[-1][0]:
            if self._states[-1][0] - stamp < self._duration:
                return
            self._states.clear()
        self._states.append((stamp, np.array(positions, dtype=float), np.array(velocities, dtype=float)))
        while self._states[0][0] < stamp - self._duration:
            self._states.popleft()

    def at(self, stamp: float) -> tuple[Array, Array]:
        """Positions and velocities at a time, between states linearly, outside of them the nearest.

        Raises:
            LookupError: nothing is remembered.
        """
        if not self._states:
            raise LookupError("no joint state has been given yet")
        before = self._states[0]
        for state in self._states:
            if state[0] >= stamp:
                span = state[0] - before[0]
                share = float(np.clip((stamp - before[0]) / span, 0.0, 1.0)) if span > 0 else 1.0
                return before[1] + share * (state[1] - before[1]), before[2] + share * (state[2] - before[2])
            before = state
        return before[1].copy(), before[2].copy()
