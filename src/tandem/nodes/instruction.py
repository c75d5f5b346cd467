"""The instruction node: a sentence in, verified steps out."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeAlias

from rclpy.action import ActionClient, ActionServer, CancelResponse, GoalResponse
from rclpy.action.server import ServerGoalHandle
from sensor_msgs.msg import JointState
from tandem_cell.action import ExecuteInstruction, ExecuteStep
from tandem_cell.msg import SafetyState
from tandem_cell.msg import Scene as SceneMsg

from tandem.cell.plan import Question, Refusal, TaskPlan
from tandem.cell.scene import Scene
from tandem.language.report import to_report
from tandem.language.rewording.choice import text_model
from tandem.language.rewording.understanding import ModelError, understand
from tandem.language.sequencer import Sequencer
from tandem.nodes import conversions, qos
from tandem.nodes.action_end import end_goal
from tandem.nodes.async_help import Waiter
from tandem.nodes.cell_node import CellNode, ConfigurationError, DiagnosticStatus, Parameter, run
from tandem.nodes.instruction_run import InstructionRun, RunContext
from tandem.nodes.joint_buffer import JointBuffer

Result: TypeAlias = ExecuteInstruction.Result

_REFUSAL_CODES = {
    "not_understood": Result.NOT_UNDERSTOOD,
    "unknown_object": Result.UNKNOWN_OBJECT,
    "impossible": Result.IMPOSSIBLE,
    "unsafe": Result.UNSAFE,
}


class Instruction(CellNode):
    """Serves ``execute_instruction``, one at a time; a new goal is refused while one runs, or replaces it when it asks to."""

    PARAMETERS = (
        Parameter("scene_wait", 10.0, "How long to wait for a fresh scene before a plan is made [s].", 0.1, 120.0, fixed=False),
        Parameter("settle", 0.4, "A step is judged by a scene this much younger than its end [s].", 0.0, 10.0, fixed=False),
        Parameter("monitor_timeout", 3.0, "The safety monitor counts as lost when it is silent for so long [s].", 0.2, 10.0),
        Parameter("max_attempts", 3, "How often a step is tried.", 1, 10, fixed=False),
        Parameter("llm", "none", "What is asked where the grammar doesn't understand: 'none', 'endpoint' or 'local'."),
        Parameter("llm_model", "", "The language model's name at the endpoint; its folder or name on the hub where it is local."),
        Parameter("llm_url", "", "The endpoint's address, such as http://localhost:8000/v1; its key in TANDEM_LLM_KEY."),
    )

    def configure(self) -> None:
        """Connects."""
        self.scene: Scene | None = None
        self.joints = JointBuffer()
        self.safety = SafetyState()
        self._monitor_heard: float | None = None
        self._current: InstructionRun | None = None
        self._waiter = Waiter(self)
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="language")
        self.at_cleanup(self._worker.shutdown, wait=False, cancel_futures=True)
        try:
            self._model = text_model(self.value("llm"), self.value("llm_model"), self.value("llm_url"))
        except (ValueError, ModelError) as error:
            raise ConfigurationError(str(error)) from error
        understand("go home", Scene())  # The first sentence takes longer: the grammar is built.
        self._steps = ActionClient(self, ExecuteStep, "execute_step")
        self.create_subscription(SceneMsg, "scene", self._on_scene, qos.STATE)
        self.create_subscription(JointState, "joint_states", self.joints.add, qos.SENSOR)
        self.create_subscription(SafetyState, "safety_state", self._on_safety, qos.LATCHED)
        self.every(0.1, self._listen_for_monitor)
        self._server = ActionServer(
            self,
            ExecuteInstruction,
            "execute_instruction",
            self._execute,
            goal_callback=lambda goal: GoalResponse.ACCEPT if self.active else GoalResponse.REJECT,
            cancel_callback=lambda handle: CancelResponse.ACCEPT,
        )

    def deactivate(self) -> None:
        """Ends what runs; the arms come to rest."""
        if self._current is not None:
            self._current.interrupt(Result.STOPPED, "the instruction node was deactivated")

    def waits_for(self) -> dict[str, bool]:
        """What carrying out a sentence needs."""
        return {
            "joint states": self.joints.newest is not None,
            "a scene": self.scene is not None,
            "the vla node": self._steps.server_is_ready(),
        }

    def status(self) -> tuple[bytes, str, dict[str, Any]]:
        """For /diagnostics."""
        if not self.active:
            return DiagnosticStatus.WARN, "not active", {}
        return DiagnosticStatus.OK, f"carrying out '{self._current.text}'" if self._current else "idle", {}

    def _on_scene(self, message: SceneMsg) -> None:
        self.scene = conversions.from_scene(message)

    def _listen_for_monitor(self) -> None:
        heard, awake = self._monitor_heard, self.awake_s()
        silent = heard is not None and awake - heard > self.value("monitor_timeout")
        if silent and self._current is not None:
            self._current.interrupt(Result.NODE_LOST, "no sign of life from safety_monitor")

    def _on_safety(self, message: SafetyState) -> None:
        self.safety = message
        self._monitor_heard = self.awake_s()
        if message.state == SafetyState.STOPPED and self._current is not None:
            code = Result.NODE_LOST if message.cause == "node_lost" else Result.STOPPED
            self._current.interrupt(code, message.reason)

    async def _execute(self, handle: ServerGoalHandle) -> Result:
        goal = handle.request
        self.trace("instruction", goal.text)
        self.get_logger().info(f"told: {goal.text}")
        if self._current is not None and not goal.replace:
            return end_goal(handle, _failure(Result.BUSY, f"'{self._current.text}' is being carried out; ask to replace it"))
        while self._current is not None:
            self._current.interrupt(Result.REPLACED, f"replaced by '{goal.text}'")
            await self._waiter.until(partial(self._has_ended, self._current))
        context = RunContext(node=self, waiter=self._waiter, steps=self._steps, settle_s=self.value("settle"), handle=handle)
        run_ = InstructionRun(goal.text, context)
        self._current = run_
        try:
            result = await self._carry_out(run_, handle)
        except Exception as error:
            self.get_logger().error(f"the instruction broke off: {error!r}")
            result = _failure(Result.INTERNAL, f"the instruction broke off: {error!r}")
        finally:
            self._current = None
        self.get_logger().info(f"{goal.text}: {result.error_msg or 'done'}")
        return end_goal(handle, result)

    def _has_ended(self, run_: InstructionRun) -> bool:
        return self._current is not run_

    async def _carry_out(self, run_: InstructionRun, handle: ServerGoalHandle) -> Result:
        self._monitor_heard = self.awake_s()  # from now on it must not be silent
        if self.safety.state == SafetyState.STOPPED:
            return _failure(Result.STOPPED, f"the cell is stopped ({self.safety.reason}); reset it first")
        run_.feedback("looking", "waiting for a fresh look at the table")
        fresh_after = self.now_s()

        def ready() -> bool:
            seen = self.scene is not None and self.scene.stamp >= fresh_after
            return (seen and self.joints.newest is not None) or run_.interrupted(handle) is not None

        await self._waiter.until_or_timeout(ready, self.value("scene_wait"))
        if (ended := run_.interrupted(handle)) is not None:
            return _failure(*ended)
        scene = self.scene
        if scene is None or scene.stamp < fresh_after:
            return _failure(Result.NO_SCENE, "perception gives no fresh scene; is it running, do the cameras publish?")
        run_.feedback("planning", "turning the sentence into steps")
        understood, work = self._waiter.run(self._worker, understand, handle.request.text, scene, self._model)
        await understood
        parsed = work.result()
        self._trace_parsed(parsed)
        if isinstance(parsed, TaskPlan):
            sequencer = Sequencer(parsed, max_attempts=int(self.value("max_attempts")))
            return await run_.carry_out(sequencer, parsed, scene)
        return _answer(parsed)

    def _trace_parsed(self, parsed: TaskPlan | Question | Refusal) -> None:
        report = to_report(parsed)
        self.trace(report["outcome"], report.get("question") or report.get("reason") or "", data=json.dumps(report))


def _failure(code: int, reason: str) -> Result:
    return Result(error_code=code, error_msg=reason)


def _answer(parsed: Question | Refusal) -> Result:
    if isinstance(parsed, Question):
        return Result(
            error_code=Result.AMBIGUOUS,
            error_msg=parsed.question,
            question=parsed.question,
            candidates=list(parsed.candidates),
        )
    return _failure(_REFUSAL_CODES[parsed.code], parsed.reason)


def main() -> int:
    """Run the node."""
    return run(lambda: Instruction("instruction"))


if __name__ == "__main__":
    raise SystemExit(main())
