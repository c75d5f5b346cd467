"""The cell in one process, short: one pick, one refusal, one stop."""

from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest

from tandem.cell.bringup import stopping_time_s
from tandem.cell.robot import home_positions
from tandem.learning.evaluation.judgement import judge
from tandem.learning.evaluation.plan_checks import conditions_of
from tandem.learning.evaluation.runtime import InProcessCell
from tandem.policy import registry
from tandem.sim.scenes import scene_for


@pytest.fixture(scope="module")
def cell() -> Iterator[InProcessCell]:
    cell = InProcessCell(partial(registry.make, "skills"))
    yield cell
    cell.loop.sim.close()


def test_a_sentence_is_carried_out_and_judged(cell: InProcessCell) -> None:
    scene = scene_for("tabletop", 2)
    cell.reset(scene)
    result = cell.run_instruction("Pick up the red cube.")
    assert result.ending == "done", result.trace
    assert [window.step.verb for window in result.windows] == ["pick"]
    judgement = judge(cell.recording(), conditions_of(result.plan, scene), result.windows)
    assert judgement.success, judgement.failure
    assert judgement.unintended == ()
    assert {event.kind for event in result.trace} >= {"instruction", "step", "verified", "end"}
    assert cell.loop.at_rest


def test_what_is_not_understood_moves_nothing(cell: InProcessCell) -> None:
    cell.reset(scene_for("tabletop", 3))
    result = cell.run_instruction("Juggle three chainsaws.")
    assert (result.ending, result.plan, result.windows) == ("refused", (), ())
    assert result.reason
    joints = cell.recording().joints
    assert np.abs(joints - home_positions()).max() < 0.01


def test_an_instruction_is_ended_when_its_time_is_up(cell: InProcessCell) -> None:
    cell.reset(scene_for("tabletop", 2))
    result = cell.run_instruction("Pick up the red cube.", limit_s=1.5)
    assert result.ending == "timed_out"
    assert "time is up" in result.reason
    assert 1.5 <= result.duration_s < 3.5
    assert cell.loop.at_rest


def test_a_stop_ends_the_instruction_with_the_arms_at_rest(cell: InProcessCell) -> None:
    cell.reset(scene_for("tabletop", 4))
    cell.loop.after(2.0, lambda: cell.loop.stop("request", "somebody pressed the button"))
    result = cell.run_instruction("Pick up the red cube.")
    assert result.ending == "stopped"
    assert "somebody pressed the button" in result.reason
    assert cell.loop.at_rest
    recording = cell.recording()
    at_the_end = recording.joints[recording.times >= recording.end - 0.5]
    assert np.abs(at_the_end - at_the_end[-1]).max() < 1e-3
    assert recording.end < 2.0 + stopping_time_s() + 1.5
