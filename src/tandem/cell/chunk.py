"""What a policy asks for, and what the executor answers."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

ContactPair = tuple[str, str]
"""Two names that may touch: links (``left_finger_a_link``), link groups (``left_gripper``, ``left_arm``), scene objects
(``red_cube``) or ``table``. Order does not matter."""


@dataclass(frozen=True)
class ActionChunk:
    """Future joint targets for both arms and grippers.

    Attributes:
        stamp: time of row 0 [s].
        step_dt: time between rows [s].
        positions: targets, shape (H, 14), in the order of ``names.JOINTS`` [rad; m for grippers].
        joint_names: the 14 names, so that a chunk in another order is refused rather than misread.
        source: who asks, for example ``vla`` or ``planner``.
        sequence: grows by one with every chunk of a source.
        step_id: the step that is being carried out, empty for none.
        allowed_contacts: pairs that this step may bring together; everything else keeps its margin.
        note: what the chunk does, in words.
    """

    stamp: float
    step_dt: float
    positions: NDArray[np.float64]
    joint_names: tuple[str, ...]
    source: str
    sequence: int
    step_id: str = ""
    allowed_contacts: tuple[ContactPair, ...] = ()
    note: str = ""

    @property
    def duration(self) -> float:
        """Time from the first row to the last [s]."""
        return self.step_dt * (len(self.positions) - 1)


class Outcome(IntEnum):
    """What became of a chunk. The values are those of tandem_cell/msg/Verdict."""

    PASSED = 0
    SLOWED = 1
    PROJECTED = 2
    TRUNCATED = 3
    REJECTED = 4
    STOPPED = 5


@dataclass(frozen=True)
class Verdict:
    """The executor's answer to a chunk.

    Attributes:
        stamp: when it was decided [s].
        source, sequence, step_id: of the chunk.
        outcome: what became of it.
        rule: the invariant that decided, ``S2`` to ``S8``, empty for a plain pass.
        reason: in words: the limit, the pair of bodies or the distance.
        bodies: the two bodies, where a pair decided.
        distance: their smallest distance [m], NaN where none was measured.
        margin: the distance that they must keep [m], NaN likewise.
        certified_until: end of the certified motion, at rest [s].
        compute_ms: time that the filter took.
    """

    stamp: float
    source: str
    sequence: int
    step_id: str
    outcome: Outcome
    rule: str = ""
    reason: str = ""
    bodies: tuple[str, ...] = ()
    distance: float = float("nan")
    margin: float = float("nan")
    certified_until: float = 0.0
    compute_ms: float = 0.0

    @property
    def accepted(self) -> bool:
        """Whether any of the chunk will be carried out."""
        return self.outcome < Outcome.REJECTED
