"""Recorded states are those that were."""

from pathlib import Path

import numpy as np
from arm_script import above, run, start_move

from tandem.sim.cell_sim import CellSim
from tandem.sim.state_log import RecordedStates, StateLog


def test_a_saved_log_comes_back_as_it_was(sim: CellSim, tmp_path: Path) -> None:
    log = StateLog(sim)
    start_move(sim, "left", above((0.45, 0.1, 0.2), 0.0, 0.0), 0.8)
    states = []
    for _ in range(5):
        run(sim, 0.1)
        log.record()
        states.append(np.array(sim.data.qpos))
    log.save(tmp_path / "states.npz")
    found = RecordedStates.load(tmp_path / "states.npz")
    np.testing.assert_array_equal(found.positions, states)
    np.testing.assert_allclose(found.times, np.arange(1, 6) * 0.1)
    assert (found.scene, found.seed) == ("tabletop", 1)


def test_a_reset_begins_anew(sim: CellSim) -> None:
    log = StateLog(sim)
    sim.step(10)
    log.record()
    sim.reset("tabletop", 2)
    log.record()
    assert len(log.recorded().times) == 1
    assert log.recorded().seed == 2
