"""`Cell`: instructions as calls, in programs with and without asyncio."""

from __future__ import annotations

import asyncio
import queue
from collections.abc import AsyncIterator, Generator, Iterator
from dataclasses import dataclass
from typing import Any

from tandem_cell.action import ExecuteInstruction

from tandem.cell.scene import Scene
from tandem.client.connection import READY_TIMEOUT_S, CellClient, CellError, InstructionHandle
from tandem.nodes import conversions

_POLL_S = 0.02


@dataclass(frozen=True)
class Feedback:
    """How far an instruction is.

    Attributes:
        stage: ``looking``, ``planning``, ``acting``, ``verifying``, ``retrying`` or ``resting``.
        step: number of the step, from 0, of ``steps``.
        text: the step in words.
        progress: over the whole instruction, 0 to 1.
        reason: why this stage, in words.
    """

    stage: str
    step: int
    steps: int
    text: str
    progress: float
    reason: str


@dataclass(frozen=True)
class Outcome:
    """How an instruction ended.

    Attributes:
        error_code: of ``tandem_cell/action/ExecuteInstruction``, 0 for none.
        message: in words.
        question: what the cell asks back where the sentence is ambiguous, with the ``candidates`` that it may mean.
        steps: text and outcome of each step that was tried.
    """

    error_code: int
    message: str
    question: str = ""
    candidates: tuple[str, ...] = ()
    steps: tuple[tuple[str, str], ...] = ()

    @property
    def succeeded(self) -> bool:
        """Whether it was done."""
        return self.error_code == ExecuteInstruction.Result.NONE

    def or_raise(self) -> Outcome:
        """Itself if it was done.

        Raises:
            CellError: it wasn't; with the reason, and the question where there is one.
        """
        if not self.succeeded:
            raise CellError(self.question or self.message)
        return self


class Task:
    """An instruction under way. Iterate over it for its feedback, or await it for its outcome."""

    def __init__(self, client: CellClient, text: str, replace: bool) -> None:
        self._told: queue.Queue[Feedback] = queue.Queue()
        self._handle: InstructionHandle = client.send(text, replace=replace, on_feedback=self._on_feedback)
        self.text = text

    def _on_feedback(self, message: Any) -> None:
        told = (message.stage, message.step_index, message.step_count, message.step_text, message.progress, message.reason)
        self._told.put(Feedback(*told))

    @property
    def done(self) -> bool:
        """Whether it ended, one way or the other."""
        return self._handle.done

    def cancel(self) -> None:
        """Ask to end it; the outcome follows once the arms are at rest."""
        self._handle.cancel()

    def outcome(self, timeout_s: float = 600.0) -> Outcome:
        """Wait for its end.

        Raises:
            CellError: it takes longer than that.
        """
        return _outcome(self._handle.result(timeout_s))

    def __iter__(self) -> Iterator[Feedback]:
        """Feedback as it comes, until the instruction ends."""
        while not (self.done and self._told.empty()):
            try:
                yield self._told.get(timeout=_POLL_S)
            except queue.Empty:
                continue

    async def __aiter__(self) -> AsyncIterator[Feedback]:
        """Likewise, while other coroutines go on."""
        while not (self.done and self._told.empty()):
            try:
                yield self._told.get_nowait()
            except queue.Empty:
                await asyncio.sleep(_POLL_S)

    def __await__(self) -> Generator[Any, None, Outcome]:
        """Its outcome, while other coroutines go on. A coroutine that is cancelled meanwhile cancels the instruction."""
        return self._ended().__await__()

    async def _ended(self) -> Outcome:
        try:
            while not self.done:
                await asyncio.sleep(_POLL_S)
        except asyncio.CancelledError:
            self.cancel()
            raise
        return self.outcome(timeout_s=1.0)


class Cell:
    """A running cell in this ROS domain. Use it as a context manager, or call ``close``; threads may share it.

    Args:
        name: of the node that talks to the cell.
        namespace: of the cell, where several stand side by side.
    """

    def __init__(self, name: str = "tandem_program", namespace: str = "") -> None:
        self._client = CellClient(name, namespace)

    def __enter__(self) -> Cell:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave the graph; what is under way goes on."""
        self._client.close()

    def wait_ready(self, timeout_s: float = READY_TIMEOUT_S) -> None:
        """Wait until the cell takes instructions. A latched stop is left as it is: see ``reset``.

        Raises:
            CellError: it doesn't in time; the message says what is missing.
        """
        self._client.wait_until_ok(timeout_s)

    def start(self, text: str, *, replace: bool = False) -> Task:
        """Send an instruction and go on.

        Args:
            text: what should happen, in plain words.
            replace: end an instruction that is under way; otherwise this one is refused while there is one.

        Raises:
            CellError: no cell takes it.
        """
        return Task(self._client, text, replace)

    def do(self, text: str, *, replace: bool = False, timeout_s: float = 600.0) -> Outcome:
        """Send an instruction and wait for its end.

        Raises:
            CellError: no cell takes it, or it takes longer than that.
        """
        return self.start(text, replace=replace).outcome(timeout_s)

    def stop(self) -> None:
        """Bring both arms to rest; nothing moves any more until ``reset``.

        Raises:
            CellError: the safety monitor doesn't answer.
        """
        self._client.trigger("stop")

    def reset(self) -> None:
        """Leave a stop.

        Raises:
            CellError: it isn't possible yet; the message says why.
        """
        success, message = self._client.trigger("reset")
        if not success:
            raise CellError(message)

    @property
    def stopped_because(self) -> str:
        """Why the cell is stopped, empty where it isn't."""
        return self._client.stop_reason()

    def scene(self) -> Scene:
        """What the cell sees now.

        Raises:
            CellError: perception has said nothing yet.
        """
        seen = self._client.heard.scene
        if seen is None:
            raise CellError("perception has said nothing yet; see wait_ready")
        return conversions.from_scene(seen)


def _outcome(result: ExecuteInstruction.Result) -> Outcome:
    return Outcome(
        error_code=int(result.error_code),
        message=result.error_msg or "done",
        question=result.question,
        candidates=tuple(result.candidates),
        steps=tuple((report.step.text, report.outcome) for report in result.steps),
    )
