"""An episode judged by the truth."""

from collections.abc import Sequence
from dataclasses import dataclass

from tandem.learning.evaluation.conditions import Condition, unmet
from tandem.learning.evaluation.intended import StepWindow, Unintended, unintended
from tandem.learning.evaluation.recording import Recording

_EVERY = 5
"""Samples from one look at a recording to the one before."""


@dataclass(frozen=True)
class Judgement:
    """What an evaluator says.

    Attributes:
        failure: which condition isn't fulfilled and why, empty when all are.
        unintended: contacts and motions that no step named.
    """

    failure: str
    unintended: tuple[Unintended, ...]

    @property
    def success(self) -> bool:
        """Whether all conditions are fulfilled."""
        return not self.failure


def time_to_success(recording: Recording, conditions: Sequence[Condition]) -> float | None:
    """From the start until all conditions hold and go on to hold until the end [s]; None where they don't hold at the end."""
    earliest, index = None, len(recording.times) - 1
    while index >= 0 and not any(unmet(condition, recording.until(index)) for condition in conditions):
        earliest, index = index, index - _EVERY
    return None if earliest is None else round(float(recording.times[earliest] - recording.times[0]), 2)


def judge(
    recording: Recording, conditions: Sequence[Condition], windows: Sequence[StepWindow], shoved: Sequence[str] = ()
) -> Judgement:
    """Judge an episode by given conditions; what was ``shoved`` by somebody else moved by no fault of the cell's."""
    reasons = (unmet(condition, recording) for condition in conditions)
    return Judgement(next((reason for reason in reasons if reason), ""), unintended(recording, windows, shoved))
