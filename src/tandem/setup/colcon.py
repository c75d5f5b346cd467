"""Builds the interfaces and installs the package, with colcon."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from tandem.setup import environment, stamps
from tandem.setup.commands import run_logged
from tandem.setup.places import Places
from tandem.setup.progress import Progress
from tandem.setup.ros import Ros
from tandem.setup.venv import facts

_OVERLAYS = ("control_msgs", "tf2_msgs")
_INTERFACE_FOLDERS = ("msg", "srv", "action")


def inputs(places: Places, ros: Ros) -> list[Path]:
    """The files that make a new build necessary. Python sources are none: they are used where they are."""
    roots = [places.root]
    if ros.mode == "embedded":
        roots += [places.root / "interfaces" / name for name in _OVERLAYS]
    files = [places.root / "scripts" / "executable.in"]
    for root in roots:
        files += [root / "CMakeLists.txt", root / "package.xml"]
        for folder in _INTERFACE_FOLDERS:
            files += (root / folder).glob(f"*.{folder}")
    return files


def stamp_of(places: Places) -> Path:
    """The stamp of the build."""
    return places.install / ".tandem-build"


def digest_of(places: Places, ros: Ros) -> str:
    """What a build is made from."""
    return stamps.digest_of(inputs(places, ros), facts(places, ros))


def build(places: Places, ros: Ros, environ: Mapping[str, str], progress: Progress, lock: int) -> None:
    """Build everything into the install folder and stamp it.

    Raises:
        SetupError: the build failed.
    """
    forget_other_builds(places, ros)
    env = environment.for_build(places, ros, environ)

    def show(line: str) -> None:
        if line.startswith(("Starting >>>", "Finished <<<")):
            progress.detail(line)

    colcon = shutil.which("colcon", path=env["PATH"]) or str(places.venv / "bin" / "colcon")
    run_logged([colcon, *options(places, ros)], log=places.log, env=env, cwd=places.root, on_line=show, keep_open=(lock,))
    stamps.write(stamp_of(places), digest_of(places, ros))


def options(places: Places, ros: Ros) -> list[str]:
    """What colcon is asked for."""
    paths = [str(places.root)]
    layout: list[str] = []
    cmake = ["-DCMAKE_BUILD_TYPE=Release", "-DBUILD_TESTING=OFF", f"-DTANDEM_PYTHON={places.python}"]
    cmake.append(f"-DPython3_EXECUTABLE={ros.python or places.python}")
    if ros.mode == "embedded":
        # One prefix for all: libraries of the same name in two would be picked by the order of a search path.
        layout.append("--merge-install")
        # Packages within the folder of another one are only found when they are named.
        paths += [str(places.root / "interfaces" / name) for name in _OVERLAYS]
        cmake += [f"-DPython3_ROOT_DIR={places.venv}", "-DTANDEM_PYTHON_INTERFACES_ONLY=ON"]
    where = ["--build-base", str(places.build), "--install-base", str(places.install), "--base-paths", *paths]
    handlers = ["--event-handlers", "console_cohesion+"]
    return ["--log-base", str(places.build / "log"), "build", *layout, *where, *handlers, "--cmake-args", *cmake]


def forget_other_builds(places: Places, ros: Ros) -> None:
    """Remove what was built for another environment or in another layout, which CMake and colcon cannot go on from."""
    memory = places.build / "built-for"
    wanted = facts(places, ros)
    layout = stamps.read(places.install / ".colcon_install_layout")
    expected = "merged" if ros.mode == "embedded" else "isolated"
    known = stamps.read(memory)
    if (known and known != wanted) or (layout and layout != expected):
        for folder in (*(places.build / name for name in (*_OVERLAYS, "tandem_cell")), places.install):
            shutil.rmtree(folder, ignore_errors=True)
    stamps.write(memory, wanted)
