"""A learner begins steps, marked as not to be imitated, and is taken over from once the arms rest."""

from dataclasses import replace
from typing import Any

import numpy as np

from tandem.cell import names
from tandem.cell.chunk import Outcome, Verdict
from tandem.cell.observation import Observation
from tandem.cell.plan import Step
from tandem.cell.robot import home_positions
from tandem.cell.scene import Scene
from tandem.learning.collection.taught import TaughtPolicy
from tandem.policy.protocol import PolicyOutput, Status

STEP = Step("pick", "left", "red_cube", text="pick the red cube with the left arm")
STILL = Observation(0.0, home_positions().copy(), np.zeros(names.DOF), Scene(0.0, ()))


class Told:
    """A policy that remembers what it is told, and answers as it should."""

    replan_period_s = 0.4

    def __init__(self, name: str, cameras: tuple[str, ...] = ()) -> None:
        self.name, self.cameras, self.status = name, cameras, "running"
        self.told: list[Any] = []

    def begin(self, step: Step, step_id: str, observation: Observation) -> None:
        self.told.append((step_id, observation.stamp))

    def infer(self, observation: Observation) -> PolicyOutput:
        status: Status = self.status  # type: ignore[assignment]
        return PolicyOutput(None, status, self.name)

    def heard(self, verdict: Verdict) -> None:
        self.told.append(verdict)


def taught() -> tuple[TaughtPolicy, Told, Told]:
    learner, teacher = Told("vla", ("overhead_camera",)), Told("skills")
    return TaughtPolicy(learner, teacher), learner, teacher


def at(seconds: float, moving: float = 0.0) -> Observation:
    return replace(STILL, stamp=seconds, velocities=np.full(names.DOF, moving))


def begun_by_learner(policy: TaughtPolicy) -> float:
    """Begins at 0 s and says when the learner's time is up."""
    for seed in range(100):
        policy.start(seed)
        policy.begin(STEP, "1.1", at(0.0))
        if policy.erring:
            return policy._until
    raise AssertionError("the learner never begins")


def test_without_a_seed_the_teacher_does_it_all() -> None:
    policy, learner, teacher = taught()
    policy.begin(STEP, "1.1", at(0.0))
    assert policy.infer(at(0.4)).reason == "skills"
    assert not policy.erring
    assert (learner.told, teacher.told) == ([], [("1.1", 0.0)])
    assert policy.cameras == ("overhead_camera",)


def test_teacher_takes_over_when_the_arms_rest() -> None:
    policy, learner, teacher = taught()
    until = begun_by_learner(policy)
    verdict = Verdict(0.0, "vla", 1, "1.1", Outcome.PASSED)
    policy.heard(verdict)
    assert policy.infer(at(until - 0.01)).reason == "vla"
    assert learner.told[-1] is verdict
    coming_to_rest = policy.infer(at(until + 0.1, moving=0.5))
    assert coming_to_rest.chunk is None
    assert policy.erring
    assert policy.infer(at(until + 0.5)).reason == "skills"
    assert not policy.erring
    assert teacher.told == [("1.1", until + 0.5)]
    assert policy.made == [{"kind": "learner", "step_id": "1.1", "time": round(until + 0.5, 3)}]


def test_a_learner_that_gives_up_is_taken_over_from_and_one_that_is_done_is_not() -> None:
    policy, learner, teacher = taught()
    until = begun_by_learner(policy)
    learner.status = "done"
    assert policy.infer(at(0.1)).status == "done"
    learner.status = "failed"
    assert policy.infer(at(0.2)).reason == "skills"
    assert teacher.told == [("1.1", 0.2)]
    assert until > 0.2
