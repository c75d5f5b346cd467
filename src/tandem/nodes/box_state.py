"""The state of a BusyBox as topics, and for those who speak MQTT as the messages that the real box sends."""

import json
from typing import Any

from rclpy.node import Node
from std_msgs.msg import String

from tandem.nodes import qos
from tandem.nodes.mqtt import Broker
from tandem.sim.busybox.messages import TOPICS, messages
from tandem.sim.cell_sim import CellSim


class BoxState:
    """Publishes; silent while the scene has no box."""

    def __init__(self, node: Node, broker: Broker | None = None) -> None:
        self._publishers = {topic: node.create_publisher(String, topic, qos.STATE) for topic in TOPICS}
        self._broker = broker

    def publish(self, sim: CellSim) -> None:
        """Say what state the parts are in now."""
        box = sim.truth.box
        if box is None:
            return
        for topic, content in messages(box.state(), sim.time).items():
            text = _json(content)
            self._publishers[topic].publish(String(data=text))
            if self._broker is not None:
                self._broker.publish(topic, text)

    def close(self) -> None:
        """Part from the broker."""
        if self._broker is not None:
            self._broker.close()


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, separators=(",", ":"))
