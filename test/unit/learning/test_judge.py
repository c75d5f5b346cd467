"""The evaluator's judgement of a run through the nodes."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tandem.cell import names
from tandem.cell.plan import Step
from tandem.learning.evaluation.judge import judge_run
from tandem.sim.cell_sim import CellSim
from tandem.sim.robot_body import finger_links
from tandem.sim.scenes import scene_for
from tandem.sim.state_log import RecordedStates

SCENE, SEED = "tabletop_tray", 3
ASKED = 6.0
"""When the simulator was asked for the truth [s]; it ran on for a second."""

STEPS = (Step("lift", "both", "tray"), Step("hold", "both", "tray"))


@pytest.fixture(scope="module")
def tray() -> str:
    return next(item.name for item in scene_for(SCENE, SEED).objects if item.category == "tray")


@pytest.fixture
def states(tmp_path: Path, tray: str) -> Path:
    """The tray goes up by 12 cm during the second second and stays there."""
    sim = CellSim(scene_for(SCENE, SEED))
    times = np.arange(0.0, ASKED + 1.0, 0.04)
    positions = np.tile(sim.data.qpos, (len(times), 1))
    positions[:, sim.cell.object_qpos(tray).start + 2] += 0.12 * np.clip(times - 1.0, 0.0, 1.0)
    sim.close()
    path = tmp_path / "states.npz"
    RecordedStates(times, positions, SCENE, SEED).save(path)
    return path


def _truth(tray: str, let_go: float) -> dict[str, Any]:
    fingers = [link for side in names.SIDES for link in finger_links(side)]
    contacts = [{"bodies": [tray, link], "start": 0.9, "end": let_go, "max_force": 5.0} for link in fingers]
    return {"time": ASKED, "objects": {}, "contacts": contacts}


def test_what_is_held_when_the_truth_is_asked_for_is_held_at_the_end(states: Path, tray: str) -> None:
    judged = judge_run(states, _truth(tray, ASKED), STEPS, (), moved=True)
    assert judged["unmet"] == []
    assert judged["success"]


def test_what_was_let_go_of_before_is_not(states: Path, tray: str) -> None:
    judged = judge_run(states, _truth(tray, ASKED - 0.5), STEPS, (), moved=True)
    assert not judged["success"]
    assert "is not held" in judged["unmet"][0]
