"""What every policy implements: the skills, the learned model, and remote models alike."""

from dataclasses import dataclass, field
from typing import Literal, Protocol

from tandem.cell import description
from tandem.cell.chunk import ActionChunk, Verdict
from tandem.cell.observation import Observation
from tandem.cell.plan import Step

Status = Literal["running", "done", "failed"]


@dataclass(frozen=True)
class PolicyOutput:
    """What a policy wants next.

    Attributes:
        chunk: to be certified and carried out; None to leave things as they are.
        status: ``done`` when the policy believes the step complete (perception still verifies it), ``failed`` when it gave up.
        reason: in words: what it is doing, or why it gave up.
        progress: 0 to 1.
        spread: how far sampled chunks lie apart at the grasp centres [m]; NaN where the policy doesn't say.
        info: anything else worth telling, for the decision trace.
    """

    chunk: ActionChunk | None
    status: Status = "running"
    reason: str = ""
    progress: float = 0.0
    spread: float = float("nan")
    info: dict[str, float | str] = field(default_factory=dict)


class Policy(Protocol):
    """A policy carries out one step at a time.

    Attributes:
        name: what its chunks say that they come from.
        cameras: those of ``names.CAMERAS`` whose images it wants in its observations.
    """

    name: str
    cameras: tuple[str, ...]

    @property
    def replan_period_s(self) -> float | None:
        """How often it wants to be asked in this step [s]; None for ``replan_period`` of config/cell.yaml."""
        ...

    def begin(self, step: Step, step_id: str, observation: Observation) -> None:
        """Start a step; forgets the one before."""
        ...

    def infer(self, observation: Observation) -> PolicyOutput:
        """The next chunk. May take long; the arms come to rest on their certified path meanwhile."""
        ...

    def heard(self, verdict: Verdict) -> None:
        """The executor's answer to a chunk of this policy."""
        ...


def asking_period_s(policy: Policy) -> float:
    """How often a policy is asked now [s]: as it wants, or else as config/cell.yaml says."""
    wanted = policy.replan_period_s
    return float(description.settings("cell.yaml")["control"]["replan_period"]) if wanted is None else wanted
