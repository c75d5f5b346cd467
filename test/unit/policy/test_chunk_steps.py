"""When a step that a model carries out is over, and what is done where the model doesn't answer or isn't sure."""

from collections.abc import Callable

import numpy as np
import pytest
from chunk_cells import HOME, REACH, RED, Cell
from chunk_models import ReachModel
from kinematic_world import KinematicWorld

from tandem.cell import names
from tandem.cell.plan import Step
from tandem.cell.robot import RobotModel
from tandem.policy.chunks.policy import ChunkPolicy
from tandem.policy.chunks.settings import ChunkSettings, EndingSettings, UncertaintySettings


def test_a_policy_is_asked_more_often_while_it_works_on_the_box(cell: Callable[..., Cell]) -> None:
    ride = cell()
    assert ride.policy.replan_period_s == 0.4
    ride.begin(Step("press", "left", "box/buttons/red", text="press the red button"))
    assert ride.policy.replan_period_s == 0.2
    ride.begin()
    assert ride.policy.replan_period_s == 0.4


def test_a_model_that_does_nothing_fails_in_words(cell: Callable[..., Cell]) -> None:
    ride = cell(ReachModel(HOME.copy(), says_done=False))
    ride.begin()
    output = ride.run()
    assert output.status == "failed"
    assert "nothing has moved for 5 s, and 'pick the red cube' isn't done" in output.reason


def test_to_hold_still_for_a_time_needs_no_model(cell: Callable[..., Cell]) -> None:
    ride = cell(ReachModel(REACH))
    ride.begin(Step("hold", "left", "red_cube", duration=3.0, text="hold the red cube"))
    output = ride.run()
    assert output.status == "done"
    assert 3.0 <= ride.world.time < 4.5
    assert all(np.ptp(chunk.positions, axis=0).max() < 1e-6 for chunk in ride.chunks)


def test_a_model_that_cannot_tell_is_done_when_the_arms_rest(cell: Callable[..., Cell]) -> None:
    ride = cell(ReachModel(REACH, says_done=False))
    ride.begin()
    assert ride.run().status == "done"


@pytest.mark.parametrize(("seen", "status"), [(True, "done"), (False, "failed")])
def test_a_model_that_cannot_tell_is_judged_by_what_is_seen(robot: RobotModel, seen: bool, status: str) -> None:
    ride = Cell(ReachModel(REACH, says_done=False), KinematicWorld(robot, [RED]))
    ride.policy = ChunkPolicy(ride.model, postcondition=lambda step, before, now: seen)
    ride.begin()
    assert ride.run().status == status


def test_while_the_model_is_away_nothing_is_sent_and_it_goes_on_after(cell: Callable[..., Cell]) -> None:
    ride = cell()
    ride.begin()
    ride.tick()
    ride.tick()
    ride.model.away = "no connection"
    outputs = [ride.tick() for _ in range(10)]
    assert all(output.chunk is None and output.status == "running" for output in outputs)
    assert outputs[-1].reason == "waiting for reach since 4 s: no connection"
    assert np.abs(ride.world.velocities).max() < 1e-9
    ride.model.away = ""
    assert ride.run().status == "done"
    assert np.abs(ride.world.positions - REACH).max() < 0.02


def test_a_model_that_stays_away_is_given_up(cell: Callable[..., Cell]) -> None:
    ride = cell(ReachModel(away="no connection"), settings=ChunkSettings(ending=EndingSettings(away_limit_s=3.0)))
    ride.begin()
    output = ride.run()
    assert output.status == "failed"
    assert output.reason.startswith("reach has not answered for 3 s: no connection")


def test_an_answer_that_is_no_chunk_counts_as_none(cell: Callable[..., Cell]) -> None:
    model = ReachModel()
    ride = cell(model)
    ride.begin()
    model.goal = np.full(names.DOF, np.nan)
    output = ride.tick()
    assert (output.chunk, output.status) == (None, "running")
    assert "not finite" in output.reason


def test_an_unsure_model_moves_slower(cell: Callable[..., Cell]) -> None:
    travelled = []
    for spread in (0.0, 0.04):
        ride = cell(ReachModel(REACH, spread=spread))
        ride.begin()
        for _ in range(2):
            output = ride.tick()
        assert output.spread == spread
        travelled.append(abs(ride.world.positions[0] - HOME[0]))
    assert travelled[1] < 0.85 * travelled[0]


def test_a_model_that_stays_unsure_asks(cell: Callable[..., Cell]) -> None:
    ride = cell(ReachModel(REACH, spread=0.09), settings=ChunkSettings(uncertainty=UncertaintySettings(ask_answers=3)))
    ride.begin()
    output = ride.run()
    assert len(ride.outputs) == 3
    assert output.status == "failed"
    assert "I am not sure how to do 'pick the red cube': my attempts lie 90 mm apart" in output.reason


def test_or_hands_over_to_another_policy(robot: RobotModel) -> None:
    ride = Cell(ReachModel(REACH, spread=0.09), KinematicWorld(robot, [RED]))
    other = ChunkPolicy(ReachModel(REACH, name="skills"))
    ride.policy = ChunkPolicy(ride.model, fallback=other)
    ride.begin()
    assert ride.run().status == "done"
    assert {chunk.source for chunk in ride.chunks} == {"reach"}
    assert any("the skills take over" in output.reason for output in ride.outputs)
