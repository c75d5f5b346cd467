"""What must come from the system's packages: a compiler, CMake, Python's headers, a renderer."""

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

from tandem.setup.commands import run_logged
from tandem.setup.errors import SetupError
from tandem.setup.ros import Mode

_VENDOR_FOLDERS = ("/usr/share/glvnd/egl_vendor.d", "/etc/glvnd/egl_vendor.d")
_PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"

EGL_PACKAGES = ("libegl1", "libgl1-mesa-dri", "libopengl0")
OSMESA_PACKAGES = ("libosmesa6",)


def missing_packages(mode: Mode) -> list[str]:
    """Names of the Debian and Ubuntu packages that lack, found out without apt."""
    lacking = [name for name in ("g++", "cmake", "make") if shutil.which(name) is None]
    if mode == "native" and shutil.which("colcon") is None:
        lacking.append("python3-colcon-common-extensions")
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        lacking.append(f"{_PYTHON}-venv")
    if not (Path(sysconfig.get_path("include")) / "Python.h").is_file():
        lacking.append(f"{_PYTHON}-dev")
    if not (_has_egl() or _has_osmesa()):
        lacking.extend(EGL_PACKAGES)
    return lacking


def drawing_facts() -> str:
    """Which of the libraries that draw are there, for a stamp."""
    return f"EGL {_has_egl()} OSMesa {_has_osmesa()}"


def loads(*libraries: str) -> bool:
    """Whether the dynamic linker finds one of the libraries."""
    for library in libraries:
        try:
            ctypes.CDLL(library)
        except OSError:
            continue
        return True
    return False


def _has_egl() -> bool:
    """Whether EGL and OpenGL are there, with at least one driver behind them."""
    vendors = (file for folder in _VENDOR_FOLDERS for file in Path(folder).glob("*.json"))
    return loads("libEGL.so.1") and loads("libOpenGL.so.0", "libGL.so.1") and any(vendors)


def _has_osmesa() -> bool:
    return loads("libOSMesa.so.8", "libOSMesa.so.6")


def ensure_packages(names: Sequence[str], *, log: Path, lock: int) -> None:
    """Install packages with apt.

    Raises:
        SetupError: with the line to run, where we may not or apt is not there (exit status 2); or apt failed.
    """
    if not names:
        return
    line = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(names)}"
    if shutil.which("apt-get") is None:
        raise SetupError(f"these are missing (by their Debian names): {' '.join(names)}. Install them and run this again.", 2)
    prefix = _privilege()
    if prefix is None:
        raise SetupError(
            f"system packages are missing. Run this line, then the same command again:\n\n    sudo sh -c '{line}'\n", 2
        )
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", *names]):
        command = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *arguments]
        try:
            run_logged(command, log=log, env=env, cwd=Path("/"), keep_open=(lock,))
        except SetupError as error:
            raise SetupError(f"{error}\nInstall these by hand, then run this again: {' '.join(names)}", 2) from error


def _privilege() -> list[str] | None:
    """What to put before a command that only root may run; None where we may not."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    asked = subprocess.run(["sudo", "-n", "true"], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return ["sudo", "-n"] if asked.returncode == 0 else None


def facts(mode: Mode) -> str:
    """What the check depends on, for its stamp."""
    return f"{mode} {_PYTHON} {sysconfig.get_path('include')}"
