"""What all nodes of the cell share: lifecycle, parameters, heartbeat, diagnostics, and how a process runs and ends."""

import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from types import FrameType
from typing import Any, ClassVar

import rclpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.action import ActionClient, ActionServer
from rclpy.client import Client
from rclpy.clock import Clock, ClockType
from rclpy.experimental import EventsExecutor
from rclpy.lifecycle import LifecycleState, Node, TransitionCallbackReturn
from rclpy.publisher import Publisher
from rclpy.service import Service
from rclpy.signals import SignalHandlerOptions
from rclpy.subscription import Subscription
from rclpy.timer import Timer
from tandem_cell.msg import DecisionEvent, Heartbeat

from tandem.nodes import parameters as params
from tandem.nodes import qos
from tandem.nodes.mismatches import Mismatches
from tandem.nodes.parameters import Parameter

HEARTBEAT_PERIOD_S = 0.1
DIAGNOSTICS_PERIOD_S = 1.0
LONGEST_STEP_S = 0.15
REMIND_PERIOD_S = 10.0

WAITING = "waiting for"
"""What a node without all it needs says on /diagnostics begins so."""

COMMON = (
    Parameter("autostart", True, "Configure and activate at start; set false when a lifecycle manager does that."),
    Parameter("heartbeat", True, "Publish heartbeats for the safety monitor."),
)


class ConfigurationError(Exception):
    """A node can't be configured; the message says what to mend."""


