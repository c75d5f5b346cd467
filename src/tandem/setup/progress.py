"""What the set-up shows: one line a stage, kept up to date where it goes to a terminal."""

import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_REFRESH_S = 0.5


def say(text: str) -> None:
    """A line of its own."""
    print(f"tandem: {text}", file=sys.stderr, flush=True)


class Progress:
    """Prints to standard error, so that what a verb prints stays clean."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._number = 0
        self._live = sys.stderr.isatty()
        self._detail = ""

    def detail(self, text: str) -> None:
        """What the running stage is at, in a few words; empty changes nothing."""
        self._detail = text or self._detail

    @contextmanager
    def stage(self, title: str) -> Iterator[None]:
        """Shows a stage while it runs, and how long it took."""
        self._number += 1
        self._detail = ""
        head = f"[{self._number}/{self._total}] {title}"
        started = time.monotonic()
        finished = threading.Event()
        ticker = threading.Thread(target=self._tick, args=(head, started, finished), daemon=True)
        if self._live:
            ticker.start()
        else:
            say(f"{head} ...")
        outcome = "failed"
        try:
            yield
            outcome = "done"
        except KeyboardInterrupt:
            outcome = "interrupted"
            raise
        finally:
            finished.set()
            if self._live:
                ticker.join()
                print("\r\x1b[K", end="", file=sys.stderr)
            say(f"{head}: {outcome} in {time.monotonic() - started:.1f} s")

    def _tick(self, head: str, started: float, finished: threading.Event) -> None:
        while not finished.wait(_REFRESH_S):
            width = shutil.get_terminal_size().columns
            line = f"tandem: {head} ({time.monotonic() - started:.0f} s) {self._detail}"
            print(f"\r\x1b[K{line[: width - 1]}", end="", file=sys.stderr, flush=True)
