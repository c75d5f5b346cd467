"""The simulated controllers' topics and actions, named and behaving as ros2_control's."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from control_msgs.action import FollowJointTrajectory, ParallelGripperCommand
from control_msgs.msg import JointTolerance
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.action.server import ServerGoalHandle
from rclpy.task import Future
from sensor_msgs.msg import JointState
from trajectory_msgs.msg import JointTrajectory as JointTrajectoryMsg
from trajectory_msgs.msg import JointTrajectoryPoint

from tandem.cell import names
from tandem.nodes import conversions, qos
from tandem.nodes.cell_node import CellNode
from tandem.sim.controllers import ArmController
from tandem.sim.gripper_controller import GripperController, GripperGoal, GripperHandle
from tandem.sim.trajectory_goal import GoalRefused, JointTrajectory, Tolerances, TrajectoryHandle


def from_joint_trajectory(message: JointTrajectoryMsg) -> JointTrajectory:
    """A trajectory as the controllers take it; velocities and accelerations only where every point has them."""

    def rows(field: str) -> np.ndarray | None:
        values = [list(getattr(point, field)) for point in message.points]
        width = len(message.joint_names)
        return np.array(values) if values and all(len(row) == width for row in values) else None

    times = np.array([conversions.to_seconds(point.time_from_start) for point in message.points])
    positions = rows("positions")
    return JointTrajectory(
        joint_names=tuple(message.joint_names),
        times=times,
        positions=np.zeros((0, 0)) if positions is None else positions,
        velocities=rows("velocities"),
        accelerations=rows("accelerations"),
        stamp=conversions.to_seconds(message.header.stamp),
    )


def _by_joint(tolerances: list[JointTolerance]) -> dict[str, float]:
    return {tolerance.name: float(tolerance.position) for tolerance in tolerances}


class ArmControllerServer:
    """``joint_trajectory`` and ``follow_joint_trajectory`` of one arm. ``look`` gives the results, on the executor's thread."""

    def __init__(
        self,
        node: CellNode,
        side: names.Side,
        controller: Callable[[], ArmController],
        now: Callable[[], float],
        lock: threading.Lock,
    ) -> None:
        self._node = node
        self._controller = controller
        self._now = now
        self._lock = lock
        self._goals: list[tuple[ServerGoalHandle, TrajectoryHandle, Future]] = []
        prefix = f"{side}_arm_controller"
        node.create_subscription(JointTrajectoryMsg, f"{prefix}/joint_trajectory", self._on_trajectory, qos.COMMAND)
        self._server = ActionServer(
            node,
            FollowJointTrajectory,
            f"{prefix}/follow_joint_trajectory",
            self._execute,
            goal_callback=lambda goal: GoalResponse.ACCEPT if node.active else GoalResponse.REJECT,
            cancel_callback=lambda handle: CancelResponse.ACCEPT,
        )

    def _on_trajectory(self, message: JointTrajectoryMsg) -> None:
        try:
            with self._lock:
                self._controller().accept(from_joint_trajectory(message), self._now(), monitored=False)
        except GoalRefused as error:
            self._node.get_logger().error(f"trajectory refused: {error}", throttle_duration_sec=1.0)

    async def _execute(self, handle: ServerGoalHandle) -> FollowJointTrajectory.Result:
        goal = handle.request
        seconds = conversions.to_seconds(goal.goal_time_tolerance)
        tolerances = Tolerances(_by_joint(goal.path_tolerance), _by_joint(goal.goal_tolerance), seconds or None)
        try:
            with self._lock:
                running = self._controller().accept(from_joint_trajectory(goal.trajectory), self._now(), tolerances)
        except GoalRefused as error:
            handle.abort()
            return FollowJointTrajectory.Result(error_code=int(error.code), error_string=str(error))
        finished = Future(executor=self._node.executor)
        self._goals.append((handle, running, finished))
        await finished
        if handle.is_cancel_requested:
            handle.canceled()
        elif running.status == "succeeded":
            handle.succeed()
        else:
            handle.abort()
        return FollowJointTrajectory.Result(error_code=int(running.code), error_string=running.message)

    def look(self) -> None:
        """Ends goals whose trajectories have ended, and sends feedback of the others."""
        for goal in list(self._goals):
            handle, running, finished = goal
            if handle.is_cancel_requested and not running.finished:
                with self._lock:
                    self._controller().cancel(self._now())
            if running.finished:
                self._goals.remove(goal)
                finished.set_result(None)
            elif len(running.desired):
                handle.publish_feedback(self._feedback(running))

    def _feedback(self, running: TrajectoryHandle) -> FollowJointTrajectory.Feedback:
        feedback = FollowJointTrajectory.Feedback(joint_names=list(self._controller().joints))
        feedback.header = conversions.header(self._now(), "")
        feedback.desired = JointTrajectoryPoint(positions=running.desired.tolist())
        feedback.actual = JointTrajectoryPoint(positions=running.actual.tolist())
        feedback.error = JointTrajectoryPoint(positions=(running.desired - running.actual).tolist())
        return feedback


