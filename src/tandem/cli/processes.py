"""The cell's processes: started, watched, started again, ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import yaml

from tandem.cell.bringup import NodeSpec
from tandem.cli.shared_memory import remove_stale_segments

END_GRACE_S = 4.0


@dataclass(frozen=True)
class Death:
    """A process that ended without being asked to."""

    node: str
    pid: int
    code: int

    def __str__(self) -> str:
        if self.code < 0:
            return f"node {self.node} (process {self.pid}) was killed by {signal.Signals(-self.code).name}"
        return f"node {self.node} (process {self.pid}) ended with exit code {self.code}"


@dataclass
class CellProcesses:
    """One process a node, each with its log file in ``folder``; ``params_file`` goes under what the graph sets."""

    graph: tuple[NodeSpec, ...]
    folder: Path
    params_file: Path | None = None
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self) -> None:
        """Start them all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        remove_stale_segments()
        for spec in self.graph:
            self._spawn(spec, spec.parameters)

    def respawn(self, node: str) -> bool:
        """Start a dead node again if it may be; whether it was."""
        spec = next(spec for spec in self.graph if spec.name == node)
        if not spec.respawn:
            return False
        parameters: dict[str, object] = dict(spec.parameters)
        if node == "safety_monitor":
            parameters["start_stopped"] = True
        self._spawn(spec, parameters)
        return True

    def _spawn(self, spec: NodeSpec, parameters: Mapping[str, object]) -> None:
        file = self.folder / f"{spec.name}.params.yaml"
        file.write_text(yaml.safe_dump({"/**": {"ros__parameters": dict(parameters)}}), encoding="utf-8")
        given = ["--params-file", str(self.params_file)] if self.params_file else []
        arguments = [sys.executable, "-m", spec.module, "--ros-args", *given, "--params-file", str(file)]
        with self._log(spec.name).open("ab") as log:
            self._running[spec.name] = _popen(arguments, log)

    def _log(self, node: str) -> Path:
        return self.folder / f"{node}.log"

    @property
    def pids(self) -> dict[str, int]:
        """Process of each node that was started and not found dead."""
        return {name: process.pid for name, process in self._running.items()}

    def deaths(self) -> list[Death]:
        """Nodes found dead since the last call."""
        dead = []
        for name, process in list(self._running.items()):
            code = process.poll()
            if code is not None:
                dead.append(Death(name, process.pid, code))
                del self._running[name]
        return dead

    def log_tail(self, node: str, lines: int = 15) -> str:
        """The end of a node's log."""
        try:
            text = self._log(node).read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return ""
        return "\n".join(text.splitlines()[-lines:])

    def end(self) -> None:
        """End them all: politely, then by force."""
        end_processes(self._running.values())
        self._running.clear()


def _popen(arguments: list[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C at the terminal reaches only the supervisor, which ends the nodes in order.
    return subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)


def end_processes(processes: Iterable[subprocess.Popen[bytes]]) -> None:
    """SIGTERM to all, SIGKILL to those still there after a grace period."""
    alive = [process for process in processes if process.poll() is None]
    for process in alive:
        process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + END_GRACE_S
    for process in alive:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@dataclass(frozen=True)
class CellRecord:
    """What a running cell leaves on disk, so that ``status``, ``stop`` and a second ``up`` find it."""

    supervisor: int
    folder: str
    nodes: dict[str, int]

    @staticmethod
    def path() -> Path:
        """One cell a ROS domain and user."""
        domain = os.environ.get("ROS_DOMAIN_ID") or "0"
        return Path(tempfile.gettempdir()) / f"tandem-cell-{os.getuid()}-{domain}.json"

    def write(self) -> None:
        """Put it on disk, whole or not at all."""
        partial = self.path().with_suffix(f".{os.getpid()}")
        partial.write_text(json.dumps(self.__dict__), encoding="utf-8")
        partial.replace(self.path())

    @classmethod
    def read(cls) -> CellRecord | None:
        """The record of this domain, if there is one."""
        try:
            return cls(**json.loads(cls.path().read_text(encoding="utf-8")))
        except (FileNotFoundError, json.JSONDecodeError, TypeError):
            return None

    @classmethod
    def remove(cls) -> None:
        """The cell is gone."""
        cls.path().unlink(missing_ok=True)

    @property
    def supervised(self) -> bool:
        """Whether the supervisor still lives."""
        return is_tandem_process(self.supervisor)

    def end_orphans(self) -> list[str]:
        """Kill nodes that outlived their supervisor; returns their names."""
        orphans = [name for name, pid in self.nodes.items() if is_tandem_process(pid)]
        for name in orphans:
            os.kill(self.nodes[name], signal.SIGTERM)
        time.sleep(1.0 if orphans else 0.0)
        for name in orphans:
            if is_tandem_process(self.nodes[name]):
                os.kill(self.nodes[name], signal.SIGKILL)
        return orphans


def is_tandem_process(pid: int) -> bool:
    """Whether a process of that number lives and is one of ours (numbers are used again)."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return b"tandem" in command
