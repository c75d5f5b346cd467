"""A websocket to a policy server: one request, one answer; found again after it was lost."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI
from websockets.sync.client import ClientConnection, connect

from tandem.policy.chunks.model import ModelFailure
from tandem.policy.remote import wire
from tandem.policy.remote.retry import Retry
from tandem.policy.remote.wire import WireError

_CONNECT_S = 2.0
_HANG_UP_S = 0.5


class Link:
    """Connects when it is needed. Not safe to share between threads.

    Args:
        url: ``ws://host:port`` or ``wss://host:port``.
        timeout_s: for one answer [s].
        api_key: sent to the server, where it wants one.
        on_metadata: is told what a server says of itself, after every connecting; may raise ModelFailure to refuse it.
    """

    def __init__(
        self, url: str, timeout_s: float, api_key: str = "", on_metadata: Callable[[Any], None] = lambda said: None
    ) -> None:
        self.url, self._timeout_s, self._on_metadata = url, timeout_s, on_metadata
        self._headers = {"Authorization": f"Api-Key {api_key}"} if api_key else None
        self._socket: ClientConnection | None = None
        self._open = ExitStack()
        self._retry = Retry()

    def connect(self) -> None:
        """Be connected.

        Raises:
            ModelFailure: the server isn't there, or isn't one of this protocol.
        """
        if self._socket is not None:
            return
        self._retry.gate()
        try:
            connecting = connect(
                self.url,
                compression=None,
                max_size=wire.LARGEST_MESSAGE,
                open_timeout=_CONNECT_S,
                close_timeout=_HANG_UP_S,
                additional_headers=self._headers,
            )
            self._socket = self._open.enter_context(connecting)
            self._on_metadata(wire.unpack_openpi(self._answer(self._socket, _CONNECT_S)))
        except ModelFailure as failure:
            raise self._lost(str(failure)) from failure
        except (OSError, InvalidHandshake, InvalidURI, ConnectionClosed, WireError, TimeoutError) as error:
            raise self._lost(self._in_words(error)) from error
        self._retry.worked()

    def ask(self, message: Any) -> Any:
        """A request's answer.

        Raises:
            ModelFailure: there is none.
        """
        self.connect()
        assert self._socket is not None
        try:
            data = wire.pack_openpi(message)
        except WireError as error:
            raise ModelFailure(str(error)) from error
        try:
            self._socket.send(data)
            return wire.unpack_openpi(self._answer(self._socket, self._timeout_s))
        except TimeoutError as error:
            # A late answer would be taken for that of the next request.
            raise self._lost(f"{self.url} gave no answer within {self._timeout_s:g} s") from error
        except (OSError, ConnectionClosed, WireError) as error:
            raise self._lost(self._in_words(error)) from error

    def close(self) -> None:
        """Hang up."""
        self._socket = None
        self._open.close()

    def _answer(self, socket: ClientConnection, timeout_s: float) -> bytes:
        answer = socket.recv(timeout=timeout_s)
        if isinstance(answer, str):
            lines = answer.strip().splitlines() or [""]
            raise ModelFailure(f"{self.url} says: {lines[-1]}")
        return answer

    def _lost(self, why: str) -> ModelFailure:
        self.close()
        return self._retry.failed(why)

    def _in_words(self, error: Exception) -> str:
        if isinstance(error, InvalidStatus):
            code = error.response.status_code
            refused = "; it wants an API key: --option api_key=..." if code in (401, 403) else ""
            return f"{self.url} refused the connection with HTTP {code}{refused}"
        if isinstance(error, InvalidURI):
            return f"'{self.url}' is no address; write it as ws://HOST:PORT"
        if isinstance(error, InvalidHandshake | WireError):
            return f"{self.url} isn't a policy server of openpi's protocol: {error}"
        if isinstance(error, ConnectionClosed):
            return f"{self.url} hung up"
        if isinstance(error, TimeoutError):
            return f"{self.url} doesn't answer"
        return f"no connection to {self.url} ({error}); is the server running?"
