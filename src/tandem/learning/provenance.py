"""Where a figure comes from: the machine and the state of the source."""

import os
import platform
import subprocess
from pathlib import Path

from tandem.cell import paths

SOURCE = "TANDEM_SOURCE"
"""Environment variable that says what the source is, where it runs without its repository: on a cluster's nodes."""


def machine() -> dict[str, str | int]:
    """Processor, number of its cores that this process may use, operating system, Python."""
    return {
        "cpu": _cpu_name(),
        "cores": len(os.sched_getaffinity(0)),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def git_state() -> str:
    """The commit of the source, with ``-dirty`` when files differ from it; ``unknown`` outside of a repository."""
    if told := os.environ.get(SOURCE):
        return told
    root = paths.share()
    command = ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=10.0, check=True)
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return result.stdout.strip()


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
