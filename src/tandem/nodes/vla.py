"""The vla node: runs a policy for one step at a time and publishes its chunks."""

from __future__ import annotations

import json
import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any, TypeAlias

from geometry_msgs.msg import WrenchStamped
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.action.server import ServerGoalHandle
from sensor_msgs.msg import JointState
from tandem_cell.action import ExecuteStep
from tandem_cell.msg import ActionChunk, SafetyState, TactileImage, Verdict
from tandem_cell.msg import Scene as SceneMsg

from tandem.cell import names
from tandem.cell.observation import Observation
from tandem.cell.scene import Scene
from tandem.language.verify import achieved
from tandem.nodes import conversions, qos
from tandem.nodes.action_end import end_goal
from tandem.nodes.async_help import Waiter
from tandem.nodes.cell_node import CellNode, ConfigurationError, DiagnosticStatus, Parameter, run
from tandem.nodes.joint_buffer import JointBuffer
from tandem.nodes.senses import Eyes, TouchHistory
from tandem.policy import registry
from tandem.policy.protocol import PolicyOutput, asking_period_s

Result: TypeAlias = ExecuteStep.Result


class Vla(CellNode):
    """Serves ``execute_step``. The policy thinks in a thread; until it answers the arms stay on their certified path."""

    PARAMETERS = (
        Parameter("policy", "skills", "Which policy carries out the steps."),
        Parameter("step_timeout", 90.0, "A step that takes longer is given up [s].", 1.0, 3600.0, fixed=False),
        Parameter("policy_options", [""], "Options of the policy, each as key=value."),
        Parameter("scene_timeout", 2.0, "A scene older than this is not acted on [s].", 0.1, 60.0),
        Parameter("image_timeout", 1.0, "An image older than this is not acted on [s].", 0.1, 60.0),
    )

    def configure(self) -> None:
        """Loads the policy and connects."""
        try:
            options = registry.parse_options([entry for entry in self.value("policy_options") if entry])
            self._policy = registry.make(self.value("policy"), self.now_s, postcondition=achieved, options=options)
        except (KeyError, ValueError) as error:
            raise ConfigurationError(error.args[0]) from error
        self._joints = JointBuffer()
        self._scene: Scene | None = None
        self._felt = TouchHistory(lambda why: self.get_logger().error(why, throttle_duration_sec=5.0))
        self._eyes = Eyes(self, self._policy.cameras, self._joints)
        self._safety = SafetyState()
        self._running = ""
        self._sequence = 0
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="policy")
        self.at_cleanup(self._worker.shutdown, wait=False, cancel_futures=True)
        self._waiter = Waiter(self)
        self._chunks = self.create_publisher(ActionChunk, "action_chunk", qos.STATE)
        self.create_subscription(JointState, "joint_states", self._joints.add, qos.SENSOR)
        self.create_subscription(SceneMsg, "scene", self._on_scene, qos.STATE)
        self._verdicts = self.create_subscription(Verdict, "verdict", self._on_verdict, qos.STATE)
        self.create_subscription(SafetyState, "safety_state", self._on_safety, qos.LATCHED)
        for side in names.SIDES:
            self.create_subscription(WrenchStamped, f"{side}_wrench", partial(self._felt.wrench, side), qos.SENSOR)
            self.create_subscription(TactileImage, f"{side}_tactile", partial(self._felt.touch, side), qos.SENSOR)
        self._server = ActionServer(
            self,
            ExecuteStep,
            "execute_step",
            self._execute,
            goal_callback=lambda goal: GoalResponse.ACCEPT if self.active else GoalResponse.REJECT,
            cancel_callback=lambda handle: CancelResponse.ACCEPT,
        )

    def deactivate(self) -> None:
        """No more chunks: the arms come to rest on what is certified, and the running step ends."""
        self._running = ""

    def waits_for(self) -> dict[str, bool]:
        """What a motion needs."""
        return {
            "joint states": self._joints.newest is not None,
            "a scene": self._scene is not None,
            "images": not self._eyes.missing,
            "an executor": self._chunks.get_subscription_count() > 0 and self._verdicts.get_publisher_count() > 0,
        }

    def status(self) -> tuple[bytes, str, dict[str, Any]]:
        """For /diagnostics."""
        if not self.active:
            return DiagnosticStatus.WARN, "not active", {}
        return DiagnosticStatus.OK, f"carrying out {self._running}" if self._running else "idle", {"chunks": self._sequence}

    def _on_scene(self, message: SceneMsg) -> None:
        try:
            self._scene = conversions.from_scene(message)
        except ValueError as error:
            self.get_logger().error(f"scene ignored: {error}", throttle_duration_sec=5.0)

    def _on_verdict(self, message: Verdict) -> None:
        if message.source == self._policy.name and self._running and message.step_id == self._running:
            self._policy.heard(conversions.from_verdict(message))

    def _on_safety(self, message: SafetyState) -> None:
        self._safety = message

    def _observation(self) -> Observation | str:
        """What the policy gets, or in words what is missing."""
        newest = self._joints.newest
        if newest is None:
            return f"no joint states of {', '.join(self._joints.missing) or 'the arms'} yet"
        if self._scene is None:
            return "perception has said nothing yet"
        stamp, positions, velocities = newest
        age = stamp - self._scene.stamp
        if age > self.value("scene_timeout"):
            return f"the newest scene is {age:.1f} s old"
        try:
            frames = self._eyes.frames(stamp, self.value("image_timeout"))
        except ValueError as error:
            return str(error)
        if isinstance(frames, str):
            return frames
        felt = self._felt
        touch = felt.until(stamp)
        return Observation(stamp, positions, velocities, self._scene, frames, dict(felt.wrenches), dict(felt.tactile), touch)

    async def _execute(self, handle: ServerGoalHandle) -> Result:
        step_id = handle.request.step_id or f"step-{self._sequence}"
        if self._running:
            return end_goal(handle, Result(error_code=Result.BUSY, error_msg=f"step {self._running} is being carried out"))
        self._running = step_id
        started = self.now_s()
        try:
            code, reason = await self._carry_out(handle, step_id)
        except Exception as error:
            self.get_logger().error(f"the policy broke off: {error!r}")
            code, reason = Result.INTERNAL, f"the policy broke off: {error!r}"
        finally:
            self._running = ""
        if code not in (Result.NONE, Result.STOPPED):
            await self._come_to_rest()
        duration = self.now_s() - started
        return end_goal(handle, Result(error_code=code, error_msg=reason, duration=duration))

    async def _carry_out(self, handle: ServerGoalHandle, step_id: str) -> tuple[int, str]:
        step = conversions.from_step(handle.request.step)
        observation = self._observation()
        if isinstance(observation, str):
            return Result.NO_OBSERVATION, observation
        begun, work = self._waiter.run(self._worker, self._policy.begin, step, step_id, observation)
        await begun
        if isinstance(work.exception(), ValueError):
            return Result.INVALID_STEP, str(work.exception())
        work.result()
        deadline = self.now_s() + self.value("step_timeout")
        while self.now_s() < deadline:
            asked = self.steady_s()
            observation = self._observation()
            if isinstance(observation, str):
                return Result.NO_OBSERVATION, observation
            thought, thinking = self._waiter.run(self._worker, self._policy.infer, observation)
            await thought
            ended = self._ended(handle) or self._publish(handle, thinking.result())
            if ended:
                return ended
            pause = asking_period_s(self._policy) - (self.steady_s() - asked)
            await self._waiter.until_or_timeout(lambda: self._ended(handle) is not None, max(0.0, pause))
        return Result.TIMED_OUT, f"not done after {self.value('step_timeout'):.0f} s"

    async def _come_to_rest(self) -> None:
        self._sequence += 1
        self._chunks.publish(conversions.halt(self._policy.name, self._sequence, self.now_s()))
        await self._waiter.until_or_timeout(self._joints.at_rest, 3.0)

    def _ended(self, handle: ServerGoalHandle) -> tuple[int, str] | None:
        if handle.is_cancel_requested:
            return Result.CANCELLED, "cancelled"
        if not self.active or not self._running:
            return Result.STOPPED, "the node was deactivated"
        if self._safety.state == SafetyState.STOPPED:
            return Result.STOPPED, self._safety.reason
        return None

    def _publish(self, handle: ServerGoalHandle, output: PolicyOutput) -> tuple[int, str] | None:
        """Sends what the policy wants; says how the step ended if it has."""
        if output.chunk is not None:
            self._sequence += 1
            self._chunks.publish(conversions.to_chunk(replace(output.chunk, sequence=self._sequence)))
        progress = output.progress if math.isfinite(output.progress) else 0.0
        handle.publish_feedback(ExecuteStep.Feedback(phase=output.reason, progress=progress))
        self._tell(output)
        if output.status == "failed":
            return Result.POLICY_FAILED, output.reason
        return (Result.NONE, "") if output.status == "done" else None

    def _tell(self, output: PolicyOutput) -> None:
        """For the decision trace, where the policy has something to say besides its chunk."""
        told = dict(output.info)
        if math.isfinite(output.spread):
            told["spread_m"] = output.spread
        if told:
            self.trace("policy", output.reason, step_id=self._running, data=json.dumps(told))


def main() -> int:
    """Run the node."""
    return run(lambda: Vla("vla"))


if __name__ == "__main__":
    raise SystemExit(main())