class CellNode(Node):
    """A lifecycle node of the cell.

    Subclasses list their ``PARAMETERS`` and fill in ``configure`` (check and load; raise ``ConfigurationError`` with what to
    mend), ``activate``, ``deactivate`` (a stop), ``status`` (level, message and values for /diagnostics) and ``waits_for``.

    The heartbeat begins once everything the node talks to is there, so that a cell whose nodes are all alive can also act.
    """

    PARAMETERS: ClassVar[Sequence[Parameter]] = ()

    def __init__(self, name: str) -> None:
        self._mismatches: Mismatches | None = None
        super().__init__(name)
        self._mismatches = Mismatches(self)
        params.declare(self, (*COMMON, *self.PARAMETERS))
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._own: frozenset[int] = frozenset()
        self._configured = ExitStack()
        self._awake, self._asked_awake = 0.0, self.steady_s()
        self.active = False
        self._missing = ["everything"]
        self._heartbeats = self.create_publisher(Heartbeat, "heartbeat", qos.STATE)
        self._diagnostics = self.create_publisher(DiagnosticArray, "/diagnostics", qos.STATE)
        self._trace = self.create_publisher(DecisionEvent, "decision_trace", qos.TRACE)
        self.create_timer(HEARTBEAT_PERIOD_S, self._beat, clock=self._steady)
        self.create_timer(DIAGNOSTICS_PERIOD_S, self._diagnose, clock=self._steady)

    # What subclasses fill in.

    def configure(self) -> None:
        """Check and load everything; nothing moves."""

    def activate(self) -> None:
        """Begin to work."""

    def deactivate(self) -> None:
        """Stop working; what moves comes to rest."""

    def status(self) -> tuple[bytes, str, dict[str, Any]]:
        """Level, message and values for /diagnostics."""
        return DiagnosticStatus.OK, "active" if self.active else "not active", {}

    def waits_for(self) -> dict[str, bool]:
        """What the node can't work without, in words, and whether it is there yet."""
        return {}

    def fault(self) -> str:
        """Why the node has stopped on its own, told to the safety monitor; empty when it has not."""
        return ""

    # What subclasses use.

    def now_s(self) -> float:
        """The cell's time [s]: simulated where ``use_sim_time`` is set."""
        return float(self.get_clock().now().nanoseconds) * 1e-9

    def steady_s(self) -> float:
        """A clock that never jumps [s], for liveness."""
        return float(self._steady.now().nanoseconds) * 1e-9

    def awake_s(self) -> float:
        """The same, without the time that this process itself was held up [s]: messages of that time are still to be read.

        Silence is judged by it, or a stall of one's own would look like the death of the others. To be asked often.
        """
        now = self.steady_s()
        self._awake += min(now - self._asked_awake, LONGEST_STEP_S)
        self._asked_awake = now
        return self._awake

    def every(self, period_s: float, callback: Callable[[], None], always: bool = False) -> Timer:
        """Call back on the wall clock while the node is active, or always; simulated time may stand still."""

        def guarded() -> None:
            if self.active or always:
                callback()

        return self.create_timer(period_s, guarded, clock=self._steady)

    def at_cleanup(self, action: Callable[..., Any], *arguments: Any, **options: Any) -> None:
        """For `configure`: what gives back what it has taken, besides publishers, subscriptions, timers, services and actions."""
        self._configured.callback(action, *arguments, **options)

    def value(self, name: str) -> Any:
        """A parameter's value."""
        return params.value(self, name)

    def trace(self, kind: str, text: str, *, step_id: str = "", data: str = "{}") -> None:
        """Add a line to the decision trace."""
        event = DecisionEvent(node=self.get_name(), kind=kind, step_id=step_id, text=text, data=data)
        event.header.stamp = self.get_clock().now().to_msg()
        self._trace.publish(event)

    # Streams whose ends don't fit are told on /diagnostics and in the log.

    def create_publisher(self, msg_type: Any, topic: str, qos_profile: Any, **options: Any) -> Any:
        """As rclpy's."""
        if self._mismatches is not None:
            options.setdefault("event_callbacks", self._mismatches.of_publisher(topic, qos_profile))
        return super().create_publisher(msg_type, topic, qos_profile, **options)

    def create_subscription(self, msg_type: Any, topic: str, callback: Any, qos_profile: Any, **options: Any) -> Any:
        """As rclpy's."""
        if self._mismatches is not None:
            options.setdefault("event_callbacks", self._mismatches.of_subscription(topic, qos_profile))
        return super().create_subscription(msg_type, topic, callback, qos_profile, **options)

    # Lifecycle: rclpy swallows what these raise, so it is logged here.

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Lifecycle callback."""
        self._own = frozenset(map(id, self._entities()))
        result = self._transition("configure", self.configure, state)
        if result != TransitionCallbackReturn.SUCCESS:
            self.give_back()
        return result

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Lifecycle callback."""
        self._missing = ["everything"]
        result = self._transition("activate", self.activate, state)
        self.active = result == TransitionCallbackReturn.SUCCESS
        return result

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Lifecycle callback."""
        self.active = False
        return self._transition("deactivate", self.deactivate, state)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Lifecycle callback."""
        if self.active:
            self.active = False
            self.deactivate()
        return self._transition("shutdown", self.give_back, state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Lifecycle callback."""
        return self._transition("cleanup", self.give_back, state)

    def _transition(self, name: str, action: Callable[[], None], state: LifecycleState) -> TransitionCallbackReturn:
        try:
            action()
        except ConfigurationError as error:
            self.get_logger().error(f"cannot {name}: {error}")
            return TransitionCallbackReturn.FAILURE
        except Exception:
            self.get_logger().error(f"cannot {name}:\n{traceback.format_exc()}")
            return TransitionCallbackReturn.ERROR
        self.get_logger().info(f"{name}: done")
        parent = getattr(super(), f"on_{name}")
        return parent(state)

    def give_back(self) -> None:
        """Undo `configure`, so that it may be done again."""
        self._configured.close()
        for entity in self._entities():
            if id(entity) not in self._own:
                self._destroy(entity)

    def _entities(self) -> list[Any]:
        """Everything by which this node takes part in the graph."""
        return [*self.waitables, *self.publishers, *self.subscriptions, *self.timers, *self.services, *self.clients]

    def _destroy(self, entity: Any) -> None:
        if isinstance(entity, (ActionServer, ActionClient)):
            entity.destroy()
        elif isinstance(entity, Publisher):
            self.destroy_publisher(entity)
        elif isinstance(entity, Subscription):
            self.destroy_subscription(entity)
        elif isinstance(entity, Timer):
            self.destroy_timer(entity)
        elif isinstance(entity, Service):
            self.destroy_service(entity)
        elif isinstance(entity, Client):
            self.destroy_client(entity)
        # Else the events of a publisher or a subscription, which go with it.

    def _beat(self) -> None:
        if not self.active:
            return
        # What was there once is not asked for again: its loss is for the safety monitor to say.
        if self._missing:
            self._look_for_missing()
        if not self._missing and self.value("heartbeat"):
            self._heartbeats.publish(
                Heartbeat(stamp=self._steady.now().to_msg(), node=self.get_name(), pid=os.getpid(), fault=self.fault())
            )

    def _look_for_missing(self) -> None:
        self._missing = [what for what, there in self.waits_for().items() if not there]
        if not self._missing:
            self.get_logger().info("ready: everything it needs is there")
            return
        reminder = f"{WAITING} {', '.join(self._missing)}"
        self.get_logger().warning(reminder, throttle_duration_sec=REMIND_PERIOD_S, skip_first=True)

    def _diagnose(self) -> None:
        level, message, values = self.status()
        if self.active and self._missing:
            level, message = DiagnosticStatus.WARN, f"{WAITING} {', '.join(self._missing)}"
        if self._mismatches is not None and (unfit := self._mismatches.now()):
            level, message = max(level, DiagnosticStatus.WARN), "; ".join((message, *unfit))
        status = DiagnosticStatus(
            level=level,
            name=f"{self.get_fully_qualified_name().lstrip('/')}: state",
            message=message,
            hardware_id="none",
            values=[KeyValue(key=key, value=str(entry)) for key, entry in values.items()],
        )
        array = DiagnosticArray(status=[status])
        array.header.stamp = self.get_clock().now().to_msg()
        self._diagnostics.publish(array)


def run(make: Callable[[], CellNode]) -> int:
    """Run a node until SIGINT or SIGTERM; deactivates it first. Returns the process's exit code."""
    rclpy.init(args=sys.argv, signal_handler_options=SignalHandlerOptions.NO)
    finished = rclpy.Future()

    def ask_to_end(signum: int, frame: FrameType | None) -> None:
        del signum, frame
        if not finished.done():
            finished.set_result(None)

    signal.signal(signal.SIGINT, ask_to_end)
    signal.signal(signal.SIGTERM, ask_to_end)
    executor = EventsExecutor()
    try:
        node = make()
    except Exception as error:  # a parameter of the wrong type or range, most likely: rclpy has no class of its own for these
        print(f"{sys.argv[0]}: {error}", file=sys.stderr)
        return 2
    executor.add_node(node)
    code = 0
    if node.value("autostart"):
        ready = (
            node.trigger_configure() == TransitionCallbackReturn.SUCCESS
            and node.trigger_activate() == TransitionCallbackReturn.SUCCESS
        )
        code = 0 if ready else 3
    if code == 0:
        # The events executor hangs without a finite time-out. Signals are seen at the next Python callback: a heartbeat.
        executor.spin_until_future_complete(finished, timeout_sec=1e7)
    # From here on it ends anyway: another interrupt, such as a terminal's and the launcher's both, must not cut that short.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if node.active:
        node.trigger_deactivate()
    executor.shutdown()
    node.give_back()
    node.destroy_node()
    rclpy.try_shutdown()
    return code


__all__ = ["CellNode", "ConfigurationError", "DiagnosticStatus", "Parameter", "run"]
