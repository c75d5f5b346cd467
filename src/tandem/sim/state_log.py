"""States of a simulation over time, from which a video can be drawn afterwards, in any quality."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tandem.sim.cell_sim import CellSim


class StateLog:
    """Collects the generalised positions of one scene. Cheap: drawing while the nodes run would slow them down."""

    def __init__(self, sim: CellSim) -> None:
        self._sim = sim
        self._times: list[float] = []
        self._positions: list[NDArray[np.float64]] = []

    def clear(self) -> None:
        """Begin anew, after a reset of the scene."""
        self._times.clear()
        self._positions.clear()

    def record(self) -> None:
        """Remember the present state; one that is older than the last begins anew."""
        if self._times and self._sim.time < self._times[-1]:
            self.clear()
        self._times.append(self._sim.time)
        self._positions.append(self._sim.data.qpos.copy())

    def recorded(self) -> "RecordedStates":
        """The states so far."""
        scene = self._sim.scene
        return RecordedStates(np.array(self._times), np.array(self._positions), scene.name, scene.seed)

    def save(self, path: str | Path) -> None:
        """Write the states, with the name and the seed of their scene, as a .npz file."""
        self.recorded().save(path)


@dataclass(frozen=True)
class RecordedStates:
    """What a ``StateLog`` collected: times, shape (N,) [s], and MuJoCo's generalised positions, shape (N, nq)."""

    times: NDArray[np.float64]
    positions: NDArray[np.float64]
    scene: str
    seed: int

    def until(self, time: float) -> "RecordedStates":
        """Those up to a time [s]."""
        kept = self.times <= time
        return replace(self, times=self.times[kept], positions=self.positions[kept])

    def save(self, path: str | Path) -> None:
        """Write them as a .npz file."""
        np.savez_compressed(path, times=self.times, positions=self.positions, scene=self.scene, seed=self.seed)

    @classmethod
    def load(cls, path: str | Path) -> "RecordedStates":
        """Read the file.

        Raises:
            OSError: it can't be read.
        """
        with np.load(path, allow_pickle=False) as data:
            return cls(data["times"], data["positions"], str(data["scene"]), int(data["seed"]))
