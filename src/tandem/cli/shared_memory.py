"""Clears away what killed nodes left in shared memory."""

import fcntl
import os
import time
from pathlib import Path

FOLDER = Path("/dev/shm")
SETTLED_S = 5.0


def remove_stale_segments(folder: Path = FOLDER) -> int:
    """Remove Fast DDS segments of ours that nobody holds any more; returns the freed bytes.

    Fast DDS locks the file ``<segment>_el`` as long as the process lives. A file younger than a few seconds stays: its
    process may be between making and locking it.
    """
    freed = 0
    for lock in folder.glob("fastrtps_*_el"):
        segment = lock.with_name(lock.name.removesuffix("_el"))
        try:
            facts = lock.stat()
            if facts.st_uid != os.getuid() or time.time() - facts.st_mtime < SETTLED_S or _is_held(lock):
                continue
            size = segment.stat().st_size if segment.exists() else 0
            segment.unlink(missing_ok=True)
            lock.unlink(missing_ok=True)
        except OSError:
            continue  # Somebody else was faster.
        freed += size
    return freed


def _is_held(lock: Path) -> bool:
    with lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
