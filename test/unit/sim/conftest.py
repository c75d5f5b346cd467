"""One simulated cell for all tests of the room: building it takes longer than putting it back."""

import pytest

from tandem.sim.cell_sim import CellSim


@pytest.fixture(scope="session")
def shared_sim() -> CellSim:
    return CellSim(seed=1)


@pytest.fixture
def sim(shared_sim: CellSim) -> CellSim:
    """The tabletop of seed 1, just reset."""
    shared_sim.reset("tabletop", 1)
    return shared_sim
