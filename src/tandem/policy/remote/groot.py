"""A model behind GR00T's ZeroMQ server: one request, one reply, in nested maps of video, state and language."""

import time
from contextlib import suppress
from typing import Any

import numpy as np
import zmq
from numpy.typing import NDArray

from tandem.cell.plan import Step
from tandem.policy.chunks.model import ChunkAnswer, ChunkRequest, ModelFailure
from tandem.policy.remote import mapping, wire
from tandem.policy.remote.contract import Contract, ContractError
from tandem.policy.remote.retry import Retry
from tandem.policy.remote.wire import WireError

_PING_S = 1.0


class GrootModel:
    """A `ChunkModel`. Not safe to share between threads.

    Args:
        contract: what the server calls things; keys of images and state begin with ``video`` and ``state``, the prompt's with
            ``language``.
        url: ``tcp://host:port``.
        timeout_s: for one answer [s].
        api_key: the server's ``api_token``, where it wants one.

    Raises:
        ContractError: the contract is for another protocol, or the address can't be.
    """

    name = "groot"

    def __init__(self, contract: Contract, url: str, timeout_s: float = 5.0, api_key: str = "") -> None:
        if contract.protocol != "groot":
            raise ContractError(f"contract {contract.name} is for the protocol {contract.protocol}, not groot")
        if not url.startswith("tcp://") or not url.rpartition(":")[2].isdigit():
            raise ContractError(f"'{url}' is no address of a GR00T server; write it as tcp://HOST:5555")
        self._contract, self._url, self._timeout_s, self._api_key = contract, url, timeout_s, api_key
        self._context = zmq.Context()
        self._socket: zmq.Socket[bytes] | None = None
        self._retry = Retry()
        self.step_dt, self.rows = 1.0 / contract.rate_hz, contract.rows
        self.cameras = contract.cameras
        with suppress(ModelFailure):  # It may come up later; whoever asks is told.
            self._connect()

    def twin(self) -> "GrootModel":
        """Another connection to the same server."""
        return GrootModel(self._contract, self._url, self._timeout_s, self._api_key)

    def begin(self, step: Step) -> None:
        """A new step begins: the server forgets the one before.

        Raises:
            ModelFailure: it isn't there.
        """
        del step
        self._connect()
        self._call("reset", {"options": None})

    def predict(self, request: ChunkRequest) -> ChunkAnswer:
        """The next chunk.

        Raises:
            ModelFailure: there is none.
        """
        began = time.monotonic()
        self._connect()
        answer = self._call("get_action", {"observation": self._observation(request), "options": None})
        action = answer[0] if isinstance(answer, list) and answer else answer
        contract, seen = self._contract, request.observation
        parts = [_rows(mapping.get(action, part.key), "/".join(part.key)) for part in contract.actions]
        rows = mapping.from_now(contract, mapping.targets_of(contract, parts, seen.positions), request.committed)
        return ChunkAnswer(rows, seconds=time.monotonic() - began)

    def close(self) -> None:
        """Give the sockets back."""
        self._hang_up()
        self._context.term()

    def _observation(self, request: ChunkRequest) -> dict[str, Any]:
        """Batches of one, of one time each."""
        contract, seen = self._contract, request.observation
        observation: dict[str, Any] = {}
        for slot in contract.images:
            mapping.put(observation, slot.key, mapping.image_of(slot, seen)[None, None])
        for part in contract.state:
            state = mapping.state_of(contract, part, seen.positions).astype(np.float32)
            mapping.put(observation, part.key, state[None, None])
        mapping.put(observation, contract.prompt, [[mapping.words_of(request.step)]])
        return observation

    def _connect(self) -> None:
        """See that the server is there, and that the contract is its own."""
        if self._socket is not None:
            return
        self._retry.gate()
        self._socket = self._context.socket(zmq.REQ)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.setsockopt(zmq.MAXMSGSIZE, wire.LARGEST_MESSAGE)
        self._socket.connect(self._url)
        self._call("ping", timeout_s=_PING_S)
        try:
            self._meet(self._call("get_modality_config"))
        except ModelFailure as failure:
            self._hang_up()
            raise self._retry.failed(str(failure)) from failure
        self._retry.worked()

    def _meet(self, config: Any) -> None:
        """What the server says of its model: the contract must send what it wants, and know what it answers with."""
        if not isinstance(config, dict):
            return
        sent = {
            "video": {slot.key for slot in self._contract.images},
            "state": {part.key for part in self._contract.state},
            "language": {self._contract.prompt},
            "action": {("action", *part.key) for part in self._contract.actions},
        }
        for modality, keys in sent.items():
            entry = config.get(modality)
            wanted = entry.get("modality_keys") if isinstance(entry, dict) else None
            for key in wanted if isinstance(wanted, list) else ():
                if (modality, key) not in keys and (modality, f"{modality}.{key}") not in keys:
                    raise ModelFailure(
                        f"{self._url} has {modality} '{key}', which contract {self._contract.name} doesn't name; it names "
                        f"{', '.join('/'.join(known) for known in sorted(keys))}"
                    )
        action = config.get("action")
        ahead = action.get("delta_indices") if isinstance(action, dict) else None
        if isinstance(ahead, list) and len(ahead) >= 2:
            self.rows = len(ahead)

    def _call(self, endpoint: str, data: dict[str, Any] | None = None, timeout_s: float = 0.0) -> Any:
        """A reply of an endpoint of the server.

        Raises:
            ModelFailure: there is none, or it says what went wrong.
        """
        assert self._socket is not None
        request: dict[str, Any] = {"endpoint": endpoint}
        if data is not None:
            request["data"] = data
        if self._api_key:
            request["api_token"] = self._api_key
        limit_s = timeout_s or self._timeout_s
        self._socket.setsockopt(zmq.RCVTIMEO, round(1e3 * limit_s))
        self._socket.setsockopt(zmq.SNDTIMEO, round(1e3 * limit_s))
        try:
            self._socket.send(wire.pack_groot(request))
            reply = wire.unpack_groot(self._socket.recv())
        except zmq.Again as error:
            # A request that got no reply leaves the socket unusable, and a late reply would be taken for the next one.
            self._hang_up()
            raise self._retry.failed(f"{self._url} gave no answer within {limit_s:g} s; is the GR00T server running?") from error
        except (zmq.ZMQError, WireError) as error:
            self._hang_up()
            raise self._retry.failed(f"{self._url} isn't a GR00T server: {error}") from error
        if isinstance(reply, dict) and "error" in reply:
            raise ModelFailure(f"{self._url} says: {reply['error']}")
        return reply

    def _hang_up(self) -> None:
        socket, self._socket = self._socket, None
        if socket is not None:
            socket.close()


def _rows(value: Any, name: str) -> NDArray[Any]:
    """The rows of the only entry of a batch, shape (H, columns)."""
    rows = np.asarray(value) if isinstance(value, np.ndarray) else np.zeros(0)
    if rows.ndim == 3 and len(rows) == 1:
        return rows[0]
    if rows.ndim != 2:
        raise ModelFailure(f"'{name}' of the answer has shape {rows.shape}, expected (1, rows, columns)")
    return rows
