"""The BusyBox's state as topics, and over MQTT: to a broker of a few lines, which understands no more than it must."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import rclpy
from rclpy.executors import SingleThreadedExecutor
from std_msgs.msg import String

from tandem.nodes import qos
from tandem.nodes.box_state import BoxState
from tandem.nodes.mqtt import Broker, NoBroker, split
from tandem.sim.busybox.messages import TOPICS, messages
from tandem.sim.cell_sim import CellSim
from tandem.sim.scenes import scene_for

CONNECT, CONNACK, PUBLISH, PINGREQ, PINGRESP, DISCONNECT = 1, 2, 3, 12, 13, 14


class TinyBroker(threading.Thread):
    """Takes one client and keeps what it publishes at most once (MQTT 3.1.1, sections 3.1 to 3.3)."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(10.0)
        self.port = int(self._server.getsockname()[1])
        self.messages: list[tuple[str, str]] = []
        self.heard = threading.Event()

    def run(self) -> None:
        with self._server, self._server.accept()[0] as client:
            client.settimeout(10.0)
            stream = client.makefile("rb")
            while head := stream.read(1):
                body = stream.read(self._length(stream.read))
                kind = head[0] >> 4
                if kind == CONNECT:
                    client.sendall(bytes([CONNACK << 4, 2, 0, 0]))
                elif kind == PINGREQ:
                    client.sendall(bytes([PINGRESP << 4, 0]))
                elif kind == PUBLISH:
                    named = int.from_bytes(body[:2], "big")
                    self.messages.append((body[2 : 2 + named].decode(), body[2 + named :].decode()))
                    self.heard.set()
                elif kind == DISCONNECT:
                    return

    @staticmethod
    def _length(read) -> int:  # noqa: ANN001
        total, shift = 0, 0
        while True:
            (byte,) = read(1)
            total |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return total


@contextmanager
def tiny_broker() -> Iterator[TinyBroker]:
    broker = TinyBroker()
    broker.start()
    yield broker
    broker.join(10.0)


def test_messages_reach_a_broker() -> None:
    pytest.importorskip("paho.mqtt.client")
    with tiny_broker() as tiny:
        broker = Broker(f"127.0.0.1:{tiny.port}")
        text = json.dumps({"stamp": 1.0, "position": 4})
        for _ in range(1000):
            broker.publish("busybox/knob/state", text)
            if tiny.heard.wait(0.01):
                break
        broker.close()
    assert tiny.messages[0] == ("busybox/knob/state", text)


@pytest.mark.parametrize("address", ["", ":1883", "host:", "host:port", "host:0", "host:70000"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(NoBroker, match="host"):
        split(address)


def test_the_port_is_mqtts_own_unless_it_is_named() -> None:
    assert split("broker.local") == ("broker.local", 1883)
    assert split("10.0.0.2:8883") == ("10.0.0.2", 8883)


def _spin(executor: SingleThreadedExecutor, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        executor.spin_once(timeout_sec=0.02)


def test_the_state_of_a_simulated_box_is_published_and_of_none_nothing_is(ros_domain: int) -> None:
    context = rclpy.Context()
    rclpy.init(context=context, domain_id=ros_domain)
    node = rclpy.create_node("box", context=context)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)
    heard: dict[str, str] = {}
    for topic in TOPICS:
        node.create_subscription(String, topic, lambda message, topic=topic: heard.update({topic: message.data}), qos.STATE)
    sim, box = CellSim(scene_for("busybox_semi", 9)), BoxState(node)
    try:
        deadline = time.monotonic() + 10.0
        while len(heard) < len(TOPICS) and time.monotonic() < deadline:
            box.publish(sim)
            executor.spin_once(timeout_sec=0.02)
        setup = sim.scene.objects[0].setup
        assert setup is not None
        assert {topic: json.loads(text) for topic, text in heard.items()} == messages(setup.state, sim.time)
        sim.reset("tabletop", 1)
        _spin(executor, 0.3)  # what was on its way
        heard.clear()
        box.publish(sim)
        _spin(executor, 0.3)
        assert heard == {}
    finally:
        executor.shutdown()
        node.destroy_node()
        rclpy.shutdown(context=context)
