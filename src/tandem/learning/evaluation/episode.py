"""What came of an instruction."""

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from tandem.cell.chunk import Verdict
from tandem.cell.plan import Step
from tandem.language.sequencer import StepReport
from tandem.learning.evaluation.intended import StepWindow

Ending = Literal["done", "step_failed", "question", "refused", "stopped", "timed_out", "no_scene", "policy_error"]


@dataclass(frozen=True)
class TraceEvent:
    """Something that was understood, decided or done, in words, and when [s]."""

    time: float
    kind: str
    text: str


@dataclass(frozen=True)
class EpisodeResult:
    """An instruction carried out, or not.

    Attributes:
        instruction: the sentence.
        ending: how it ended, judged without the simulator's truth.
        reason: why, in words.
        plan: the steps that it was understood as.
        steps: how each went.
        windows: each attempt at a step, with its time.
        verdicts: those that were not plain passes.
        chunks: how many chunks the policy sent.
        duration_s: from the sentence to the end, on the cell's clock.
        wall_s: that it took to compute.
        trace: what happened, in words.
    """

    instruction: str
    ending: Ending
    reason: str
    plan: tuple[Step, ...]
    steps: tuple[StepReport, ...]
    windows: tuple[StepWindow, ...]
    verdicts: tuple[Verdict, ...]
    chunks: int
    duration_s: float
    wall_s: float
    trace: tuple[TraceEvent, ...]

    @property
    def success(self) -> bool:
        """Whether perception says that it was done."""
        return self.ending == "done"

    @property
    def interventions(self) -> dict[str, int]:
        """How often each kind of verdict came, by outcome and rule, plain passes left out."""
        return dict(Counter(f"{verdict.outcome.name.lower()} {verdict.rule}".strip() for verdict in self.verdicts))
