"""The robot description, expanded from urdf/ once a process."""

import os
from functools import cache
from pathlib import Path
from typing import Any

import xacro
import yaml

from tandem.cell import paths

CALIBRATION = "TANDEM_CALIBRATION"
"""Environment variable that names the file where a cell's own mounts stand, see config/calibration.yaml."""


def urdf(**mappings: str) -> str:
    """The cell's URDF as XML text; ``mappings`` are xacro arguments.

    Raises:
        xacro.XacroException: an argument isn't known; the message says what to use.
        FileNotFoundError: there is no such calibration.
    """
    calibration = mappings.get("calibration") or os.environ.get(CALIBRATION)
    if calibration:
        file = Path(calibration).expanduser().resolve()
        if not file.is_file():
            raise FileNotFoundError(f"there is no calibration file {file}, as {CALIBRATION} or calibration:= says")
        mappings = mappings | {"calibration": str(file)}
    return _expanded(**mappings)


@cache
def _expanded(**mappings: str) -> str:
    document = xacro.process_file(str(paths.share() / "urdf" / "cell.urdf.xacro"), mappings=mappings)
    return str(document.toxml())


@cache
def srdf() -> str:
    """The cell's SRDF as XML text: planning groups, end effectors, pairs that never or always touch."""
    return str(xacro.process_file(str(paths.share() / "urdf" / "cell.srdf.xacro")).toxml())


@cache
def settings(name: str) -> dict[str, Any]:
    """A file of config/ as a dictionary; treat it as read-only."""
    with paths.config(name).open(encoding="utf-8") as stream:
        return dict(yaml.safe_load(stream))
