"""Joint states in the 14-wide order, with a short history."""

from collections import deque

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import JointState

from tandem.cell import names
from tandem.nodes.conversions import to_seconds

Array = NDArray[np.float64]

_OWN = frozenset(names.JOINTS)


class JointBuffer:
    """Collects ``joint_states`` messages, whatever their order, and whether arms and grippers come in one message or several."""

    def __init__(self, history_s: float = 2.0) -> None:
        self._history_s = history_s
        self._latest: dict[str, tuple[float, float]] = {}
        self._history: deque[tuple[float, Array, Array]] = deque()

    def add(self, message: JointState) -> None:
        """Take a message; joints that the cell does not have are passed over, a value of its own that isn't finite drops it."""
        velocities = message.velocity if len(message.velocity) == len(message.name) else [0.0] * len(message.name)
        if len(message.position) != len(message.name):
            return
        told = zip(message.name, message.position, velocities, strict=True)
        own = {name: (position, velocity) for name, position, velocity in told if name in _OWN}
        if not np.isfinite(list(own.values())).all():
            return
        self._latest |= own
        if any(joint not in self._latest for joint in names.JOINTS):
            return
        stamp = to_seconds(message.header.stamp)
        if self._history and stamp < self._history[-1][0]:
            self._history.clear()  # simulated time was set back
        rows = np.array([self._latest[joint] for joint in names.JOINTS])
        self._history.append((stamp, rows[:, 0], rows[:, 1]))
        while self._history[0][0] < stamp - self._history_s:
            self._history.popleft()

    @property
    def missing(self) -> list[str]:
        """Joints of the cell that no message named so far."""
        return [joint for joint in names.JOINTS if joint not in self._latest]

    @property
    def newest(self) -> tuple[float, Array, Array] | None:
        """Stamp [s], positions and velocities, each of shape (14,), or None before all joints were seen."""
        return self._history[-1] if self._history else None

    def since(self, stamp: float) -> list[tuple[float, Array, Array]]:
        """States younger than that time [s], oldest first; all of them where time was set back."""
        if self._history and self._history[-1][0] < stamp:
            return list(self._history)
        return [entry for entry in self._history if entry[0] > stamp]

    def positions_at(self, stamp: float) -> Array | None:
        """Positions at that time [s], interpolated; the nearest known ones outside of the history; None before any."""
        if not self._history:
            return None
        times = [entry[0] for entry in self._history]
        index = int(np.searchsorted(times, stamp))
        if index in (0, len(times)):
            return self._history[min(index, len(times) - 1)][1]
        before, after = self._history[index - 1], self._history[index]
        share = (stamp - before[0]) / max(after[0] - before[0], 1e-9)
        return np.asarray(before[1] + share * (after[1] - before[1]))

    def at_rest(self, tolerance: float = 0.01) -> bool:
        """Whether no arm joint moves faster than ``tolerance`` [rad/s]."""
        if not self._history:
            return False
        velocities = self._history[-1][2]
        return all(bool(np.abs(velocities[columns]).max() < tolerance) for columns in names.ARM_COLUMNS.values())
