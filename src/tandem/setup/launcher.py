"""The way from ``./tandem VERB`` to the program: makes ready what is not, then hands over."""

import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

from tandem.cli.verbs import VERBS, groups_for, overview
from tandem.setup import environment, ros
from tandem.setup.errors import SetupError
from tandem.setup.lock import locked
from tandem.setup.places import Places
from tandem.setup.progress import Progress, say
from tandem.setup.stages import Setup, run_all


def main(root: Path, arguments: list[str]) -> int:
    """Set up what the verb needs and run it in the environment's Python; returns an exit status only when it could not."""
    verb = next((word for word in arguments if not word.startswith("-")), "")
    places = Places(root)
    if verb not in VERBS and not places.install.is_dir():
        print(overview())
        return 0 if not verb else 2
    signal.signal(signal.SIGTERM, _stop)
    try:
        setup = _ready(places, groups_for(arguments))
    except SetupError as error:
        print(f"tandem: {error}", file=sys.stderr)
        return error.code
    except KeyboardInterrupt:
        print("tandem: interrupted; the same command goes on from here", file=sys.stderr)
        return 130
    env = environment.for_run(places, setup.ros, os.environ, setup.renderer)
    return _become(places.python, ["-m", "tandem.cli.app", *arguments], env)


def _become(python: Path, arguments: list[str], env: dict[str, str]) -> NoReturn:
    os.execve(python, [str(python), *arguments], env)


def _ready(places: Places, extra: tuple[str, ...]) -> Setup:
    """Bring everything up to date.

    Raises:
        SetupError: something cannot be had.
    """
    found = ros.find(os.environ, places.stamps / "ros")
    setup = Setup(places, found, os.environ, extra)
    if not setup.todo():
        return setup
    with locked(places.build) as lock:
        stages = setup.todo()  # Another run may have done them meanwhile.
        if stages:
            progress = Progress(len(stages))
            say(_announcement(found, stages[0].title, places))
            run_all(stages, progress, lock)
    return setup


def _announcement(found: ros.Ros, first: str, places: Places) -> str:
    native = found.mode == "native"
    source = f"ROS 2 {found.distribution} of this machine" if native else "ROS 2 Jazzy from Python packages"
    length = "takes a few minutes, once" if first in ("system packages", "Python environment") else "bringing it up to date"
    return f"setting up with {source}; {length}. Details: {places.log.relative_to(places.root)}"


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
