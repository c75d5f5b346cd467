import os
import signal
import threading
import time
from pathlib import Path

import pytest

from tandem.setup.commands import CommandFailed, run_logged


def test_output_goes_to_the_log_and_line_by_line_to_the_caller(tmp_path: Path) -> None:
    log = tmp_path / "log"
    lines: list[str] = []
    run_logged(["sh", "-c", "echo one; echo two >&2"], log=log, env=os.environ, cwd=tmp_path, on_line=lines.append)
    assert lines == ["one", "two"]
    assert log.read_text().endswith("one\ntwo\n")


def test_a_failure_names_the_program_the_log_and_its_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with pytest.raises(CommandFailed) as failure:
        run_logged(["sh", "-c", "seq 30; exit 7"], log=log, env=os.environ, cwd=tmp_path)
    text = str(failure.value)
    assert "exit status 7" in text
    assert str(log) in text
    assert "30" in text
    assert " 2\n" not in text


def test_an_interruption_ends_the_program_and_its_children(tmp_path: Path) -> None:
    pids: list[int] = []

    def interrupt(line: str) -> None:
        pids.append(int(line))
        if len(pids) == 2:
            signal.raise_signal(signal.SIGINT)

    script = "echo $$; sleep 600 & echo $!; wait"
    assert threading.current_thread() is threading.main_thread()
    # Who runs the tests in the background has SIGINT ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            run_logged(["bash", "-c", script], log=tmp_path / "log", env=os.environ, cwd=tmp_path, on_line=interrupt)
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(pids) == 2
    deadline = time.monotonic() + 10.0
    while any(_lives(pid) for pid in pids):
        assert time.monotonic() < deadline, "a process outlived the interruption"
        time.sleep(0.01)


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
