"""A connection to an MQTT broker that messages go to. The package ``paho-mqtt`` is only needed where a broker is named."""

from types import ModuleType
from typing import Any

_PORT = 1883


class NoBroker(Exception):
    """There is no connection to a broker; the message says why."""


class Broker:
    """Connected in the background, and again after a loss; what is published meanwhile is lost, as states may be."""

    def __init__(self, address: str, client_id: str = "tandem") -> None:
        """Connect to ``host`` or ``host:port``.

        Raises:
            NoBroker: the address is none, or the package is missing.
        """
        host, port = split(address)
        paho = _paho()
        self._client: Any = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id=client_id)
        self._client.connect_async(host, port)
        self._client.loop_start()

    @property
    def connected(self) -> bool:
        """Whether the broker hears."""
        return bool(self._client.is_connected())

    def publish(self, topic: str, text: str) -> None:
        """Send a message, at most once."""
        if self.connected:
            self._client.publish(topic, text, qos=0)

    def close(self) -> None:
        """Part."""
        self._client.disconnect()
        self._client.loop_stop()


def split(address: str) -> tuple[str, int]:
    """Host and port.

    Raises:
        NoBroker: there is no host, or the port is no port.
    """
    host, colon, port = address.rpartition(":") if ":" in address else (address, "", "")
    if not host or (colon and not (port.isdigit() and 0 < int(port) < 65536)):
        raise NoBroker(f"'{address}' is no address of a broker: host or host:port")
    return host, int(port) if port else _PORT


def _paho() -> ModuleType:
    try:
        from paho.mqtt import client
    except ImportError as error:
        raise NoBroker("an MQTT broker is named, but the package paho-mqtt is missing: pip install paho-mqtt") from error
    return client
