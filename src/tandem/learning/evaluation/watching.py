"""Somebody who looks on while an instruction is carried out in one process, and touches nothing."""

from typing import Protocol

from tandem.language.sequencer import StartStep, StepOutcome
from tandem.learning.evaluation.loop import CellLoop


class Watcher(Protocol):
    """Is told what begins and ends, and may look in between.

    Attributes:
        period: from one look to the next [s].
    """

    period: float

    def start(self, loop: CellLoop) -> None:
        """A scene was set up in this cell."""
        ...

    def look(self) -> None:
        """Comes once every period."""
        ...

    def step_began(self, command: StartStep) -> None:
        """An attempt at a step begins now."""
        ...

    def step_ended(self, outcome: StepOutcome, reason: str) -> None:
        """The attempt is over, as the policy says or because of the time."""
        ...

    def step_verified(self, done: bool, reason: str) -> None:
        """What perception says of the attempt, a moment later."""
        ...
