"""Chooses how Fast DDS carries a process's messages."""

import os
from pathlib import Path

from tandem.cell import paths

_VARIABLE = "FASTRTPS_DEFAULT_PROFILES_FILE"


def carry_images() -> None:
    """Give this process a shared-memory segment that holds several images; to be called before ``rclpy.init``.

    Messages lie in the segment of whoever sends them, so that only a node that publishes images needs a large one: with one
    in every node the 64 MB that containers usually have would not do. A profile of the user's own stays.
    """
    chosen = os.environ.get(_VARIABLE, "")
    own = paths.config("fastdds_images.xml")
    if not chosen or Path(chosen).resolve().parent == own.resolve().parent:
        os.environ[_VARIABLE] = str(own)
