"""What every model that predicts chunks implements: our own, baselines, and those behind a network."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tandem.cell.observation import Observation
from tandem.cell.plan import Step

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ChunkRequest:
    """What a model is asked.

    Attributes:
        observation: with images of the cameras that the model wants.
        step: what is being done.
        committed: joints that the arms will be sent to whatever the model answers, at ``observation.stamp`` + k x the model's
            ``step_dt`` for k = 0, 1, ..., shape (d, 14), d >= 1 [rad; m for grippers].
    """

    observation: Observation
    step: Step
    committed: Array


@dataclass(frozen=True)
class ChunkAnswer:
    """What a model answers.

    Attributes:
        positions: joint targets at ``observation.stamp`` + k x ``step_dt``, shape (H, 14) [rad; m for grippers].
        done: probability that the step is complete, NaN where the model doesn't say.
        spread: how far sampled chunks lie apart at the grasp centres, over what will be executed [m]; NaN where not known.
        seconds: that the answer took, NaN where not measured.
        info: anything else worth telling, for the decision trace.
        felt: whether hands felt that what the step is for has happened, where no scene shows it; None where they can't tell.
    """

    positions: Array
    done: float = float("nan")
    spread: float = float("nan")
    seconds: float = float("nan")
    info: dict[str, float | str] = field(default_factory=dict)
    felt: bool | None = None


class ModelFailure(Exception):
    """A model can't answer now: no connection, a time-out, an answer that is no chunk. The message says what to do."""


class ChunkModel(Protocol):
    """Predicts chunks, for one client: it may remember what it was asked since ``begin`` said which step it is.

    Attributes:
        name: for reports.
        cameras: those of ``names.CAMERAS`` whose images it wants.
        step_dt: time between rows [s].
        rows: H, how many rows it answers with.
    """

    name: str
    cameras: tuple[str, ...]
    step_dt: float
    rows: int

    def begin(self, step: Step) -> None:
        """A new step begins."""
        ...

    def predict(self, request: ChunkRequest) -> ChunkAnswer:
        """The next chunk.

        Raises:
            ModelFailure: there is none.
        """
        ...

    def twin(self) -> "ChunkModel":
        """Another one for another client, with the same weights, which knows nothing of this one's requests."""
        ...

    def close(self) -> None:
        """Give back connections and memory that twins don't need."""
        ...
