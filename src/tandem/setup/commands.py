"""Runs other programs: everything they say goes to the log, and a few words of it to the terminal."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tandem.setup.errors import SetupError

_TAIL_LINES = 15
_GRACE_S = 5.0


class CommandFailed(SetupError):
    """A program ended with an error; ``output`` is all that it said."""

    def __init__(self, name: str, code: int, output: list[str], log: Path) -> None:
        tail = "\n".join(f"    {line}" for line in output[-_TAIL_LINES:])
        super().__init__(f"{name} failed (exit status {code}). Its last lines, of {log}:\n{tail}")
        self.output = "\n".join(output)


def run_logged(
    arguments: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str],
    cwd: Path,
    on_line: Callable[[str], None] = lambda line: None,
    keep_open: tuple[int, ...] = (),
) -> None:
    """Run a program to its end.

    Args:
        arguments: the program and its arguments.
        log: file that its output is added to.
        env: its whole environment.
        cwd: where it runs.
        on_line: called with each line that it prints.
        keep_open: file descriptors that it inherits.

    Raises:
        CommandFailed: it ended with another status than 0.
    """
    name = " ".join(Path(argument).name for argument in arguments[:4])
    output: list[str] = []
    with log.open("a", encoding="utf-8") as record:
        print(f"\n--- {time.strftime('%F %T')} {' '.join(map(str, arguments))}", file=record, flush=True)
        # A group of its own: Ctrl-C reaches it only through us, once, and with all its children.
        child = subprocess.Popen(
            [str(argument) for argument in arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(env),
            cwd=cwd,
            text=True,
            errors="replace",
            start_new_session=True,
            pass_fds=keep_open,
        )
        try:
            assert child.stdout is not None
            for line in child.stdout:
                record.write(line)
                output.append(line.rstrip())
                on_line(line.rstrip())
            code = child.wait()
        except BaseException:
            _end_group(child)
            raise
    if code:
        raise CommandFailed(name, code, output, log)


def _end_group(child: "subprocess.Popen[str]") -> None:
    """Ask the program and its children to end, then make them."""
    for number in (signal.SIGINT, signal.SIGKILL):
        try:
            os.killpg(child.pid, number)
            child.wait(_GRACE_S)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue
