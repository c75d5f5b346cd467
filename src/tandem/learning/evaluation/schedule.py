"""Things that happen at times of the simulated clock."""

import heapq
from collections.abc import Callable
from itertools import count

Action = Callable[[], None]


class Schedule:
    """Actions in the order of their times; those of one time in the order in which they were asked for."""

    def __init__(self) -> None:
        self._queue: list[tuple[float, int, Action]] = []
        self._order = count()

    def at(self, time: float, action: Action) -> None:
        """Do it once, at that time [s]."""
        heapq.heappush(self._queue, (time, next(self._order), action))

    def every(self, period: float, start: float, action: Action) -> None:
        """Do it at ``start`` [s] and then every ``period`` [s]."""
        ticks = count()

        def tick() -> None:
            self.at(start + period * (next(ticks) + 1), tick)
            action()

        self.at(start, tick)

    def pop(self) -> tuple[float, Action]:
        """The next action and its time [s].

        Raises:
            IndexError: there is none.
        """
        time, _, action = heapq.heappop(self._queue)
        return time, action
