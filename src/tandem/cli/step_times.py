"""When each step of a plan was carried out, from the feedback of the instruction."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tandem.cell.plan import Step
from tandem.learning.evaluation.intended import StepWindow


@dataclass
class StepTimes:
    """Collects (time by the cell's clock [s], stage, step index, words) whenever one of the last three changes."""

    entries: list[tuple[float, str, int, str]] = field(default_factory=list)

    def add(self, time: float, stage: str, index: int, words: str) -> bool:
        """Take in feedback; whether it says something new."""
        if self.entries and self.entries[-1][1:] == (stage, index, words):
            return False
        self.entries.append((time, stage, index, words))
        return True

    @property
    def captions(self) -> list[tuple[float, str]]:
        """What to write under a video from when on."""
        return [(time, f"{stage}: {words}") for time, stage, _, words in self.entries]

    def windows(self, steps: Sequence[Step], end: float) -> list[StepWindow]:
        """Each attempt at a step, until the next attempt or ``end`` [s]."""
        starts: list[tuple[float, int]] = []
        for time, stage, index, _ in self.entries:
            if (
                stage in ("acting", "retrying")
                and index < len(steps)
                and (not starts or starts[-1][1] != index or stage == "retrying")
            ):
                starts.append((time, index))
        ends = [time for time, _ in starts[1:]] + [end] * bool(starts)
        return [StepWindow(steps[index], start, stop) for (start, index), stop in zip(starts, ends, strict=True)]
