"""Why a reading of the sentence ends early: something must be asked, or refused."""

from collections.abc import Sequence
from typing import Literal

from tandem.language.words import in_words, listing
from tandem.language.world import World

Code = Literal["not_understood", "unknown_object", "impossible", "unsafe"]


class AnswerError(Exception):
    """Ends the planning of a reading; ``done`` of its orders had been planned before."""

    done = 0


class AskError(AnswerError):
    """The instruction fits several things.

    Args:
        question: worded so that a person can answer it.
        candidates: the names that it may mean.
    """

    def __init__(self, question: str, candidates: tuple[str, ...]) -> None:
        super().__init__(question)
        self.question = question
        self.candidates = candidates


def which(names: Sequence[str], world: World) -> AskError:
    """``Which cube do you mean: the red cube or the green cube?``"""
    kinds = {world.scene[name].category for name in names}
    noun = kinds.pop() if len(kinds) == 1 else "one"
    return AskError(f"Which {noun} do you mean: {listing([in_words(name) for name in names])}?", tuple(names))


class RefuseError(AnswerError):
    """It can't or must not be done; the codes are those of ``tandem.cell.plan.Refusal``."""

    def __init__(self, code: Code, reason: str) -> None:
        super().__init__(reason)
        self.code: Code = code
        self.reason = reason
