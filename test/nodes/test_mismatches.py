"""Streams whose ends don't fit are told on /diagnostics."""

import time
from collections.abc import Callable, Iterator

import pytest
import rclpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import JointState

from tandem.nodes import qos
from tandem.nodes.cell_node import CellNode

UNRELIABLE = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
DEADLINE_S = 15.0


class Listener(CellNode):
    """Asks for every joint state, and tells verdicts as it can."""

    def configure(self) -> None:
        """Connects."""
        self.create_subscription(JointState, "joint_states", lambda _: None, qos.STATE)
        self.create_publisher(JointState, "told", UNRELIABLE)


@pytest.fixture
def told(ros_domain: int) -> Iterator[tuple[Node, Callable[[Callable[[str], bool]], DiagnosticStatus]]]:
    """Another node, and a way to wait until what the listener says on /diagnostics is as wanted."""
    rclpy.init(domain_id=ros_domain)
    listener, other = Listener("listener"), Node("careless")
    heard: list[DiagnosticStatus] = []
    other.create_subscription(DiagnosticArray, "/diagnostics", lambda array: heard.append(array.status[0]), 10)
    executor = SingleThreadedExecutor()
    for node in (listener, other):
        executor.add_node(node)
    listener.trigger_configure()
    listener.trigger_activate()

    def wait(wanted: Callable[[str], bool]) -> DiagnosticStatus:
        deadline = time.monotonic() + DEADLINE_S
        while not (heard and wanted(heard[-1].message)):
            assert time.monotonic() < deadline, heard[-1:]
            executor.spin_once(timeout_sec=0.1)
        return heard[-1]

    yield other, wait
    executor.shutdown()
    listener.destroy_node()
    other.destroy_node()
    rclpy.shutdown()


def test_who_does_not_fit_is_named_until_it_does(
    told: tuple[Node, Callable[[Callable[[str], bool]], DiagnosticStatus]],
) -> None:
    other, wait = told
    assert wait(lambda words: words == "active").level == DiagnosticStatus.OK
    publisher = other.create_publisher(JointState, "joint_states", UNRELIABLE)
    status = wait(lambda words: "joint_states" in words)
    assert status.level == DiagnosticStatus.WARN
    assert "careless" in status.message
    assert "reliable" in status.message.lower()
    other.destroy_publisher(publisher)
    wait(lambda words: words == "active")
    other.create_publisher(JointState, "joint_states", qos.STATE)
    other.create_subscription(JointState, "told", lambda _: None, qos.STATE)
    status = wait(lambda words: "told" in words)
    assert "joint_states" not in status.message
