"""One instruction on its way: steps sent to the policy, verified from perception, tried again, reported."""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from rclpy.action import ActionClient
from rclpy.action.server import ServerGoalHandle
from rclpy.task import Future
from tandem_cell.action import ExecuteInstruction, ExecuteStep
from tandem_cell.msg import StepReport

from tandem.cell.plan import TaskPlan
from tandem.cell.scene import Scene
from tandem.language.sequencer import Finished, Sequencer, StartStep, StepOutcome
from tandem.nodes import conversions
from tandem.nodes.async_help import Waiter

if TYPE_CHECKING:
    from tandem.nodes.instruction import Instruction

Result: TypeAlias = ExecuteInstruction.Result

SEND_TIMEOUT_S = 5.0


@dataclass(frozen=True)
class RunContext:
    """What a run uses of its node."""

    node: Instruction
    waiter: Waiter
    steps: ActionClient
    settle_s: float
    handle: ServerGoalHandle


class InstructionRun:
    """Why it ended is latched once, by the first that ends it."""

    def __init__(self, text: str, context: RunContext) -> None:
        self.text = text
        self._context = context
        self._interruption: tuple[int, str] | None = None
        self._index = 0
        self._count = 0
        self._step_text = ""

    def interrupt(self, code: int, reason: str) -> None:
        """End the run as soon as possible; the first reason stays."""
        if self._interruption is None:
            self._interruption = (code, reason)

    def interrupted(self, handle: ServerGoalHandle) -> tuple[int, str] | None:
        """How the run was ended from outside, if it was."""
        if self._interruption is None and handle.is_cancel_requested:
            self._interruption = (Result.CANCELLED, "cancelled")
        return self._interruption

    def feedback(self, stage: str, reason: str, share: float = 0.0) -> None:
        """Say what is going on; ``share`` is of the present step, 0 to 1."""
        progress = (self._index + share) / self._count if self._count else 0.0
        self._context.handle.publish_feedback(
            ExecuteInstruction.Feedback(
                stage=stage,
                step_index=self._index,
                step_count=self._count,
                step_text=self._step_text,
                progress=min(1.0, progress),
                reason=reason,
            )
        )

    async def carry_out(self, sequencer: Sequencer, plan: TaskPlan, scene: Scene) -> Result:
        """Carry the plan through; returns with both arms at rest."""
        self._count = len(plan.steps)
        result = Result(plan=[conversions.to_step(step) for step in plan.steps])
        command = sequencer.next(scene)
        while isinstance(command, StartStep):
            outcome, reason, duration = await self._step(command)
            if self._interruption is not None:
                sequencer.interrupted(outcome, reason, duration)
                break
            scene = await self._fresh_scene()
            sequencer.step_ended(outcome, reason, scene, duration)
            command = sequencer.next(scene)
        node = self._context.node
        if self._interruption is not None:
            code, reason = self._interruption
            rested = await self._rest()
            result.error_code = code
            result.error_msg = f"{reason}; {'the arms are at rest' if rested else 'the arms were not seen to come to rest'}"
        elif isinstance(command, Finished) and not command.success:
            result.error_code, result.error_msg = Result.STEP_FAILED, command.reason
        result.steps = [_step_report(report) for report in sequencer.reports]
        node.trace("instruction", f"'{self.text}': {result.error_msg or 'done'}")
        return result

    async def _step(self, command: StartStep) -> tuple[StepOutcome, str, float]:
        """Outcome (done, failed, cancelled), reason and duration [s] of one attempt."""
        node, step = self._context.node, command.step
        self._index, self._step_text = command.index, step.text
        stage = "acting" if command.attempt == 1 else "retrying"
        self.feedback(stage, command.reason or step.text)
        step_id = f"{uuid.uuid4().hex[:8]}/{command.index + 1}.{command.attempt}"
        node.trace("step", f"attempt {command.attempt}: {step.text}", step_id=step_id)
        started = node.now_s()
        goal = ExecuteStep.Goal(step=conversions.to_step(step), step_id=step_id)

        def heard(message: Any) -> None:
            self.feedback(stage, message.feedback.phase, message.feedback.progress)

        sending = self._context.steps.send_goal_async(goal, feedback_callback=heard)
        if not await self._wait(sending, SEND_TIMEOUT_S):
            if self._interruption is not None:
                return "cancelled", "interrupted before the step began", node.now_s() - started
            return "failed", "the vla node does not answer", node.now_s() - started
        accepted = sending.result()
        if not accepted.accepted:
            return "failed", "the vla node does not take steps; is it active?", node.now_s() - started
        ending = accepted.get_result_async()
        if not await self._wait(ending):
            accepted.cancel_goal_async()
            await self._context.waiter.until_or_timeout(ending.done, 4.0)
            return "cancelled", "interrupted", node.now_s() - started
        result = ending.result().result
        if result.error_code == ExecuteStep.Result.STOPPED:
            self.interrupt(Result.STOPPED, result.error_msg)
        outcome: StepOutcome = "done" if result.error_code == ExecuteStep.Result.NONE else "failed"
        return outcome, result.error_msg, node.now_s() - started

    async def _wait(self, future: Future, timeout_s: float = math.inf) -> bool:
        """Wait for the future, or an interruption; whether the future ended."""
        handle = self._context.handle
        over = partial(self._over, future, handle)
        await self._context.waiter.until_or_timeout(over, timeout_s)
        return bool(future.done())

    def _over(self, future: Future, handle: ServerGoalHandle) -> bool:
        return future.done() or self.interrupted(handle) is not None

    async def _fresh_scene(self) -> Scene:
        """A scene that was seen after the step's end."""
        node = self._context.node
        self.feedback("verifying", "looking at the result", 0.95)
        wanted = node.now_s() + self._context.settle_s
        handle = self._context.handle

        def seen() -> bool:
            fresh = node.scene is not None and node.scene.stamp >= wanted
            return fresh or self.interrupted(handle) is not None

        await self._context.waiter.until_or_timeout(seen, 5.0)
        if node.scene is None or node.scene.stamp < wanted:
            self.interrupt(Result.NO_SCENE, "perception gives no fresh scene to judge the step by")
        return node.scene or Scene()

    async def _rest(self) -> bool:
        self.feedback("resting", "waiting for the arms to come to rest")
        joints = self._context.node.joints
        await self._context.waiter.until_or_timeout(joints.at_rest, 4.0)
        return joints.at_rest()


def _step_report(report: Any) -> StepReport:
    return StepReport(
        step=conversions.to_step(report.step),
        attempts=report.attempts,
        duration=float(report.duration_s),
        outcome=report.outcome,
        reason=report.reason,
    )
