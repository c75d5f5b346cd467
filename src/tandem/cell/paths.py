"""Where the cell's data files lie: in the source tree, or installed under share/tandem_cell."""

import os
from functools import cache
from pathlib import Path

PACKAGE = "tandem_cell"


@cache
def share() -> Path:
    """Folder that holds urdf/, config/, launch/ and models/.

    Raises:
        FileNotFoundError: neither a source tree nor an installed package is found.
    """
    source = Path(__file__).resolve().parents[3]
    candidates = [source]
    for prefix in os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep):
        if prefix:
            candidates.append(Path(prefix) / "share" / PACKAGE)
    for folder in candidates:
        if (folder / "urdf" / "cell.urdf.xacro").is_file():
            return folder
    raise FileNotFoundError(f"the files of {PACKAGE} are not found in {source} nor on AMENT_PREFIX_PATH; build it or source it")


def config(name: str) -> Path:
    """Path of a file in config/, for example ``moveit/joint_limits.yaml``."""
    return share() / "config" / name
