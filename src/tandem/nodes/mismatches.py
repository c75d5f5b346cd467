"""Streams that don't come together because one end promises less than the other one asks for (quality of service)."""

from typing import Any

from rclpy.event_handler import PublisherEventCallbacks, SubscriptionEventCallbacks
from rclpy.node import Node
from rclpy.qos import QoSCompatibility, QoSProfile, qos_check_compatible


class Mismatches:
    """Notes the topics of a node on which that was met, and says which of them are still so; to be asked now and then.

    Args:
        node: whose publishers and subscriptions were made with the callbacks below.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._read: dict[str, QoSProfile] = {}
        self._written: dict[str, QoSProfile] = {}
        self._told: set[str] = set()

    def of_subscription(self, topic: str, profile: QoSProfile) -> SubscriptionEventCallbacks:
        """For a subscription: notes its topic."""

        def met(_: Any) -> None:
            self._read[topic] = profile

        return SubscriptionEventCallbacks(incompatible_qos=met)

    def of_publisher(self, topic: str, profile: QoSProfile) -> PublisherEventCallbacks:
        """For a publisher: notes its topic."""

        def met(_: Any) -> None:
            self._written[topic] = profile

        return PublisherEventCallbacks(incompatible_qos=met)

    def now(self) -> list[str]:
        """What doesn't fit on each, and whose it is; logged once. Topics that come together meanwhile are forgotten."""
        found = []
        for topic, profile in list(self._read.items()):
            theirs = self._node.get_publishers_info_by_topic(self._node.resolve_topic_name(topic))
            words = [_words(info, qos_check_compatible(info.qos_profile, profile)) for info in theirs]
            found += self._kept(self._read, topic, [word for word in words if word])
        for topic, profile in list(self._written.items()):
            theirs = self._node.get_subscriptions_info_by_topic(self._node.resolve_topic_name(topic))
            words = [_words(info, qos_check_compatible(profile, info.qos_profile)) for info in theirs]
            found += self._kept(self._written, topic, [word for word in words if word])
        for new in set(found) - self._told:
            self._node.get_logger().warning(new)
        self._told = set(found)
        return found

    @staticmethod
    def _kept(noted: dict[str, QoSProfile], topic: str, words: list[str]) -> list[str]:
        if not words:
            del noted[topic]
        return [f"nothing comes through on '{topic}': {word}" for word in words]


def _words(info: Any, check: tuple[QoSCompatibility, str]) -> str:
    compatibility, reason = check
    if compatibility != QoSCompatibility.ERROR:
        return ""
    return f"{info.node_name} has another quality of service ({reason.removeprefix('ERROR: ').rstrip(';').strip()})"
