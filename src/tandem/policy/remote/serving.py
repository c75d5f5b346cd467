"""A model of ours served over openpi's websocket protocol."""

import hmac
import http
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

from tandem.cell import names
from tandem.cell.observation import CameraFrame, Observation
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.scene import Scene
from tandem.policy.chunks.model import ChunkModel, ChunkRequest, ModelFailure
from tandem.policy.remote import extras, mapping, wire
from tandem.policy.remote.contract import Contract
from tandem.policy.remote.extras import ExtrasError
from tandem.policy.remote.wire import WireError

Say = Callable[[str], None]


@dataclass
class _Client:
    """A connection: with a model of its own, which may remember what it was asked before, and the step that it was told of."""

    model: ChunkModel
    begun: tuple[object, ...] = ()


class ChunkServer:
    """Answers one client after the other; several may be connected, each with a model that remembers nothing of the others.

    Args:
        model: that is served; clients get twins of it.
        contract: by which plain openpi clients name images, state and actions.
        host, port: to listen at; port 0 for any that is free.
        api_key: that clients must send; empty for none.
        say: is told of connections and troubles, in words.
    """

    def __init__(
        self,
        model: ChunkModel,
        contract: Contract,
        host: str = "127.0.0.1",
        port: int = 8000,
        api_key: str = "",
        say: Say = print,
    ) -> None:
        self._model, self._contract, self._api_key, self._say = model, contract, api_key, say
        self._lock = threading.Lock()
        self._server: Server = serve(
            self._talk,
            host,
            port,
            compression=None,
            max_size=wire.LARGEST_MESSAGE,
            process_request=self._welcome,
        )
        self.port = int(self._server.socket.getsockname()[1])

    def run(self) -> None:
        """Serve until `stop`."""
        self._server.serve_forever()

    def stop(self) -> None:
        """Take no more connections; may be called from any thread."""
        self._server.shutdown()

    def _welcome(self, connection: ServerConnection, request: Request) -> Response | None:
        if request.path == "/healthz":
            return connection.respond(http.HTTPStatus.OK, "OK\n")
        given = request.headers.get("Authorization", "")
        if self._api_key and not hmac.compare_digest(given.encode(), f"Api-Key {self._api_key}".encode()):
            return connection.respond(http.HTTPStatus.UNAUTHORIZED, "wrong or missing API key\n")
        return None

    def _talk(self, connection: ServerConnection) -> None:
        address = connection.remote_address[0]
        self._say(f"connected: {address}")
        client = _Client(self._model.twin())
        try:
            connection.send(wire.pack_openpi({extras.KEY: extras.metadata(client.model)}))
            for message in connection:
                connection.send(self._answer(client, message))
        except ConnectionClosed:
            pass
        finally:
            client.model.close()
        self._say(f"gone: {address}")

    def _answer(self, client: _Client, message: str | bytes) -> str | bytes:
        """An answer as bytes, or, as openpi's servers do, what went wrong as text."""
        began = time.monotonic()
        try:
            if isinstance(message, str):
                raise WireError("a request is a binary message of msgpack")
            asked = wire.unpack_openpi(message)
            with self._lock:
                answer = self._predict(client, asked)
            answer["server_timing"] = {"infer_ms": 1e3 * (time.monotonic() - began)}
            return wire.pack_openpi(answer)
        except (ModelFailure, WireError, ExtrasError) as error:
            self._say(f"no answer: {error}")
            return str(error)
        except Exception as error:  # whatever breaks in a model must not end the server
            self._say(f"no answer: {traceback.format_exc()}")
            return f"the model broke off: {error!r}"

    def _predict(self, client: _Client, asked: Any) -> dict[str, Any]:
        if not isinstance(asked, dict):
            raise WireError("a request is a map of images, state and prompt")
        fields = asked.get(extras.KEY)
        request = self._ours(asked, fields) if isinstance(fields, dict) else self._plain(asked)
        episode = fields.get("episode") if isinstance(fields, dict) else None
        begun = (episode, request.step)
        if begun != client.begun:
            client.model.begin(request.step)
            client.begun = begun
        answer = client.model.predict(request)
        result: dict[str, Any] = {extras.KEY: extras.answer_fields(answer)}
        rows = np.asarray(answer.positions, dtype=float)[self._contract.first_row :]
        columns = mapping.columns_of(self._contract, rows, request.observation.positions)
        for part, column in zip(self._contract.actions, columns, strict=True):
            mapping.put(result, part.key, column)
        return result

    def _ours(self, asked: dict[str, Any], fields: dict[str, Any]) -> ChunkRequest:
        observation = extras.observation_of(fields)
        return extras.request_of(fields, replace(observation, frames=self._frames(asked, observation.stamp)))

    def _plain(self, asked: dict[str, Any]) -> ChunkRequest:
        """A request of a client that knows nothing of Tandem: nothing is perceived, felt, or committed beyond the present."""
        positions = mapping.positions_of(self._contract, asked)
        prompt = mapping.get(asked, self._contract.prompt)
        stamp = time.monotonic()
        frames = self._frames(asked, stamp)
        observation = Observation(stamp, positions, np.zeros(names.DOF), Scene(stamp), frames)
        return ChunkRequest(observation, Step("pick", "both", text=str(prompt)), positions[None])

    def _frames(self, asked: dict[str, Any], stamp: float) -> dict[str, CameraFrame]:
        frames = {}
        for slot in self._contract.images:
            if slot.camera in self._model.cameras:
                rgb = np.asarray(mapping.get(asked, slot.key))
                if slot.channels_first and rgb.ndim == 3:
                    rgb = rgb.transpose(1, 2, 0)
                if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3 or not rgb.size:
                    raise WireError(f"the image '{'/'.join(slot.key)}' is {rgb.dtype} {rgb.shape}, expected uint8 (h, w, 3)")
                empty = np.zeros((0, 0), np.float32)
                frames[slot.camera] = CameraFrame(slot.camera, stamp, rgb, empty, np.eye(3), Pose((0.0, 0.0, 0.0)))
        return frames
