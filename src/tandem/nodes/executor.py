"""The executor node: the only writer to the controllers, and only of what the safety core certified."""

from __future__ import annotations

from typing import Any

from control_msgs.action import ParallelGripperCommand
from geometry_msgs.msg import PoseArray
from rclpy.action import ActionClient
from sensor_msgs.msg import JointState
from tandem_cell.msg import ActionChunk, SafetyState, Scene, Verdict
from trajectory_msgs.msg import JointTrajectory

from tandem.cell import description, names
from tandem.cell.trajectory import Trajectory
from tandem.nodes import conversions, qos
from tandem.nodes.cell_node import CellNode, DiagnosticStatus, Parameter, run
from tandem.nodes.joint_buffer import JointBuffer
from tandem.safety.executor import ExecutorCore


class Executor(CellNode):
    """Chunks in, certified windows out; see ``tandem.safety.executor`` for what it guarantees."""

    PARAMETERS = (
        Parameter("tick_rate", 50.0, "How often the certified motion is looked after [Hz].", 10.0, 500.0),
        Parameter("chunk_sources", 1, "How many publishers of chunks there must be before the node counts as alive.", 0, 16),
        Parameter("monitor_timeout", 1.5, "Stop when the safety monitor is silent for so long [s].", 0.2, 10.0),
    )

    def configure(self) -> None:
        """Loads the robot model and connects; nothing is sent yet."""
        self._core = ExecutorCore()
        self._joints = JointBuffer()
        self._update_s = float(description.settings("safety.yaml")["window"]["update_s"])
        self._next_window = 0.0
        self._monitor_heard: float | None = None
        # By the monitor's own stamps: the clocks of two processes may differ by a message.
        self._reset_before_stop = 0.0
        self._not_yet = "nothing is heard of the safety monitor"
        self._verdicts = self.create_publisher(Verdict, "verdict", qos.STATE)
        self._arms = {
            side: self.create_publisher(JointTrajectory, f"{side}_arm_controller/joint_trajectory", qos.COMMAND)
            for side in names.SIDES
        }
        self._grippers = {
            side: ActionClient(self, ParallelGripperCommand, f"{side}_gripper_controller/gripper_cmd") for side in names.SIDES
        }
        self.create_subscription(JointState, "joint_states", self._on_joints, qos.SENSOR)
        self._scenes = self.create_subscription(Scene, "scene", self._on_scene, qos.STATE)
        self._chunks = self.create_subscription(ActionChunk, "action_chunk", self._on_chunk, qos.STATE)
        self.create_subscription(PoseArray, "humans", self._on_humans, qos.STATE)
        self.create_subscription(SafetyState, "safety_state", self._on_safety_state, qos.LATCHED)
        self.every(1.0 / self.value("tick_rate"), self._tick)

    def deactivate(self) -> None:
        """Brings both arms to rest."""
        self._stop("deactivated", "the executor was deactivated")

    def status(self) -> tuple[bytes, str, dict[str, Any]]:
        """For /diagnostics."""
        if not self.active:
            return DiagnosticStatus.WARN, "not active", {}
        if self._core.stopped_because:
            return DiagnosticStatus.WARN, f"stopped: {self._core.stopped_because}", {}
        return DiagnosticStatus.OK, "moving" if self._core.is_moving(self.now_s()) else "at rest", {}

    def waits_for(self) -> dict[str, bool]:
        """Both ends of every connection that a motion needs."""
        needs = {"joint states": self._joints.newest is not None, "a safety monitor": self._monitor_heard is not None}
        needs["perception"] = self._scenes.get_publisher_count() > 0
        needs["sources of chunks"] = self._chunks.get_publisher_count() >= self.value("chunk_sources")
        for side in names.SIDES:
            needs[f"the {side} arm's controller"] = self._arms[side].get_subscription_count() > 0
            needs[f"the {side} gripper's controller"] = self._grippers[side].server_is_ready()
        return needs

    def fault(self) -> str:
        """A stop of its own making, told to the monitor."""
        return self._core.stopped_because if self.active else ""

    def _on_joints(self, message: JointState) -> None:
        self._joints.add(message)
        newest = self._joints.newest
        if newest is not None:
            stamp, positions, velocities = newest
            self._core.update_state(positions, velocities, stamp)

    def _on_scene(self, message: Scene) -> None:
        try:
            self._core.update_scene(conversions.from_scene(message))
        except ValueError as error:
            self.get_logger().error(f"scene ignored: {error}", throttle_duration_sec=5.0)

    def _on_humans(self, message: PoseArray) -> None:
        # In another frame they can't be placed; the monitor stops the cell for that.
        if message.header.frame_id == names.WORLD_FRAME:
            points = tuple((pose.position.x, pose.position.y, pose.position.z) for pose in message.poses)
            self._core.update_humans(points)

    def _on_chunk(self, message: ActionChunk) -> None:
        if not self.active:
            return
        now = self.now_s()
        if message.horizon == 0:
            self._core.halt(message.source, now)
            self._send_window(now)
            return
        try:
            chunk = conversions.from_chunk(message)
        except ValueError as error:
            verdict = conversions.refusal(message, str(error), now)
        else:
            verdict = self._core.submit(chunk, now) if not self._not_yet else conversions.refusal(message, self._not_yet, now)
        self._verdicts.publish(conversions.to_verdict(verdict))
        if verdict.reason:
            self.trace("verdict", f"{verdict.outcome.name.lower()}: {verdict.reason}", step_id=verdict.step_id)
        if verdict.accepted:
            self._send_window(now)

    def _on_safety_state(self, message: SafetyState) -> None:
        self._monitor_heard = self.awake_s()
        self._not_yet = message.reason if message.state == SafetyState.STARTING else ""
        now, last_reset = self.now_s(), conversions.to_seconds(message.last_reset)
        if not self._core.stopped_because:
            self._reset_before_stop = last_reset
        if message.state == SafetyState.STOPPED:
            self._stop(message.cause, message.reason)
        elif self._core.stopped_because and last_reset > self._reset_before_stop:
            self._go_on(now)
        self._core.set_speed_scale(message.speed_scale)

    def _go_on(self, now: float) -> None:
        # Not while the arms still brake; the safety state is repeated, so it is tried again.
        if self._core.reset(now):
            self.trace("recovery", "reset: chunks are taken again")

    def _tick(self) -> None:
        heard, awake = self._monitor_heard, self.awake_s()
        if heard is not None and awake - heard > self.value("monitor_timeout"):
            self._stop("node_lost", "the safety monitor is silent")
        now = self.now_s()
        urgent = self._core.check(now)
        if urgent:
            self.trace("stop", self._core.intervention)
        if urgent or now >= self._next_window:
            self._send_window(now)

    def _stop(self, cause: str, reason: str) -> None:
        if self._core.stopped_because:
            return
        self._core.stop(cause, reason, self.now_s())
        self.trace("stop", f"{cause}: {reason}")
        self._send_window(self.now_s())

    def _send_window(self, now: float) -> None:
        window = self._core.window(now)
        self._next_window = now + self._update_s
        if window is not None:
            self._send_arms(window)
        self._send_grippers(now)

    def _send_arms(self, window: Trajectory) -> None:
        for side in names.SIDES:
            self._arms[side].publish(conversions.to_joint_trajectory(window, names.ARM_COLUMNS[side], names.ARM_JOINTS[side]))

    def _send_grippers(self, now: float) -> None:
        for side, command in self._core.gripper_commands(now).items():
            goal = ParallelGripperCommand.Goal()
            goal.command.name = [names.GRIPPER_JOINT[side]]
            goal.command.position, goal.command.velocity = [command.travel], [command.speed]
            self._grippers[side].send_goal_async(goal)


def main() -> int:
    """Run the node."""
    return run(lambda: Executor("executor"))


if __name__ == "__main__":
    raise SystemExit(main())
