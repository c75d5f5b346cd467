"""An episode judged by the truth."""

from collections.abc import Sequence
from dataclasses import dataclass

from tandem.learning.evaluation.conditions import Condition, unmet
from tandem.learning.evaluation.intended import StepWindow, Unintended, unintended
from tandem.learning.evaluation.recording import Recording


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


def judge(recording: Recording, conditions: Sequence[Condition], windows: Sequence[StepWindow]) -> Judgement:
    """Judge an episode by given conditions."""
    reasons = (unmet(condition, recording) for condition in conditions)
    return Judgement(next((reason for reason in reasons if reason), ""), unintended(recording, windows))
