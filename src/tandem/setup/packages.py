"""Installs groups of Python packages, one a file of requirements/, at the versions of constraints.txt."""

import os
import re
import shutil
import sysconfig
from collections.abc import Sequence
from pathlib import Path

from tandem.setup import stamps
from tandem.setup.commands import CommandFailed, run_logged
from tandem.setup.errors import SetupError
from tandem.setup.mends import mend_prefix
from tandem.setup.places import PYTHON_TAG, Places
from tandem.setup.progress import Progress
from tandem.setup.ros import Ros

_UNREACHABLE = re.compile(
    r"Temporary failure in name resolution|NewConnectionError|ConnectTimeout|Connection(Error| refused| reset| aborted)"
    r"|Read timed out|ReadTimeout|Network is unreachable|ProxyError|SSLError|No matching distribution",
    re.IGNORECASE,
)
_DOWNLOAD = re.compile(r"\s*(?:Downloading|Using cached) ([A-Za-z0-9_.]+)-\S+ (\(.+\))")


def groups_for(ros: Ros, extra: Sequence[str] = ()) -> tuple[str, ...]:
    """The groups that the program itself needs, and ``extra`` ones."""
    needed = ("base", "ros-embedded", "build") if ros.mode == "embedded" else ("native",)
    return (*needed, *extra)


def stamp_of(places: Places, group: str) -> Path:
    """The stamp of an installed group."""
    return places.stamps / f"packages-{group}"


def digest_of(places: Places, ros: Ros, group: str) -> str:
    """What a group is installed from."""
    folder = places.root / "requirements"
    return stamps.digest_of([folder / f"{group}.txt", folder / "constraints.txt"], PYTHON_TAG, ros.mode, ros.numpy)


def missing_groups(places: Places, ros: Ros, extra: Sequence[str] = ()) -> list[str]:
    """Groups that are not installed, or not at these versions."""
    return [group for group in groups_for(ros, extra) if stamps.read(stamp_of(places, group)) != digest_of(places, ros, group)]


def install(places: Places, ros: Ros, groups: Sequence[str], progress: Progress, lock: int) -> None:
    """Install groups one after the other, mend what the wheels bring wrong, and stamp each.

    Raises:
        SetupError: pip failed; the text says whether the network looks to be the reason.
    """
    remove_half_installed(places.site_packages)
    constraints = _constraints(places, ros)
    for group in groups:
        try:
            _pip(places, group, constraints, progress, lock)
        except CommandFailed as error:
            raise SetupError(f"{error}\n{_hint(error.output)}") from error
        if ros.mode == "embedded":
            numpy_include = places.site_packages / "numpy" / "_core" / "include"
            mend_prefix(places.venv, Path(sysconfig.get_path("include")), numpy_include)
        stamps.write(stamp_of(places, group), digest_of(places, ros, group))


def _hint(output: str) -> str:
    """What to do after pip failed."""
    again = "What was downloaded is kept; the same command goes on from here."
    if _UNREACHABLE.search(output):
        return f"The package index could not be reached, or lacks a version: check network and proxy. {again}"
    return again


def remove_half_installed(site_packages: Path) -> list[str]:
    """Forget packages whose installation was cut short, so that pip installs them again; returns their names.

    pip writes a package's RECORD last.
    """
    broken = [folder for folder in site_packages.glob("*.dist-info") if not _complete(folder)]
    for folder in broken:
        shutil.rmtree(folder)
    for leftover in site_packages.glob("~*"):
        shutil.rmtree(leftover, ignore_errors=True)
    return [folder.name.partition("-")[0] for folder in broken]


def activity(line: str) -> str:
    """What a line of pip's output tells of its progress, in a few words; empty when nothing."""
    if line.startswith("Installing collected packages"):
        return "unpacking"
    match = _DOWNLOAD.match(line)
    return " ".join(match.groups()) if match else ""


def _complete(folder: Path) -> bool:
    """Whether every file that a package's RECORD names is there."""
    try:
        record = (folder / "RECORD").read_text(encoding="utf-8")
    except OSError:
        return False
    names = (line.rsplit(",", 2)[0].strip('"') for line in record.splitlines() if line)
    return all(os.path.lexists(folder.parent / name) for name in names if not name.endswith(".pyc"))


def _constraints(places: Places, ros: Ros) -> Path:
    """The pinned versions, but for numpy where ROS has its own."""
    pinned = places.root / "requirements" / "constraints.txt"
    if not ros.numpy:
        return pinned
    lines = [line for line in pinned.read_text(encoding="utf-8").splitlines() if not line.startswith("numpy==")]
    changed = places.build / "constraints.txt"
    changed.write_text("\n".join([*lines, f"numpy=={ros.numpy}"]) + "\n", encoding="utf-8")
    return changed


def _pip(places: Places, group: str, constraints: Path, progress: Progress, lock: int) -> None:
    options = ["--no-input", "--progress-bar", "off", "--disable-pip-version-check"]
    options += ["--no-deps"] if group == "native" else []
    options += ["-r", str(places.root / "requirements" / f"{group}.txt"), "-c", str(constraints)]
    env = {**os.environ, "_ROS_WHEELS_BOOTSTRAP_COMPLETE": "1", "PYTHONUNBUFFERED": "1"}

    def show(line: str) -> None:
        said = activity(line)
        progress.detail(f"{group}: {said}" if said else "")

    command = [str(places.python), "-m", "pip", "install", *options]
    run_logged(command, log=places.log, env=env, cwd=places.root, on_line=show, keep_open=(lock,))
