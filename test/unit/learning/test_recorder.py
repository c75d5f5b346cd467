"""Demonstrations on the BusyBox are told by what was done in them."""

from math import pi
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("pyarrow", reason="datasets need pyarrow: ./tandem collect installs it")

from tandem.cell import names
from tandem.cell.busybox.layout import canonical
from tandem.cell.busybox.scene_objects import scene_objects
from tandem.cell.busybox.state import BoxState
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.robot import home_positions
from tandem.cell.scene import Scene
from tandem.language.sequencer import StartStep
from tandem.learning.collection.recorder import EpisodeRecorder
from tandem.learning.datasets import features
from tandem.policy import grounding

FLIP = Step("flip", "left", "box/switches/top", text="flip the top switch on with the left arm", setting="on")


class Cell:
    """What a recorder looks at; hands stay at home."""

    def __init__(self) -> None:
        self.now, self.frame = 0.0, None
        box = Pose.from_xyz_rpy((0.46, 0.0, 0.0), (0.0, 0.0, -pi / 2))
        self.scene = Scene(0.0, scene_objects(box, canonical(), BoxState()))
        self.sim = SimpleNamespace(
            joint_state=lambda: (home_positions(), np.zeros(names.DOF), np.zeros(names.DOF)),
            wrench=lambda side: np.zeros(6),
            tactile=lambda side: np.zeros((2, 8, 4, 3)),
            render_square=lambda camera: np.zeros((16, 16, 3), np.uint8),
        )

    def commanded(self) -> np.ndarray:
        return home_positions()


def recorded(*outcomes: bool) -> dict[str, np.ndarray]:
    """Numbers of an episode with an attempt of four looks for each outcome."""
    cell, recorder = Cell(), EpisodeRecorder(16)
    recorder.start(cell)  # type: ignore[arg-type]
    for attempt, done in enumerate(outcomes):
        recorder.step_began(StartStep(FLIP, 0, attempt + 1))
        for _ in range(4):
            recorder.look()
            cell.now += recorder.period
        recorder.step_ended("done", "")
        recorder.step_verified(done, "")
        cell.now += 1.0
    recorder.look()
    episode = recorder.episode({})
    assert episode is not None
    return episode.numbers


def test_where_nobody_pressed_the_other_hand_is_told_no_place() -> None:
    rows = recorded(True)[features.GROUNDING]
    assert grounding.in_place(rows).all()
    assert not rows[:, grounding.TARGET].any()
    assert grounding.Grounder().table(_look(), FLIP)[grounding.TARGET].any(), "though it would be by rule"


def _look() -> "grounding.Look":
    return grounding.Look(0.0, Cell().scene, dict.fromkeys(names.SIDES, Pose((0.0, 0.0, 0.5))))


def test_attempts_at_parts_that_failed_are_not_imitated() -> None:
    np.testing.assert_array_equal(recorded(False, True)[features.IS_MISTAKE], [True] * 4 + [False] * 4)
