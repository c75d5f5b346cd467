import os
import subprocess
import sys
from pathlib import Path

import pytest

from tandem.setup import lock

SOURCE = Path(__file__).resolve().parents[3] / "src"

_HOLDER = """
import subprocess, sys
from pathlib import Path
from tandem.setup.lock import locked
with locked(Path(sys.argv[1])) as lock:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=sys.stdin, pass_fds=(lock,))
    print("held", flush=True)
    sys.stdout.close()
    import os; os._exit(1)
"""


def test_the_lock_outlives_its_owner_as_long_as_what_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, tmp_path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    holder.wait()
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        holder.stdin.write("\n")  # Only now is the child let go; until then the lock is held.
        holder.stdin.close()

    monkeypatch.setattr(lock, "say", say)
    with lock.locked(tmp_path):
        pass
    assert len(said) == 1
    assert "another set-up" in said[0]


def test_a_free_lock_is_had_without_a_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        with lock.locked(tmp_path / "build"):
            pass
    assert capsys.readouterr().err == ""
