"""A learned policy that begins steps and is taken over from by who demonstrates, so that the way out of *its* mistakes is shown.

Ross et al., "A Reduction of Imitation Learning and Structured Prediction to No-Regret Online Learning", AISTATS 2011; here whole
stretches change hands, at random times, as in Kelly et al., "HG-DAgger", ICRA 2019.
"""

from typing import Any

import numpy as np

from tandem.cell import description
from tandem.cell.chunk import Verdict
from tandem.cell.observation import Observation
from tandem.cell.plan import Step
from tandem.policy.protocol import Policy, PolicyOutput
from tandem.policy.skills.motion import arms_rest

_WAIT_S = 3.0
"""Arms that are not at rest so long after the learner's last chunk are taken to be."""


class TaughtPolicy:
    """See ``tandem.policy.protocol``.

    Attributes:
        erring: whether the learner acts, whose motions are not to be imitated.
        made: when it was taken over from in this episode, with the step's id and the time.

    Args:
        learner: begins steps.
        teacher: takes over.
    """

    def __init__(self, learner: Policy, teacher: Policy) -> None:
        self._learner, self._teacher = learner, teacher
        self._settings = description.settings("mistakes.yaml")["learner"]
        self.name = teacher.name
        self.cameras = tuple(dict.fromkeys((*learner.cameras, *teacher.cameras)))
        self._step, self._step_id = Step("home", "both"), ""
        self.start(None)

    def start(self, seed: int | None) -> None:
        """A new episode; without a seed the learner has no part in it."""
        self._rng = None if seed is None else np.random.default_rng([seed, *b"learner"])
        self._until = 0.0
        self.erring = False
        self.made: list[dict[str, Any]] = []

    @property
    def replan_period_s(self) -> float | None:
        """As often as the learner."""
        return self._learner.replan_period_s

    def begin(self, step: Step, step_id: str, observation: Observation) -> None:
        """Start a step, and decide who begins it and for how long."""
        self._step, self._step_id = step, step_id
        rng, settings = self._rng, self._settings
        self.erring = rng is not None and rng.uniform() < float(settings["share"])
        if self.erring:
            assert rng is not None
            self._until = observation.stamp + float(rng.uniform(*settings["lasts_s"]))
        self._active.begin(step, step_id, observation)

    def infer(self, observation: Observation) -> PolicyOutput:
        """What the learner wants until its time is up or it gives up; then what the teacher wants."""
        if not self.erring:
            return self._teacher.infer(observation)
        if observation.stamp < self._until:
            output = self._learner.infer(observation)
            if output.status != "failed":
                return output
            self._until = observation.stamp
        if not arms_rest(observation) and observation.stamp < self._until + _WAIT_S:
            return PolicyOutput(None, reason="the arms come to rest before they are taken over")
        self.erring = False
        self.made.append({"kind": "learner", "step_id": self._step_id, "time": round(observation.stamp, 3)})
        self._teacher.begin(self._step, self._step_id, observation)
        return self._teacher.infer(observation)

    def heard(self, verdict: Verdict) -> None:
        """Passed on to who acts."""
        self._active.heard(verdict)

    @property
    def _active(self) -> Policy:
        return self._learner if self.erring else self._teacher
