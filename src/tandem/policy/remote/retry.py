"""When to try a lost server again."""

import time

from tandem.policy.chunks.model import ModelFailure

_FIRST_S = 0.2
_LONGEST_S = 5.0
_PAUSE_S = 0.25
"""Asking too early waits at most so long: the cell's loop stays awake, and simulated time doesn't run away from the server's."""


class Retry:
    """Waits longer after every failure, up to a few seconds."""

    def __init__(self) -> None:
        self._wait_s = _FIRST_S
        self._next = 0.0
        self._why = ""

    def gate(self) -> None:
        """Pass when it is time to try.

        Raises:
            ModelFailure: it isn't yet; with what went wrong last.
        """
        left = self._next - time.monotonic()
        if left > _PAUSE_S:
            time.sleep(_PAUSE_S)
            raise ModelFailure(f"{self._why}; trying again in {left:.0f} s")
        if left > 0:
            time.sleep(left)

    def failed(self, why: str) -> ModelFailure:
        """Note a failure; returns it as an exception to raise."""
        self._next = time.monotonic() + self._wait_s
        self._wait_s = min(2.0 * self._wait_s, _LONGEST_S)
        self._why = why
        return ModelFailure(why)

    def worked(self) -> None:
        """Note that it works."""
        self._wait_s, self._next = _FIRST_S, 0.0
