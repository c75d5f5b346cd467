"""Pushes and pulls on parts of a simulated box, as a hand would, for tests of its mechanisms."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tandem.sim.cell_sim import CellSim

Array = NDArray[np.float64]


def fasten(sim: CellSim) -> None:
    """The box stays where it is, as if somebody leant on it."""
    free = int(sim.cell.model.joint("box").dofadr[0])
    sim.cell.model.dof_damping[free : free + 6] = 1e4
    sim.data.xfrc_applied[sim.cell.model.body("box").id, 2] = -60.0


def position(sim: CellSim, joint: str) -> float:
    return float(sim.data.joint(joint).qpos[0])


def axes(sim: CellSim, module: str) -> Array:
    """Columns are the module's axes in the world, shape (3, 3)."""
    return np.array(sim.data.body(f"box/{module}").xmat).reshape(3, 3)


def ramp(
    sim: CellSim, body: str, load: Array, rate: float, done: Callable[[], bool], most: float, *, torque: bool = False
) -> float:
    """Load a body along a direction more and more, by ``rate`` [N or N m] a step, until something is so; the load then.

    The load is taken off again.
    """
    columns = slice(3, 6) if torque else slice(0, 3)
    index, now = sim.cell.model.body(body).id, 0.0
    while not done():
        assert now < most, f"{body} withstands {now:.2f}"
        now += rate
        sim.data.xfrc_applied[index, columns] = load * now
        sim.step()
    sim.data.xfrc_applied[index] = 0.0
    return now
