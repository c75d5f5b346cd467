"""Which ROS there is: the one that is sourced, or the one from wheels."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tandem.setup import stamps

Mode = Literal["native", "embedded"]

DISTRIBUTIONS = ("jazzy", "kilted", "lyrical", "rolling")
_RELEVANT = ("ROS_DISTRO", "AMENT_PREFIX_PATH", "PYTHONPATH")
_PROBE = (
    "import sys, rclpy\n"
    "from importlib.metadata import PackageNotFoundError, version\n"
    "try: numpy = version('numpy')\n"
    "except PackageNotFoundError: numpy = ''\n"
    "assert (3, 11) <= sys.version_info[:2] <= (3, 13)\n"
    "print(sys.executable, numpy)"
)


@dataclass(frozen=True)
class Ros:
    """The ROS that is used.

    Attributes:
        mode: ``native`` for a sourced one, ``embedded`` for the wheels.
        distribution: its name.
        python: the interpreter that imports a sourced rclpy; empty for the wheels.
        numpy: version that belongs to a sourced ROS; empty for none.
    """

    mode: Mode
    distribution: str = "jazzy"
    python: str = ""
    numpy: str = ""


EMBEDDED = Ros("embedded")


def find(environ: Mapping[str, str], memory: Path) -> Ros:
    """The ROS to use.

    Asking takes a while, so that the answer for the same environment is kept in the file ``memory``, once its folder is there.
    """
    distribution = environ.get("ROS_DISTRO", "")
    if distribution not in DISTRIBUTIONS:
        return EMBEDDED
    key = {name: environ.get(name, "") for name in _RELEVANT}
    try:
        known = json.loads(stamps.read(memory))
        if known["key"] == key and Path(known["ros"]["python"] or "/").exists():
            return Ros(**known["ros"])
    except (ValueError, KeyError, TypeError):
        pass
    answer = _ask(distribution, environ)
    if memory.parent.is_dir():
        stamps.write(memory, json.dumps({"key": key, "ros": answer.__dict__}))
    return answer


def _ask(distribution: str, environ: Mapping[str, str]) -> Ros:
    """Try the interpreters that may have the sourced rclpy."""
    for name in ("python3", "/usr/bin/python3"):
        found = shutil.which(name, path=environ.get("PATH", os.defpath))
        if found is None:
            continue
        asked = subprocess.run([found, "-c", _PROBE], env=dict(environ), capture_output=True, text=True, check=False)
        if asked.returncode == 0:
            python, _, numpy = asked.stdout.strip().partition(" ")
            return Ros("native", distribution, python, numpy)
    return EMBEDDED
