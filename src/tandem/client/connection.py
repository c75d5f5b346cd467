"""The connection to a running cell: send instructions, listen, stop. Plain rclpy, on a thread of its own."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from lifecycle_msgs.srv import GetState
from numpy.typing import NDArray
from rclpy.action import ActionClient
from rclpy.experimental import EventsExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.signals import SignalHandlerOptions
from sensor_msgs.msg import JointState
from std_srvs.srv import Trigger
from tandem_cell.action import ExecuteInstruction
from tandem_cell.msg import Heartbeat, SafetyState, Scene
from tandem_cell.msg import Verdict as VerdictMsg
from tandem_cell.srv import GetTruth, ResetScene

from tandem.cell import names
from tandem.cell.chunk import Outcome, Verdict
from tandem.nodes import conversions, qos
from tandem.nodes.cell_node import WAITING
from tandem.nodes.joint_buffer import JointBuffer

MOVED_RAD = 0.005

READY_TIMEOUT_S = 90.0
"""A slow machine needs a while to start all nodes."""

SEND_ATTEMPTS = 2
"""A request to a node that has just started again may be lost; no node answers one twice."""

SEND_TIMEOUT_S = 6.0

CALL_TIMEOUT_S = 1.5
"""Then a service is called again: one that has just started may have missed the call. Calling any of ours twice does no harm."""


class CellError(RuntimeError):
    """The cell does not answer as it should; the message says what to look at."""


@dataclass
class Listened:
    """What a client heard since it was connected, or since ``begin``."""

    verdicts: list[Verdict] = field(default_factory=list)
    pids: dict[str, int] = field(default_factory=dict)
    says: dict[str, str] = field(default_factory=dict)
    safety: SafetyState | None = None
    scene: Scene | None = None
    first_motion_at: float | None = None
    largest_motion_rad: float = 0.0


class CellClient:
    """Use as a context manager, or call ``close``."""

    def __init__(self, name: str = "tandem_client", namespace: str = "") -> None:
        self._context = rclpy.Context()
        rclpy.init(context=self._context, signal_handler_options=SignalHandlerOptions.NO)
        self.node: Node = rclpy.create_node(
            name, namespace=namespace, context=self._context, parameter_overrides=[Parameter("use_sim_time", value=False)]
        )
        self.heard = Listened()
        self.joints = JointBuffer()
        self._reference: NDArray[np.float64] | None = None
        self._instructions = ActionClient(self.node, ExecuteInstruction, "execute_instruction")
        # A stop must not wait until its service is found.
        self._services: dict[str, Any] = {name: self.node.create_client(Trigger, name) for name in ("stop", "reset")}
        self.node.create_subscription(VerdictMsg, "verdict", self._on_verdict, qos.STATE)
        self.node.create_subscription(Heartbeat, "heartbeat", self._on_heartbeat, qos.STATE)
        self.node.create_subscription(DiagnosticArray, "/diagnostics", self._on_diagnostics, qos.STATE)
        self.node.create_subscription(SafetyState, "safety_state", self._on_safety, qos.LATCHED)
        self.node.create_subscription(Scene, "scene", self._on_scene, qos.STATE)
        self.node.create_subscription(JointState, "joint_states", self._on_joints, qos.SENSOR)
        self._executor = EventsExecutor(context=self._context)
        self._executor.add_node(self.node)
        self._closing = rclpy.Future()
        self._thread = threading.Thread(target=self._spin, name="cell-client", daemon=True)
        self._thread.start()

    def __enter__(self) -> CellClient:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave the graph."""
        self._executor.create_task(lambda: self._closing.set_result(None))
        self._thread.join(timeout=5.0)
        self._executor.shutdown()
        self.node.destroy_node()
        rclpy.try_shutdown(context=self._context)

    def _spin(self) -> None:
        self._executor.spin_until_future_complete(self._closing, timeout_sec=1e7)

    def _on_verdict(self, message: VerdictMsg) -> None:
        verdict = conversions.from_verdict(message)
        if verdict.outcome != Outcome.PASSED:
            self.heard.verdicts.append(verdict)

    def _on_heartbeat(self, message: Heartbeat) -> None:
        self.heard.pids[message.node] = message.pid

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        # The topic is the same for all cells; names begin with the namespace of theirs.
        cell = self.node.get_namespace().strip("/")
        for status in message.status:
            namespace, _, node = status.name.partition(":")[0].rpartition("/")
            if namespace == cell:
                self.heard.says[node] = status.message

    def _on_safety(self, message: SafetyState) -> None:
        self.heard.safety = message

    def _on_scene(self, message: Scene) -> None:
        self.heard.scene = message

    def _on_joints(self, message: JointState) -> None:
        self.joints.add(message)
        newest = self.joints.newest
        if newest is None or self._reference is None:
            return
        arms = [names.ARM_COLUMNS[side] for side in names.SIDES]
        moved = max(float(np.abs(newest[1][arm] - self._reference[arm]).max()) for arm in arms)
        self.heard.largest_motion_rad = max(self.heard.largest_motion_rad, moved)
        if moved > MOVED_RAD and self.heard.first_motion_at is None:
            self.heard.first_motion_at = time.monotonic()

    def begin(self) -> None:
        """Forget the verdicts so far and measure motion from the present posture."""
        newest = self.joints.newest
        self._reference = None if newest is None else newest[1].copy()
        self.heard.verdicts.clear()
        self.heard.first_motion_at = None
        self.heard.largest_motion_rad = 0.0

    def missing(self) -> list[str]:
        """What the cell lacks to take instructions, in words; empty when it is ready."""
        safety = self.heard.safety
        waiting = [f"{node} is {words}" for node, words in self.heard.says.items() if words.startswith(WAITING)]
        words = "; ".join((safety.reason if safety is not None else "none yet", *waiting))
        checks = [
            (self.joints.newest is not None, "joint states"),
            (self.heard.scene is not None, "a scene from perception"),
            (
                safety is not None and safety.state == SafetyState.OK,
                f"a safety state that is ok ({words})",
            ),
            (self._instructions.server_is_ready(), "the action execute_instruction"),
        ]
        return [what for there, what in checks if not there]

    def wait_ready(self, timeout_s: float = READY_TIMEOUT_S, keep_going: Callable[[], None] = lambda: None) -> None:
        """Wait until the cell takes instructions, for the one who brings it up.

        A latched stop is reset as soon as all nodes are heard: bringing a cell up, or recovering it, is asking for it to go on.
        ``keep_going`` may raise to give up earlier.

        Raises:
            CellError: it is not ready in time; says what is missing.
        """
        deadline = time.monotonic() + timeout_s
        while lacking := self.missing():
            keep_going()
            safety = self.heard.safety
            if safety is not None and safety.state == SafetyState.STOPPED and not safety.lost_nodes:
                with suppress(CellError):  # a monitor that starts again may not answer yet
                    self.trigger("reset", CALL_TIMEOUT_S)
                time.sleep(0.3)
            if time.monotonic() > deadline:
                raise CellError(f"the cell is not ready after {timeout_s:.0f} s; missing: {', '.join(lacking)}")
            time.sleep(0.02)
        # A node that has just started may not have found this client yet, and its answer to a goal would be lost.
        self._call(GetState, "instruction/get_state", GetState.Request(), max(CALL_TIMEOUT_S, deadline - time.monotonic()))

    def wait_until_ok(self, timeout_s: float = READY_TIMEOUT_S) -> None:
        """Wait until the cell takes instructions, for one of several who use it: a latched stop stays.

        Raises:
            CellError: it isn't ready in time, or stopped; says what is missing, or why.
        """
        deadline = time.monotonic() + timeout_s
        while lacking := self.missing():
            if reason := self.stop_reason():
                raise CellError(f"the cell is stopped: {reason}; a reset is needed to go on")
            if time.monotonic() > deadline:
                raise CellError(f"the cell is not ready after {timeout_s:.0f} s; missing: {', '.join(lacking)}")
            time.sleep(0.02)

    def stop_reason(self) -> str:
        """Why the cell is stopped, empty where it isn't."""
        safety = self.heard.safety
        return str(safety.reason) if safety is not None and safety.state == SafetyState.STOPPED else ""

    def send(
        self, text: str, *, replace: bool = False, on_feedback: Callable[[ExecuteInstruction.Feedback], None] | None = None
    ) -> InstructionHandle:
        """Send an instruction.

        Raises:
            CellError: no instruction node, or it does not take goals.
        """
        if not self._instructions.wait_for_server(timeout_sec=5.0):
            raise CellError("no node serves execute_instruction; is a cell up in this ROS domain? ('tandem up')")

        def heard(message: Any) -> None:
            if on_feedback is not None:
                on_feedback(message.feedback)

        goal = ExecuteInstruction.Goal(text=text, replace=replace)
        for _ in range(SEND_ATTEMPTS):
            sending = self.ask(lambda: self._instructions.send_goal_async(goal, feedback_callback=heard))
            if _wait(sending, SEND_TIMEOUT_S):
                break
        else:
            raise CellError("the instruction node does not answer")
        handle = sending.result()
        if not handle.accepted:
            raise CellError("the instruction node refused the goal; it is not active")
        return InstructionHandle(handle, self.ask)

    def ask(self, request: Callable[[], rclpy.Future]) -> rclpy.Future:
        """Make a request of an action on the thread that hears the answers.

        rclpy's action client loses an answer that comes before the request is noted, and takes no lock.
        """
        answer = rclpy.Future()

        def ask() -> None:
            request().add_done_callback(hand_on)

        def hand_on(done: rclpy.Future) -> None:
            if done.exception() is not None:
                answer.set_exception(done.exception())
            else:
                answer.set_result(done.result())

        self._executor.create_task(ask)
        return answer

    def trigger(self, service: str, timeout_s: float = 8.0) -> tuple[bool, str]:
        """Call ``stop`` or ``reset``: success and message.

        Raises:
            CellError: nobody serves it.
        """
        response = self._call(Trigger, service, Trigger.Request(), timeout_s)
        return bool(response.success), str(response.message)

    def truth(self, timeout_s: float = 8.0) -> dict[str, Any]:
        """The simulator's truth; for evaluation only.

        Raises:
            CellError: there is no simulator.
        """
        return dict(json.loads(self._call(GetTruth, "sim/get_truth", GetTruth.Request(), timeout_s).report))

    def reset_scene(self, seed: int) -> None:
        """Put the simulated scene and the arms back to the beginning of an episode.

        Raises:
            CellError: there is no simulator, or it can't.
        """
        response = self._call(ResetScene, "sim/reset_scene", ResetScene.Request(seed=seed), 8.0)
        if not response.success:
            raise CellError(f"the scene was not reset: {response.message}")

    def _call(self, kind: Any, service: str, request: Any, timeout_s: float) -> Any:
        client = self._services.get(service)
        if client is None:
            client = self._services[service] = self.node.create_client(kind, service)
        if not client.wait_for_service(timeout_sec=timeout_s):
            raise CellError(f"no node serves '{service}'; is a cell up in this ROS domain? ('tandem up')")
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            future = client.call_async(request)
            if _wait(future, min(CALL_TIMEOUT_S, timeout_s)):
                return future.result()
            client.remove_pending_request(future)
        raise CellError(f"'{service}' does not answer")

    def wait_at_rest(self, timeout_s: float) -> bool:
        """Wait until both arms are at rest; whether they are."""
        deadline = time.monotonic() + timeout_s
        while not self.joints.at_rest():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True


class InstructionHandle:
    """An instruction under way."""

    def __init__(self, handle: Any, ask: Callable[[Callable[[], rclpy.Future]], rclpy.Future]) -> None:
        self._handle = handle
        self._ask = ask
        self._result = ask(handle.get_result_async)

    @property
    def done(self) -> bool:
        """Whether it ended."""
        return bool(self._result.done())

    def result(self, timeout_s: float = 600.0) -> ExecuteInstruction.Result:
        """Wait for its result.

        Raises:
            CellError: none in time.
        """
        if not _wait(self._result, timeout_s):
            raise CellError(f"no result after {timeout_s:.0f} s")
        return self._result.result().result

    def cancel(self) -> None:
        """Ask to end it; the result follows once the arms are at rest."""
        self._ask(self._handle.cancel_goal_async)


def _wait(future: rclpy.Future, timeout_s: float) -> bool:
    done = threading.Event()
    future.add_done_callback(lambda _: done.set())
    return done.wait(timeout_s)
