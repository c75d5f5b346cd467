"""Mistakes on purpose: made while they do no harm, marked, and followed by the step begun anew."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("pyarrow", reason="datasets need pyarrow: ./tandem collect installs it")

from tandem.cell import names
from tandem.cell.chunk import ActionChunk, Outcome, Verdict
from tandem.cell.observation import Observation
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.robot import RobotModel, home_positions
from tandem.cell.scene import Scene, SceneObject
from tandem.learning.collection.demonstration import _cell
from tandem.learning.collection.mistakes import ErringPolicy, Mistake
from tandem.learning.collection.recorder import EpisodeRecorder
from tandem.learning.datasets import features
from tandem.learning.evaluation.judgement import judge
from tandem.learning.evaluation.plan_checks import conditions_of
from tandem.learning.evaluation.runtime import InProcessCell
from tandem.policy.protocol import PolicyOutput
from tandem.sim.scenes import scene_for

STEP = Step("pick", "left", "red_cube", text="pick the red cube with the left arm")
CUBE = SceneObject("red_cube", "cube", "red", Pose((0.45, 0.1, 0.02)), (0.04, 0.04, 0.04), on="table")


class Steady:
    """A policy that moves one joint at a constant speed, and remembers what it is told."""

    name, cameras, replan_period_s = "steady", (), None

    def __init__(self) -> None:
        self.told: list[Any] = []

    def begin(self, step: Step, step_id: str, observation: Observation) -> None:
        self.told.append(("begin", step_id))

    def infer(self, observation: Observation) -> PolicyOutput:
        positions = np.tile(home_positions(), (50, 1))
        positions[:, 0] += 0.2 * (observation.stamp + 0.02 * np.arange(50))
        return PolicyOutput(ActionChunk(observation.stamp, 0.02, positions, names.JOINTS, self.name, 1, "1.1"))

    def heard(self, verdict: Verdict) -> None:
        self.told.append(verdict)


@pytest.fixture(scope="module")
def robot() -> RobotModel:
    return RobotModel()


def seen(time: float, item: SceneObject = CUBE, moving: float = 0.0) -> Observation:
    velocities = np.full(names.DOF, moving)
    return Observation(time, home_positions().copy(), velocities, Scene(time, (item,)))


def erring(robot: RobotModel, mistake: Mistake | None) -> tuple[ErringPolicy, Steady]:
    inner = Steady()
    policy = ErringPolicy(inner, lambda: 1.02, robot)
    policy.begin(STEP, "1.1", seen(0.0))
    policy._planned = mistake
    policy.infer(seen(0.9))
    return policy, inner


def test_a_hand_drifts_from_its_path_without_a_jump(robot: RobotModel) -> None:
    policy, _ = erring(robot, Mistake("drift", "left", 1.0, 0.8, (0.03, -0.04, 0.01)))
    wrong = policy.infer(seen(1.0)).chunk
    assert wrong is not None
    assert policy.erring
    right = 0.2 * wrong.stamp + home_positions()[0]
    assert wrong.stamp == pytest.approx(1.02)
    assert wrong.positions[0, 0] == pytest.approx(right, abs=1e-9)
    speeds = np.diff(wrong.positions, axis=0) / 0.02
    assert speeds[0, 0] == pytest.approx(0.2, abs=0.01)
    assert np.abs(speeds[-1]).max() < 0.01
    assert np.abs(np.diff(speeds, axis=0)).max() < 0.1
    stopped = home_positions().copy()
    stopped[0] += 0.2 * (wrong.stamp + 0.25)
    went = np.subtract(robot.tcp_pose(wrong.positions[-1], "left").position, robot.tcp_pose(stopped, "left").position)
    assert np.allclose(went, (0.03, -0.04, 0.01), atol=0.012)
    assert np.allclose(wrong.positions[:, 7:], home_positions()[7:], atol=1e-12)


def test_the_step_begins_anew_once_the_arms_rest(robot: RobotModel) -> None:
    policy, inner = erring(robot, Mistake("halt", "left", 1.0, 0.8))
    assert policy.infer(seen(1.0)).chunk is None
    policy.heard(Verdict(1.0, "steady", 1, "1.1", Outcome.REJECTED))
    assert policy.infer(seen(1.7)).chunk is None
    assert policy.infer(seen(1.9, moving=0.3)).chunk is None
    assert inner.told == [("begin", "1.1")]
    again = policy.infer(seen(2.3))
    assert again.chunk is not None
    assert not policy.erring
    assert inner.told == [("begin", "1.1"), ("begin", "1.1")]
    assert [made["kind"] for made in policy.made] == ["halt"]


@pytest.mark.parametrize(
    ("kind", "verb", "item", "possible"),
    [
        ("drift", "pick", CUBE, True),
        ("drift", "pick", replace(CUBE, held_by="left"), False),
        ("drift", "place", replace(CUBE, held_by="left"), True),
        ("drift", "place", CUBE, False),
        ("drift", "hand_over", replace(CUBE, held_by="both"), False),
        ("drift", "insert", replace(CUBE, held_by="left"), False),
        ("drop", "pick", replace(CUBE, held_by="left", pose=Pose((0.45, 0.1, 0.05))), True),
        ("drop", "pick", replace(CUBE, held_by="left", pose=Pose((0.45, 0.1, 0.15))), False),
        ("drop", "pick", replace(CUBE, category="egg", held_by="left", pose=Pose((0.45, 0.1, 0.05))), False),
        ("drop", "pick", replace(CUBE, held_by="right", pose=Pose((0.45, 0.1, 0.05))), False),
    ],
)
def test_mistakes_are_made_only_where_they_can_be_undone(
    robot: RobotModel, kind: Any, verb: Any, item: SceneObject, possible: bool
) -> None:
    policy, _ = erring(robot, None)
    policy._step = replace(STEP, verb=verb)
    policy._planned = Mistake(kind, "left", 1.0, 0.8, (0.03, 0.0, 0.0))
    policy.infer(seen(1.0, item))
    assert policy.erring == possible


def test_a_hand_near_what_it_takes_does_not_drift(robot: RobotModel) -> None:
    policy, _ = erring(robot, Mistake("drift", "left", 1.0, 0.8, (0.03, 0.0, 0.0)))
    x, y, z = robot.tcp_pose(home_positions(), "left").position
    policy.infer(seen(1.0, replace(CUBE, pose=Pose((x, y, z - 0.05)))))
    assert not policy.erring


def test_seeds_decide(robot: RobotModel) -> None:
    policy = ErringPolicy(Steady(), lambda: 0.0, robot)

    def planned(seed: int | None) -> list[Mistake | None]:
        policy.start(seed)
        found = []
        for number in range(200):
            policy.begin(STEP, f"{number}.1", seen(0.0))
            found.append(policy._planned)
        return found

    assert planned(None) == [None] * 200
    drawn = planned(3)
    assert drawn == planned(3)
    share = sum(mistake is not None for mistake in drawn) / 200
    assert 0.15 < share < 0.35
    assert {mistake.kind for mistake in drawn if mistake is not None} == {"drift", "halt", "drop"}


@pytest.fixture(scope="module")
def cell() -> Iterator[tuple[InProcessCell, ErringPolicy]]:
    cell, policy = _cell("skills", "")
    yield cell, policy
    cell.loop.sim.close()
    _cell.cache_clear()


@pytest.mark.parametrize("kind", ["drift", "drop"])
def test_the_way_out_is_demonstrated(
    cell: tuple[InProcessCell, ErringPolicy], kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop_and_policy, policy = cell
    scene = scene_for("tabletop", 2)
    mistake = Mistake(kind, "left", 1.0, 0.8, (0.03, 0.03, 0.0))
    planned = iter([mistake])
    monkeypatch.setattr(policy, "_plan", lambda step: replace(next(planned, mistake), side=step.arm) if not policy.made else None)
    recorder = EpisodeRecorder(32, is_mistake=lambda: policy.erring)
    policy.start(0)
    loop_and_policy.reset(scene, recorder)
    result = loop_and_policy.run_instruction("Pick up the red cube.")
    assert result.ending == "done", result.trace
    assert [made["kind"] for made in policy.made] == [kind]
    judgement = judge(loop_and_policy.recording(), conditions_of(result.plan, scene), result.windows)
    assert judgement.success, judgement.failure
    assert judgement.unintended == ()
    episode = recorder.episode({})
    assert episode is not None
    marked = episode.numbers[features.IS_MISTAKE]
    assert 5 <= marked.sum() <= 30
    assert not marked[-5:].any()
