"""The planner node: ``move_to`` goals in, planned trajectories handed to the executor like any chunk."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from typing import Any, TypeAlias

import numpy as np
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.action.server import ServerGoalHandle
from sensor_msgs.msg import JointState
from tandem_cell.action import MoveTo
from tandem_cell.msg import ActionChunk as ActionChunkMsg
from tandem_cell.msg import SafetyState, Verdict
from tandem_cell.msg import Scene as SceneMsg

from tandem.cell import description, names
from tandem.cell.chunk import ActionChunk
from tandem.cell.scene import Scene
from tandem.cell.trajectory import Trajectory
from tandem.motion.failure import PlanFailure
from tandem.motion.ompl_planner import OmplPlanner
from tandem.motion.protocol import PlanRequest, PlanResult
from tandem.motion.sampling_planner import SamplingPlanner
from tandem.nodes import conversions, qos
from tandem.nodes.action_end import end_goal
from tandem.nodes.async_help import Waiter
from tandem.nodes.cell_node import CellNode, ConfigurationError, DiagnosticStatus, Parameter, run
from tandem.nodes.joint_buffer import JointBuffer
from tandem.nodes.moveit.planner import MoveItPlanner, MoveItSearcher

Result: TypeAlias = MoveTo.Result

GOAL_TOLERANCE_RAD = 0.01

DEACTIVATED = "the planner node was deactivated"


class Planner(CellNode):
    """Serves ``move_to`` for left, right and both arms. It plans in a thread, so a goal can be cancelled meanwhile."""

    PARAMETERS = (
        Parameter("planner", "ompl", "What searches for paths: 'ompl' (embedded) or 'moveit'."),
        Parameter("moveit_pipeline", "ompl", "MoveIt's planning pipeline: 'ompl' or 'pilz_industrial_motion_planner'."),
        Parameter("moveit_planner", "RRTConnect", "The planner of that pipeline; 'PTP' for Pilz."),
        Parameter("planning_time", 2.0, "Time for one plan where the goal names none [s].", 0.05, 60.0, fixed=False),
        Parameter("seed", 0, "Seed of the sampling.", 0, 2**31 - 1),
        Parameter("lead", 0.15, "A planned motion begins this long after it was planned [s].", 0.0, 2.0),
    )

    def configure(self) -> None:
        """Loads the planner and connects."""
        self._planner = self._make_planner()
        self.at_cleanup(self._planner.close)
        self.at_cleanup(self._planner.cancel)
        self._row_dt = float(description.settings("cell.yaml")["control"]["step_dt"])
        self._joints = JointBuffer()
        self._scene: Scene | None = None
        self._safety = SafetyState()
        self._verdict: Verdict | None = None
        self._running = False
        self._sequence = 0
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="planner")
        self.at_cleanup(self._worker.shutdown, wait=False, cancel_futures=True)
        self._waiter = Waiter(self)
        self._chunks = self.create_publisher(ActionChunkMsg, "action_chunk", qos.STATE)
        self.create_subscription(JointState, "joint_states", self._joints.add, qos.SENSOR)
        self.create_subscription(SceneMsg, "scene", self._on_scene, qos.STATE)
        self._verdicts = self.create_subscription(Verdict, "verdict", self._on_verdict, qos.STATE)
        self.create_subscription(SafetyState, "safety_state", self._on_safety, qos.LATCHED)
        self._server = ActionServer(
            self,
            MoveTo,
            "move_to",
            self._execute,
            goal_callback=lambda goal: GoalResponse.ACCEPT if self.active else GoalResponse.REJECT,
            cancel_callback=self._on_cancel,
        )

    def _make_planner(self) -> SamplingPlanner:
        kind = self.value("planner")
        if kind == "ompl":
            return OmplPlanner()
        if kind != "moveit":
            raise ConfigurationError(f"planner '{kind}' is not known; use ompl or moveit")
        if find_spec("moveit") is None:
            raise ConfigurationError("MoveIt's Python is not installed (apt install ros-jazzy-moveit-py), or set planner to ompl")
        searcher = MoveItSearcher(
            self.get_namespace().strip("/"), pipeline=self.value("moveit_pipeline"), planner=self.value("moveit_planner")
        )
        try:
            searcher.start()
        except PlanFailure as failure:
            raise ConfigurationError(str(failure)) from failure
        return MoveItPlanner(searcher)

    def deactivate(self) -> None:
        """Ends what is planned or moves; the arms come to rest."""
        self._planner.cancel()
        if self._running:
            self._halt()

    def waits_for(self) -> dict[str, bool]:
        """What a motion needs."""
        return {
            "joint states": self._joints.newest is not None,
            "a scene": self._scene is not None,
            "an executor": self._chunks.get_subscription_count() > 0 and self._verdicts.get_publisher_count() > 0,
        }

    def status(self) -> tuple[bytes, str, dict[str, Any]]:
        """For /diagnostics."""
        if not self.active:
            return DiagnosticStatus.WARN, "not active", {}
        return DiagnosticStatus.OK, "moving" if self._running else "idle", {"plans": self._sequence}

    def _on_scene(self, message: SceneMsg) -> None:
        self._scene = conversions.from_scene(message)

    def _on_verdict(self, message: Verdict) -> None:
        if message.source == "planner" and message.sequence == self._sequence:
            self._verdict = message

    def _on_safety(self, message: SafetyState) -> None:
        self._safety = message

    def _on_cancel(self, handle: ServerGoalHandle) -> CancelResponse:
        del handle
        self._planner.cancel()
        return CancelResponse.ACCEPT

    async def _execute(self, handle: ServerGoalHandle) -> Result:
        if self._running:
            return end_goal(handle, Result(error_code=Result.BUSY, error_msg="another motion is under way"))
        self._running = True
        try:
            result = await self._move(handle)
        except Exception as error:
            self.get_logger().error(f"the planner broke off: {error!r}")
            result = Result(error_code=Result.INTERNAL, error_msg=f"the planner broke off: {error!r}")
        finally:
            self._running = False
        return end_goal(handle, result)

    async def _move(self, handle: ServerGoalHandle) -> Result:
        newest = self._joints.newest
        if newest is None:
            return Result(error_code=Result.NO_JOINT_STATES, error_msg="no joint states yet")
        if self._scene is None:
            return Result(error_code=Result.NO_SCENE, error_msg="perception has said nothing yet")
        try:
            request = self._request(handle.request, newest[1], self._scene)
        except ValueError as error:
            return Result(error_code=Result.INVALID_GOAL, error_msg=str(error))
        handle.publish_feedback(MoveTo.Feedback(stage="planning", progress=0.0))
        planned, work = self._waiter.run(self._worker, self._planner.plan, request)
        await planned
        plan: PlanResult = work.result()
        if not self.active:
            return Result(error_code=Result.STOPPED, error_msg=DEACTIVATED, planning_time=plan.planning_time_s)
        if plan.trajectory is None:
            return Result(error_code=int(plan.error), error_msg=plan.message, planning_time=plan.planning_time_s)
        result = Result(planning_time=plan.planning_time_s)
        columns = [column for side in names.SIDES for column in range(names.DOF)[names.ARM_COLUMNS[side]]]
        result.planned = conversions.to_joint_trajectory(plan.trajectory, columns, [names.JOINTS[c] for c in columns])
        if not handle.request.plan_only:
            result.error_code, result.error_msg = await self._carry_out(handle, request, plan.trajectory)
        return result

    def _request(self, goal: MoveTo.Goal, start: np.ndarray, scene: Scene) -> PlanRequest:
        sides = list(goal.sides)
        if not sides or len(set(sides)) != len(sides) or any(side not in names.SIDES for side in sides):
            raise ValueError(f"sides must be left, right or both names, each once; got {sides}")
        if bool(goal.tcp_poses) == bool(goal.joint_positions):
            raise ValueError("give either tcp_poses or joint_positions")
        if goal.tcp_poses and len(goal.tcp_poses) != len(sides):
            raise ValueError(f"{len(sides)} sides need {len(sides)} tcp_poses, got {len(goal.tcp_poses)}")
        if goal.joint_positions and len(goal.joint_positions) != 6 * len(sides):
            raise ValueError(f"{len(sides)} sides need {6 * len(sides)} joint_positions, got {len(goal.joint_positions)}")
        poses = [conversions.from_pose(pose) for pose in goal.tcp_poses]
        joints = [tuple(goal.joint_positions[6 * i : 6 * i + 6]) for i in range(len(goal.joint_positions) // 6)]
        return PlanRequest(
            start=start,
            tcp_goals=dict(zip(sides, poses, strict=False)),
            joint_goals=dict(zip(sides, joints, strict=False)),
            scene=scene,
            allowed_contacts=tuple((pair.a, pair.b) for pair in goal.allowed_contacts),
            straight=goal.straight,
            speed=goal.speed or 1.0,
            timeout_s=goal.timeout or float(self.value("planning_time")),
            seed=int(self.value("seed")),
        )

    async def _carry_out(self, handle: ServerGoalHandle, request: PlanRequest, plan: Trajectory) -> tuple[int, str]:
        trajectory = plan.shifted(self.now_s() + float(self.value("lead")) - plan.start)
        self._sequence += 1
        self._verdict = None
        self._chunks.publish(conversions.to_chunk(self._chunk(trajectory, request)))
        await self._waiter.until_or_timeout(lambda: self._verdict is not None, 2.0)
        verdict = self._verdict
        if verdict is None:
            return Result.EXECUTION_FAILED, "the executor did not answer"
        if verdict.outcome >= Verdict.REJECTED:
            return Result.EXECUTION_FAILED, verdict.reason
        end = max(trajectory.end, conversions.to_seconds(verdict.certified_until))
        goal = trajectory.positions[-1]

        def ended() -> bool:
            progress = np.clip((self.now_s() - trajectory.start) / max(end - trajectory.start, 1e-3), 0.0, 1.0)
            handle.publish_feedback(MoveTo.Feedback(stage="moving", progress=float(progress)))
            stopped = self._safety.state == SafetyState.STOPPED
            asked = handle.is_cancel_requested or not self.active
            return stopped or asked or self._reached(goal) or self.now_s() > end + 2.0

        await self._waiter.until(_at_most_every(0.1, ended, self.steady_s))
        return await self._outcome(handle, goal, verdict)

    async def _outcome(self, handle: ServerGoalHandle, goal: np.ndarray, verdict: Verdict) -> tuple[int, str]:
        if self._reached(goal):
            return Result.NONE, ""
        if self._safety.state == SafetyState.STOPPED:
            return Result.STOPPED, self._safety.reason
        if handle.is_cancel_requested:
            self._halt()
            await self._waiter.until_or_timeout(self._joints.at_rest, 5.0)
            return Result.CANCELLED, "cancelled; the arms are at rest"
        if not self.active:
            return Result.STOPPED, DEACTIVATED
        return Result.EXECUTION_FAILED, verdict.reason or "the goal was not reached"

    def _halt(self) -> None:
        self._sequence += 1
        self._chunks.publish(conversions.halt("planner", self._sequence, self.now_s()))

    def _chunk(self, trajectory: Trajectory, request: PlanRequest) -> ActionChunk:
        rows = np.arange(0.0, trajectory.duration + self._row_dt, self._row_dt)
        positions, _, _ = trajectory.sample(trajectory.start + rows)
        return ActionChunk(
            stamp=trajectory.start,
            step_dt=self._row_dt,
            positions=positions,
            joint_names=names.JOINTS,
            source="planner",
            sequence=self._sequence,
            allowed_contacts=request.allowed_contacts,
            note="planned motion",
        )

    def _reached(self, goal: np.ndarray) -> bool:
        newest = self._joints.newest
        if newest is None or not self._joints.at_rest():
            return False
        arms = [names.ARM_COLUMNS[side] for side in names.SIDES]
        return all(np.abs(newest[1][arm] - goal[arm]).max() < GOAL_TOLERANCE_RAD for arm in arms)


def _at_most_every(period_s: float, condition: Callable[[], bool], clock: Callable[[], float]) -> Callable[[], bool]:
    last = [-period_s]

    def limited() -> bool:
        if clock() - last[0] < period_s:
            return False
        last[0] = clock()
        return condition()

    return limited


def main() -> int:
    """Run the node."""
    return run(lambda: Planner("planner"))


if __name__ == "__main__":
    raise SystemExit(main())
