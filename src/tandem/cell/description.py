"""The robot description, expanded from urdf/ once a process."""

from functools import cache
from typing import Any

import xacro
import yaml

from tandem.cell import paths


@cache
def urdf(**mappings: str) -> str:
    """The cell's URDF as XML text; ``mappings`` are xacro arguments."""
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
