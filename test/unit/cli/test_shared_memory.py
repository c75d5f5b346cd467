import fcntl
import os
import time
from pathlib import Path

from tandem.cli.shared_memory import SETTLED_S, remove_stale_segments


def make_segment(folder: Path, name: str, *, age: float = 10 * SETTLED_S) -> Path:
    segment, lock = folder / f"fastrtps_{name}", folder / f"fastrtps_{name}_el"
    segment.write_bytes(bytes(1000))
    lock.touch()
    then = time.time() - age
    os.utime(lock, (then, then))
    return segment


def test_what_nobody_holds_goes_and_what_lives_stays(tmp_path: Path) -> None:
    stale, held = make_segment(tmp_path, "aa"), make_segment(tmp_path, "bb")
    other = tmp_path / "sem.other"
    other.touch()
    with (tmp_path / "fastrtps_bb_el").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert remove_stale_segments(tmp_path) == 1000
    assert not stale.exists()
    assert held.exists()
    assert other.exists()


def test_one_that_was_just_made_stays(tmp_path: Path) -> None:
    young = make_segment(tmp_path, "aa", age=0.0)
    assert remove_stale_segments(tmp_path) == 0
    assert young.exists()