class GripperControllerServer:
    """``gripper_cmd`` of one gripper. ``look`` gives the results, on the executor's thread."""

    def __init__(
        self,
        node: CellNode,
        side: names.Side,
        controller: Callable[[], GripperController],
        now: Callable[[], float],
        lock: threading.Lock,
    ) -> None:
        self._node = node
        self._joint = names.GRIPPER_JOINT[side]
        self._controller = controller
        self._now = now
        self._lock = lock
        self._goals: list[tuple[ServerGoalHandle, GripperHandle, Future]] = []
        self._server = ActionServer(
            node,
            ParallelGripperCommand,
            f"{side}_gripper_controller/gripper_cmd",
            self._execute,
            goal_callback=self._consider,
            cancel_callback=lambda handle: CancelResponse.ACCEPT,
        )

    def _consider(self, goal: ParallelGripperCommand.Goal) -> GoalResponse:
        command = goal.command
        fits = list(command.name) in ([], [self._joint]) and len(command.position) == 1 and np.isfinite(command.position[0])
        return GoalResponse.ACCEPT if self._node.active and fits else GoalResponse.REJECT

    async def _execute(self, handle: ServerGoalHandle) -> ParallelGripperCommand.Result:
        command = handle.request.command
        effort = float(command.effort[0]) if command.effort else 0.0
        velocity = float(command.velocity[0]) if command.velocity else 0.0
        try:
            with self._lock:
                running = self._controller().accept(GripperGoal(float(command.position[0]), effort, velocity), self._now())
        except ValueError as error:
            self._node.get_logger().error(str(error))
            handle.abort()
            return ParallelGripperCommand.Result()
        finished = Future(executor=self._node.executor)
        self._goals.append((handle, running, finished))
        await finished
        if handle.is_cancel_requested:
            handle.canceled()
        elif running.reached_goal or running.stalled:
            handle.succeed()
        else:
            handle.abort()
        return ParallelGripperCommand.Result(
            state=self._state(running), stalled=running.stalled, reached_goal=running.reached_goal
        )

    def look(self) -> None:
        """Ends goals that were reached, blocked or replaced."""
        for goal in list(self._goals):
            handle, running, finished = goal
            if handle.is_cancel_requested and not running.finished:
                with self._lock:
                    self._controller().cancel()
            if running.finished:
                self._goals.remove(goal)
                finished.set_result(None)
            else:
                handle.publish_feedback(ParallelGripperCommand.Feedback(state=self._state(running)))

    def _state(self, running: GripperHandle) -> Any:
        return JointState(
            header=conversions.header(self._now(), ""),
            name=[self._joint],
            position=[float(running.position)],
            effort=[float(running.effort)],
        )
