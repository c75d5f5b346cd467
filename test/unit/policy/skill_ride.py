"""The policy of planned skills in a kinematic world, step by step."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from kinematic_world import KinematicWorld
from things import standing

from tandem.cell.chunk import ActionChunk, Outcome, Verdict
from tandem.cell.plan import Step
from tandem.cell.robot import home_positions
from tandem.policy.protocol import PolicyOutput
from tandem.policy.skills.policy import SkillsPolicy

PERIOD = 0.4
HOME = home_positions()
GREEN, RED = standing("green_cube", 0.52, -0.10, 0.7), standing("red_cube", 0.42, 0.05, 0.3)
BLUE_BIN = standing("blue_bin", 0.43, 0.28, 0.1)


@dataclass
class Ride:
    """A policy and its world."""

    policy: SkillsPolicy
    world: KinematicWorld
    chunks: list[ActionChunk] = field(default_factory=list)

    def step(self, step: Step, limit_s: float = 40.0) -> PolicyOutput:
        self.policy.begin(step, f"{step.verb}-{len(self.chunks)}", self.world.observation())
        began = self.world.time
        while self.world.time - began < limit_s:
            output = self.tick()
            if output.status != "running":
                return output
        raise AssertionError(f"{step.verb} isn't over after {limit_s} s: {output.reason}")

    def tick(self) -> PolicyOutput:
        output = self.policy.infer(self.world.observation())
        if output.chunk is not None:
            self.chunks.append(output.chunk)
            self.world.take(output.chunk)
        if output.status == "running":
            self.world.advance(PERIOD)
        return output

    def verdict(self, outcome: Outcome) -> Verdict:
        chunk = self.chunks[-1]
        return Verdict(self.world.time, chunk.source, chunk.sequence, chunk.step_id, outcome, "S3", "something is near")


RideMaker: TypeAlias = Callable[..., Ride]
