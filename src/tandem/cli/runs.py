"""Where runs leave their files."""

from datetime import UTC, datetime
from pathlib import Path


def new_run_folder(kind: str) -> Path:
    """A new folder under runs/ of the working directory, named by kind and time."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")[:-3]
    folder = Path.cwd() / "runs" / f"{kind}-{stamp}"
    folder.mkdir(parents=True)
    return folder
