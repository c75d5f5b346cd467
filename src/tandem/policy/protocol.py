"""What every policy implements: the skills, the learned model, and remote models alike."""

from dataclasses import dataclass
from typing import Literal, Protocol

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
    """

    chunk: ActionChunk | None
    status: Status = "running"
    reason: str = ""
    progress: float = 0.0


class Policy(Protocol):
    """A policy carries out one step at a time. It is asked about every ``replan_period`` of config/cell.yaml."""

    name: str

    def begin(self, step: Step, step_id: str, observation: Observation) -> None:
        """Start a step; forgets the one before."""
        ...

    def infer(self, observation: Observation) -> PolicyOutput:
        """The next chunk. May take long; the arms come to rest on their certified path meanwhile."""
        ...

    def heard(self, verdict: Verdict) -> None:
        """The executor's answer to a chunk of this policy."""
        ...
