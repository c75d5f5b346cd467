"""One set-up at a time in a checkout."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tandem.setup.progress import say


@contextmanager
def locked(folder: Path) -> Iterator[int]:
    """Hold the lock; gives its file descriptor.

    Programs that the set-up starts inherit the descriptor, so that the lock is held until the last of them is gone even
    when the set-up itself was killed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "setup.lock").open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up of this checkout is running; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()
