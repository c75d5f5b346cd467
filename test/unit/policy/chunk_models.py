"""Small deterministic models for tests of what runs models."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tandem.cell import names
from tandem.cell.plan import Step
from tandem.cell.robot import home_positions
from tandem.policy.chunks.model import ChunkAnswer, ChunkRequest, ModelFailure

Array = NDArray[np.float64]


_ARMS = np.array([name not in names.GRIPPER_JOINT.values() for name in names.JOINTS])


@dataclass
class ReachModel:
    """Moves towards a goal at a limited speed from the last committed row on, as a model that was trained to inpaint does.

    Attributes:
        goal: joints to reach, shape (14,).
        speed, acceleration: of the arms [rad/s, rad/s^2]; of the fingers a tenth in metres.
        says_done: whether it tells when it is there.
        requests: all that it was asked.
        away: raises ModelFailure while it says why.
    """

    goal: Array = field(default_factory=lambda: home_positions().copy())
    speed: float = 0.6
    acceleration: float = 2.0
    says_done: bool = True
    inpaints: bool = True
    spread: float = float("nan")
    away: str = ""
    name: str = "reach"
    cameras: tuple[str, ...] = ()
    step_dt: float = 0.1
    rows: int = 16
    thinks: Callable[[], None] = lambda: None
    requests: list[ChunkRequest] = field(default_factory=list)
    begun: list[Step] = field(default_factory=list)
    closed: bool = False

    def twin(self) -> "ReachModel":
        return self

    def begin(self, step: Step) -> None:
        self.begun.append(step)

    def predict(self, request: ChunkRequest) -> ChunkAnswer:
        self.requests.append(request)
        self.thinks()
        if self.away:
            raise ModelFailure(self.away)
        seen = request.observation
        rows = np.empty((self.rows, names.DOF))
        known = len(request.committed) if self.inpaints else 1
        rows[:known] = request.committed[:known] if self.inpaints else seen.positions
        stride = rows[known - 1] - rows[known - 2] if known > 1 else seen.velocities * self.step_dt
        for row in range(known, self.rows):
            stride = self._stride(rows[row - 1], stride)
            rows[row] = rows[row - 1] + stride
        near = np.abs(request.observation.positions - self.goal).max() < 0.02
        return ChunkAnswer(rows, float(near) if self.says_done else float("nan"), self.spread)

    def close(self) -> None:
        self.closed = True

    def _stride(self, here: Array, before: Array) -> Array:
        """The next one: it grows and turns by no more than the acceleration lets it."""
        share = np.where(_ARMS, 1.0, 0.1)
        most, change = share * self.speed * self.step_dt, share * self.acceleration * self.step_dt**2
        wanted = np.clip((self.goal - here) * min(1.0, 3.0 * self.step_dt), -most, most)
        return before + np.clip(wanted - before, -change, change)
