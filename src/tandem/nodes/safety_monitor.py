"""The safety monitor node: listens to everything that must be alive or within bounds, and asks for stops."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from geometry_msgs.msg import PoseArray, WrenchStamped
from sensor_msgs.msg import JointState
from std_srvs.srv import Trigger
from tandem_cell.msg import Heartbeat, SafetyState

from tandem.cell import names
from tandem.nodes import conversions, qos
from tandem.nodes.cell_node import CellNode, DiagnosticStatus, Parameter, run
from tandem.nodes.joint_buffer import JointBuffer
from tandem.safety.monitor import Monitor
from tandem.safety.monitor import SafetyState as Finding


class SafetyMonitor(CellNode):
    """A process of its own, so that nothing else's load or end can silence it unnoticed. Not safety-rated."""

    PARAMETERS = (
        Parameter("required_nodes", ["executor"], "Nodes whose silence stops the cell."),
        Parameter("listeners", ["executor"], "Nodes that must hear this one before anything may move."),
        Parameter("rate", 50.0, "How often everything is looked at [Hz].", 10.0, 500.0),
        Parameter("start_stopped", False, "Come up stopped, until a reset: for a monitor that is started again after a loss."),
    )

    def configure(self) -> None:
        """Connects."""
        self._monitor = Monitor(required_nodes=tuple(self.value("required_nodes")))
        self._joints = JointBuffer()
        self._unheard_by = tuple(self.value("listeners"))
        self._last_reset = 0.0
        self._published: Any = None
        self._publish_at = 0.0
        self._state = self.create_publisher(SafetyState, "safety_state", qos.LATCHED)
        self.create_subscription(Heartbeat, "heartbeat", self._on_heartbeat, qos.STATE)
        self.create_subscription(JointState, "joint_states", self._on_joints, qos.SENSOR)
        self.create_subscription(PoseArray, "humans", self._on_humans, qos.STATE)
        for side in names.SIDES:
            self.create_subscription(WrenchStamped, f"{side}_wrench", partial(self._on_wrench, side), qos.SENSOR)
        self.create_service(Trigger, "stop", self._on_stop)
        self.create_service(Trigger, "reset", self._on_reset)
        self.every(1.0 / self.value("rate"), self._tick)

    def activate(self) -> None:
        """Begins to watch."""
        self._monitor.start(self.awake_s())
        if self.value("start_stopped"):
            self._monitor.request_stop("the safety monitor was started again", self.awake_s())

    def deactivate(self) -> None:
        """Its silence stops the executor; say so first."""
        self._monitor.request_stop("the safety monitor was deactivated", self.awake_s())
        self._publish()

    def status(self) -> tuple[bytes, str, dict[str, Any]]:
        """For /diagnostics."""
        if not self.active:
            return DiagnosticStatus.WARN, "not active", {}
        state = self._monitor.state(self.awake_s())
        if state.stopped:
            return DiagnosticStatus.ERROR, f"stopped: {state.reason}", {"cause": state.cause}
        if state.waiting_for:
            return DiagnosticStatus.WARN, f"waiting for {', '.join(state.waiting_for)}", {}
        return DiagnosticStatus.OK, "ok", {"speed_scale": state.speed_scale}

    def _on_heartbeat(self, message: Heartbeat) -> None:
        self._monitor.heartbeat(message.node, self.awake_s(), fault=message.fault)

    def _on_joints(self, message: JointState) -> None:
        self._joints.add(message)
        newest = self._joints.newest
        if newest is not None:
            self._monitor.joint_state(newest[1], newest[2], self.awake_s())

    def _on_wrench(self, side: names.Side, message: WrenchStamped) -> None:
        force = message.wrench.force
        self._monitor.wrench(side, np.array([force.x, force.y, force.z]), self.awake_s())

    def _on_humans(self, message: PoseArray) -> None:
        if message.header.frame_id != names.WORLD_FRAME:
            self._monitor.request_stop(f"humans are given in the frame '{message.header.frame_id}'", self.awake_s())
            return
        positions = [(pose.position.x, pose.position.y, pose.position.z) for pose in message.poses]
        self._monitor.humans(positions, self.awake_s())

    def _on_stop(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        del request
        self._monitor.request_stop("a stop was asked for", self.awake_s())
        self._publish()
        response.success = True
        response.message = "stopping; a reset is needed to go on"
        return response

    def _on_reset(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        del request
        if unheard := self._not_heard_by():
            response.message = f"{' and '.join(unheard)} can't hear the safety monitor yet"
        else:
            response.success, response.message = self._monitor.reset(self.awake_s())
        if response.success:
            self._last_reset = self.now_s()
            self.trace("recovery", "the cell was reset")
        self._publish()
        return response

    def _not_heard_by(self) -> tuple[str, ...]:
        """Listeners that have not found this node yet; once all have, their loss is seen by their heartbeats."""
        if self._unheard_by:
            there = [info.node_name for info in self.get_subscriptions_info_by_topic(self._state.topic_name)]
            unheard = tuple(name for name in self.value("listeners") if name not in there)
            connected = self._state.get_subscription_count() >= len(there)
            self._unheard_by = unheard if unheard or connected else tuple(self.value("listeners"))
        return self._unheard_by

    def _tick(self) -> None:
        state = self._monitor.state(self.awake_s())
        changed = _key(state) != self._published
        # Silence of this topic is what tells the executor that the monitor is gone, so it is repeated.
        if changed or self.awake_s() >= self._publish_at:
            self._publish()

    def _publish(self) -> None:
        state = self._monitor.state(self.awake_s())
        if state.stopped and _key(state) != self._published:
            self.trace("stop", f"{state.cause}: {state.reason}")
            self.get_logger().warning(f"stopped: {state.reason}")
        self._published = _key(state)
        self._publish_at = self.awake_s() + 0.1
        code, reason = SafetyState.OK, ""
        if state.stopped:
            code, reason = SafetyState.STOPPED, state.reason
        elif waiting := state.waiting_for or self._not_heard_by():
            code, reason = SafetyState.STARTING, f"waiting for {', '.join(waiting)}"
        message = SafetyState(
            header=conversions.header(self.now_s()),
            state=code,
            cause=state.cause,
            reason=reason,
            lost_nodes=list(state.lost_nodes),
            speed_scale=float(state.speed_scale),
            human_distance=float(state.human_distance),
            last_reset=conversions.to_time(self._last_reset),
        )
        self._state.publish(message)


def _key(state: Finding) -> tuple[bool, str, tuple[str, ...]]:
    """What is published at once when it changes."""
    return state.stopped, state.cause, state.waiting_for


def main() -> int:
    """Run the node."""
    return run(lambda: SafetyMonitor("safety_monitor"))


if __name__ == "__main__":
    raise SystemExit(main())
