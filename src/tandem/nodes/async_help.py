"""Waiting inside rclpy's coroutines, all on the executor's thread."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future as WorkFuture
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from rclpy.task import Future

from tandem.nodes.cell_node import CellNode


class Waiter:
    """Conditions that coroutines wait for, looked at by one timer of the node."""

    def __init__(self, node: CellNode, period_s: float = 0.01) -> None:
        self._node = node
        self._waiting: list[tuple[Callable[[], bool], Future]] = []
        # Also while the node isn't active: what was under way then has to end.
        node.every(period_s, self._look, always=True)

    def until(self, condition: Callable[[], bool]) -> Future:
        """A future that ends once ``condition`` holds."""
        future = Future(executor=self._node.executor)
        if condition():
            future.set_result(None)
        else:
            self._waiting.append((condition, future))
        return future

    def until_or_timeout(self, condition: Callable[[], bool], seconds: float) -> Future:
        """The same, or after that much of the wall's time."""
        clock = self._node.steady_s
        deadline = clock() + seconds
        return self.until(lambda: condition() or clock() > deadline)

    def run(self, pool: ThreadPoolExecutor, work: Callable[..., Any], *args: Any) -> tuple[Future, WorkFuture[Any]]:
        """Do ``work`` in a thread; the first future ends when it has, the second holds its result or exception."""
        job = pool.submit(work, *args)
        return self.until(job.done), job

    def _look(self) -> None:
        ready = [entry for entry in self._waiting if entry[0]()]
        for entry in ready:
            self._waiting.remove(entry)
            entry[1].set_result(None)
