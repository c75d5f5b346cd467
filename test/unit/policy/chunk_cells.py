"""A policy that runs a model, in a world of its own, for tests."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from chunk_models import ReachModel
from kinematic_world import KinematicWorld
from numpy import ndarray
from things import standing

from tandem.cell import names
from tandem.cell.chunk import ActionChunk, Outcome, Verdict
from tandem.cell.plan import Step
from tandem.cell.robot import home_positions
from tandem.policy.chunks.policy import ChunkPolicy
from tandem.policy.chunks.settings import ChunkSettings
from tandem.policy.protocol import PolicyOutput
from tandem.safety.settings import filter_settings

HOME = home_positions()
STEP = Step("pick", "left", "red_cube", text="pick the red cube")
RED = standing("red_cube", 0.42, 0.05, 0.3)
SPLICE = filter_settings().splice_s


def goal(**joints: float) -> ndarray:
    target = HOME.copy()
    for name, value in joints.items():
        target[names.JOINTS.index(name)] += value
    return target


REACH = goal(left_shoulder_pan_joint=0.5, left_elbow_joint=-0.4)


@dataclass
class Cell:
    """A policy, a world that follows chunks exactly, and time that goes on while the policy thinks."""

    model: ReachModel
    world: KinematicWorld
    settings: ChunkSettings = field(default_factory=ChunkSettings)
    delay: Callable[[], float] = lambda: 0.05
    period: float = 0.4
    chunks: list[ActionChunk] = field(default_factory=list)
    taken_at: list[float] = field(default_factory=list)
    outputs: list[PolicyOutput] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.thought = 0.0
        self.policy = ChunkPolicy(self.model, self.settings, clock=lambda: self.world.time + self.thought)

    def begin(self, step: Step = STEP) -> None:
        self.policy.begin(step, "1.1", self.world.observation())

    def tick(self) -> PolicyOutput:
        self.thought = 0.02 * round(self.delay() / 0.02)
        output = self.policy.infer(self.world.observation())
        self.outputs.append(output)
        self.world.advance(self.thought)
        spent, self.thought = self.thought, 0.0
        if output.chunk is not None:
            self.chunks.append(output.chunk)
            self.taken_at.append(self.world.time + SPLICE)
            self.world.advance(SPLICE)
            self.world.take(output.chunk)
            spent += SPLICE
        self.world.advance(max(0.02, self.period - spent))
        return output

    def run(self, limit_s: float = 30.0) -> PolicyOutput:
        while self.world.time < limit_s:
            output = self.tick()
            if output.status != "running":
                return output
        raise AssertionError(f"not over: {self.outputs[-1]}")

    def tell(self, outcome: Outcome, reason: str = "something is near", until: float = 0.0) -> None:
        chunk = self.chunks[-1]
        verdict = Verdict(self.world.time, chunk.source, chunk.sequence, chunk.step_id, outcome, "S3", reason)
        self.policy.heard(replace(verdict, certified_until=until))
