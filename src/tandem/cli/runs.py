"""Where runs leave their files, and how they were asked for."""

import shlex
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path


def new_run_folder(kind: str) -> Path:
    """A new folder under runs/ of the working directory, named by kind and time; of two made at once the later gets a number."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")[:-3]
    folder, number = Path.cwd() / "runs" / f"{kind}-{stamp}", 1
    while True:
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            number += 1
            folder = folder.with_name(f"{kind}-{stamp}-{number}")
        else:
            return folder


def run_folders(kind: str) -> list[Path]:
    """All folders of that kind under runs/ of the working directory."""
    return sorted((Path.cwd() / "runs").glob(f"{kind}-*/"))


def command_line(arguments: Sequence[str] | None = None) -> str:
    """The command as it was given, as a report may tell it: values of options that are secrets are left out."""
    from tandem.learning.evaluation.settings import HIDDEN, is_secret

    words = list(sys.argv[1:] if arguments is None else arguments)
    for place, word in enumerate(words):
        key, equals, _ = word.removeprefix("--option=").partition("=")
        if equals and is_secret(key):
            words[place] = word[: len(word) - len(word.partition(key + "=")[2])] + HIDDEN
    return shlex.join(["tandem", *words])
