"""A peg in a socket, by the truth."""

from dataclasses import replace

import numpy as np
import pytest
from made_up import at_rest, grip, touch, with_contacts

from tandem.cell.names import Side
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.socket import hole_of
from tandem.learning.evaluation.conditions import Condition, unmet
from tandem.learning.evaluation.intended import StepWindow, unintended
from tandem.learning.evaluation.plugging import peak_forces
from tandem.learning.evaluation.recording import Recording
from tandem.sim.scenes import scene_for

SCENE = scene_for("tabletop_peg", 3)
PEG, SOCKET = SCENE.objects
DEPTH = 0.035
INSERTED = Condition("inserted", {"object": {"category": "peg"}, "target": SOCKET.name, "depth": DEPTH})


def run(depth: float = 0.042, *, peg_hand: Side = "right", lifted: bool = True, let_go: bool = True) -> Recording:
    """Both are lifted at 3 s, the peg goes in at 5 s, pressed with 9 N, and is let go at 7 s."""
    hole = hole_of(SOCKET.size)
    up = Pose((0.0, 0.0, 0.2 if lifted else 0.0))
    socket_up = up @ SOCKET.pose
    in_hole = socket_up @ Pose((hole.x, 0.0, hole.rim - depth + PEG.size[2] / 2))
    recording = at_rest(SCENE)
    rows = {name: poses.copy() for name, poses in recording.poses.items()}
    rows[SOCKET.name][recording.times >= 3.0] = _row(socket_up)
    rows[PEG.name][recording.times >= 3.0] = _row(up @ PEG.pose)
    rows[PEG.name][recording.times >= 5.0] = _row(in_hole)
    grips = [*grip("left", SOCKET.name, 2.0, 9.96), *grip(peg_hand, PEG.name, 2.0, 7.0 if let_go else 9.96)]
    moved = replace(recording, poses=rows, contacts=(touch(PEG.name, "table", 0.0, 3.0), touch(SOCKET.name, "table", 0.0, 3.0)))
    return with_contacts(moved, *grips, touch(PEG.name, SOCKET.name, 5.0, 9.96, 9.0))


def _row(pose: Pose) -> np.ndarray:
    return np.array([*pose.position, *pose.quaternion])


def test_deep_enough_let_go_and_one_hand_each() -> None:
    assert unmet(INSERTED, run()) == ""
    assert "30 mm deep" in unmet(INSERTED, run(0.030))
    assert "is not in" in unmet(INSERTED, run(-0.005))
    assert "still touched" in unmet(INSERTED, run(let_go=False))
    assert "one hand each" in unmet(INSERTED, run(lifted=False))
    assert "one hand each" in unmet(INSERTED, run(peg_hand="left")), "one hand can't hold both"
    assert "is not in" in unmet(INSERTED, at_rest(SCENE))


def test_how_hard_they_were_pressed_together_is_told() -> None:
    assert peak_forces(run()) == {"peg-socket": 9.0}
    again = with_contacts(run(), touch(SOCKET.name, PEG.name, 7.5, 7.6, 12.345), touch(PEG.name, "table", 8.0, 8.1, 50.0))
    assert peak_forces(again) == {"peg-socket": pytest.approx(12.345, abs=0.01)}
    assert peak_forces(at_rest(SCENE)) == {}


def test_they_may_touch_from_the_insertion_on() -> None:
    windows = [
        StepWindow(Step("pick", "left", SOCKET.name), 1.0, 3.5),
        StepWindow(Step("pick", "right", PEG.name), 1.0, 4.5),
        StepWindow(Step("insert", "right", PEG.name, SOCKET.name, "in"), 4.5, 8.0),
        StepWindow(Step("home", "both"), 8.0, 10.0),
    ]
    assert unintended(run(), windows) == ()
    later = with_contacts(run(), touch(PEG.name, SOCKET.name, 9.0, 9.1))
    assert unintended(later, windows) == ()
    early = with_contacts(run(), touch(PEG.name, SOCKET.name, 3.2, 3.3))
    assert [entry.bodies for entry in unintended(early, windows)] == [(PEG.name, SOCKET.name)]
    hand = with_contacts(run(), touch("left_finger_a_link", PEG.name, 6.0, 6.1))
    assert len(unintended(hand, windows)) == 1
