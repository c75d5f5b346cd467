"""Serve a LeRobot policy over openpi's websocket protocol, from LeRobot's own Python environment, without pickles.

    pip install websockets msgpack
    python serve_lerobot.py --policy outputs/train/act/checkpoints/last/pretrained_model

This file stands alone: copy it to where LeRobot is. It needs numpy, torch, msgpack, websockets and lerobot 0.4 or newer, nothing
of Tandem and nothing of ROS. The cell then asks it with

    tandem up --policy openpi --url ws://HOST:8000 --option contract=openpi_lerobot

A request is a map of the policy's own feature names (``observation.state``, ``observation.images.NAME``; images uint8 of shape
(height, width, 3)) and ``prompt``; the answer is ``actions``, shape (rows, columns), in the dataset's units. A contract on the
cell's side says which camera and joint is which.
"""

import argparse
import hmac
import http
import math
import threading
import time
from collections.abc import Callable
from typing import Any

import msgpack
import numpy as np
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve

LARGEST_MESSAGE = 64 * 1024 * 1024


def pack(message: Any) -> bytes:
    """A message as openpi's clients read it; only numbers and text, never objects."""

    def encode(value: Any) -> Any:
        if isinstance(value, np.ndarray | np.generic) and value.dtype.kind not in "biufUS":
            raise ValueError(f"arrays of type {value.dtype} aren't sent")
        if isinstance(value, np.ndarray):
            return {b"__ndarray__": True, b"data": value.tobytes(), b"dtype": value.dtype.str, b"shape": value.shape}
        if isinstance(value, np.generic):
            return {b"__npgeneric__": True, b"data": value.item(), b"dtype": value.dtype.str}
        raise ValueError(f"a {type(value).__name__} can't be sent")

    data = msgpack.packb(message, default=encode)
    assert isinstance(data, bytes)
    return data


def unpack(data: bytes) -> Any:
    """A client's message.

    Raises:
        ValueError: it is none, or holds arrays of objects, which could only be read by unpickling.
    """

    def decode(entries: dict[Any, Any]) -> Any:
        if b"__ndarray__" not in entries and b"__npgeneric__" not in entries:
            return entries
        kind = np.dtype(str(entries[b"dtype"]))
        if kind.kind not in "biufUS":
            raise ValueError(f"arrays of type {kind} are refused")
        if b"__npgeneric__" in entries:
            return kind.type(entries[b"data"])
        shape = tuple(int(side) for side in entries[b"shape"])
        if min(shape, default=0) < 0 or math.prod(shape) * kind.itemsize != len(entries[b"data"]):
            raise ValueError(f"an array of shape {shape} doesn't fit its bytes")
        return np.frombuffer(entries[b"data"], dtype=kind).reshape(shape)

    try:
        return msgpack.unpackb(data, object_hook=decode)
    except Exception as error:
        raise ValueError(f"a message can't be read: {error}") from error


class LeRobotPolicy:
    """A policy with its own pre- and post-processing.

    Args:
        path: folder of the pretrained model, or its name on the hub.
        device: for example ``cpu`` or ``cuda``; empty for the one it was trained on.
    """

    def __init__(self, path: str, device: str = "") -> None:
        import torch
        from lerobot.configs.policies import PreTrainedConfig
        from lerobot.policies.factory import get_policy_class, make_pre_post_processors

        self._torch = torch
        config = PreTrainedConfig.from_pretrained(path)
        if device:
            config.device = device
        self._policy = get_policy_class(config.type).from_pretrained(path, config=config)
        self._policy.to(config.device).eval()
        on_device = {"device_processor": {"device": config.device}}
        self._before, self._after = make_pre_post_processors(
            self._policy.config, pretrained_path=path, preprocessor_overrides=on_device, postprocessor_overrides=on_device
        )
        # Places for cameras that a model was trained without are filled by the policy itself.
        wanted = {name: feature for name, feature in config.input_features.items() if "empty_camera" not in name}
        self.inputs = {name: tuple(feature.shape) for name, feature in wanted.items()}
        self.kind = str(config.type)

    def reset(self) -> None:
        """Forget what was before: a new task begins."""
        self._policy.reset()

    def chunk(self, inputs: dict[str, Any], prompt: str) -> Any:
        """Actions, shape (rows, columns), in the units of the dataset."""
        torch = self._torch
        batch: dict[str, Any] = {"task": prompt, "robot_type": ""}
        for name, value in inputs.items():
            tensor = torch.from_numpy(np.array(value))
            is_image = name.startswith("observation.image")
            batch[name] = (tensor.permute(2, 0, 1).float() / 255 if is_image else tensor.float()).unsqueeze(0)
        with torch.inference_mode():
            rows = self._policy.predict_action_chunk(self._before(batch))
            done = [self._after(rows[:, row]) for row in range(rows.shape[1])]
        return torch.stack(done, dim=1)[0].float().cpu().numpy()


