"""Keeping simulated time in step with the wall's."""

import time
from collections.abc import Callable

MAX_LAG_S = 0.1


class Pacer:
    """Sleeps so that simulated time runs at ``speed`` times the wall's; a slow machine falls behind without a later rush."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._sim_origin: float | None = None
        self._wall_origin = 0.0

    def wait(self, sim_time: float) -> None:
        """Sleep until ``sim_time`` [s] is due."""
        now = time.monotonic()
        if self._sim_origin is None or sim_time < self._sim_origin:
            self._sim_origin, self._wall_origin = sim_time, now
            return
        due = self._wall_origin + (sim_time - self._sim_origin) / self._speed
        if due > now:
            # Sleeping costs some 60 us: a few steps at once.
            if due - now > 0.004:
                time.sleep(due - now)
        elif now - due > MAX_LAG_S:
            self._sim_origin, self._wall_origin = sim_time, now


class Periodic:
    """A task of the simulation's loop, by simulated time."""

    def __init__(self, period_s: float, task: Callable[[], None]) -> None:
        self._period = period_s
        self._task = task
        self._next = 0.0

    def run_if_due(self, now: float) -> None:
        """Run it once if its time [s] has come."""
        if now < self._next - 2 * self._period:  # the simulation was set back
            self._next = now
        if now >= self._next:
            self._next = max(self._next + self._period, now)
            self._task()