def inputs_of(message: Any, wanted: dict[str, tuple[int, ...]]) -> dict[str, Any]:
    """The arrays that a policy wants of a request, checked.

    Raises:
        ValueError: one is missing or wrong; the message says which, and what there is.
    """
    if not isinstance(message, dict):
        raise ValueError("a request is a map of observations and a prompt")
    found = {}
    for name, shape in wanted.items():
        if not isinstance(message.get(name), np.ndarray):
            there = ", ".join(str(key) for key in message)
            raise ValueError(f"the policy wants '{name}' of shape {shape}; the request has {there}: mend the contract")
        array = message[name]
        if name.startswith("observation.image"):
            if array.dtype != np.uint8 or array.ndim != 3 or array.shape[2] != 3:
                raise ValueError(f"'{name}' is {array.dtype} {array.shape}, expected uint8 (height, width, 3)")
        elif array.shape != shape:
            raise ValueError(f"'{name}' has shape {array.shape}, the policy wants {shape}: mend the contract")
        found[name] = array
    return found


class PolicyServer:
    """Answers requests, one at a time.

    Args:
        policy: a `LeRobotPolicy`, or anything alike.
        host, port: to listen at; port 0 for any that is free.
        api_key: that clients must send; empty for none.
        say: is told of troubles, in words.
    """

    def __init__(
        self, policy: Any, host: str = "127.0.0.1", port: int = 8000, api_key: str = "", say: Callable[[str], None] = print
    ) -> None:
        self._policy, self._key, self._say = policy, api_key, say
        self._lock = threading.Lock()
        self._last: object = None
        self._server = serve(self._talk, host, port, compression=None, max_size=LARGEST_MESSAGE, process_request=self._welcome)
        self.port = int(self._server.socket.getsockname()[1])

    def run(self) -> None:
        """Serve until `stop`."""
        self._server.serve_forever()

    def stop(self) -> None:
        """End; from another thread."""
        self._server.shutdown()

    def _welcome(self, connection: Any, request: Any) -> Any:
        if request.path == "/healthz":
            return connection.respond(http.HTTPStatus.OK, "OK\n")
        given = request.headers.get("Authorization", "")
        if self._key and not hmac.compare_digest(given.encode(), f"Api-Key {self._key}".encode()):
            return connection.respond(http.HTTPStatus.UNAUTHORIZED, "wrong or missing API key\n")
        return None

    def _talk(self, connection: Any) -> None:
        inputs = {name: list(shape) for name, shape in self._policy.inputs.items()}
        try:
            connection.send(pack({"lerobot": {"type": self._policy.kind, "inputs": inputs}}))
            for message in connection:
                connection.send(self._answer(connection, message))
        except ConnectionClosed:
            return

    def _answer(self, connection: Any, message: Any) -> Any:
        began = time.monotonic()
        try:
            asked: Any = unpack(message) if isinstance(message, bytes) else None
            inputs = inputs_of(asked, self._policy.inputs)
            prompt = str(asked.get("prompt", ""))
            with self._lock:
                if (connection.id, prompt) != self._last:
                    self._last = (connection.id, prompt)
                    self._policy.reset()
                actions = self._policy.chunk(inputs, prompt)
            return pack({"actions": actions, "server_timing": {"infer_ms": 1e3 * (time.monotonic() - began)}})
        except Exception as error:  # whatever a policy raises must not end the server; text is an error in this protocol
            self._say(f"no answer: {error!r}")
            return str(error) or repr(error)


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description="Serve a LeRobot policy over openpi's websocket protocol.")
    parser.add_argument("--policy", required=True, help="folder of a pretrained model, or its name on the hub")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at; 0.0.0.0 for all of this machine's")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--device", default="", help="cpu, cuda, ...; by default the one it was trained on")
    parser.add_argument("--api-key", default="", help="key that clients must send")
    given = parser.parse_args()
    policy = LeRobotPolicy(given.policy, given.device)
    wanted = "".join(f"\n  {name} {shape}" for name, shape in policy.inputs.items())
    server = PolicyServer(policy, given.host, given.port, given.api_key)
    print(f"Serving {policy.kind} at ws://{given.host}:{server.port}; it wants{wanted}\n  prompt", flush=True)
    try:
        server.run()
    except KeyboardInterrupt:
        server.stop()


if __name__ == "__main__":
    main()
