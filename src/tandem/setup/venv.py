"""Makes the environment in .venv, and makes it anew where it is broken or of another kind."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tandem.setup.commands import run_logged
from tandem.setup.errors import SetupError
from tandem.setup.places import PYTHON_TAG, Places
from tandem.setup.progress import say
from tandem.setup.ros import Ros


def facts(places: Places, ros: Ros) -> str:
    """What an environment is made from: it cannot be moved, nor be used by another Python or ROS."""
    return f"{ros.mode} {ros.distribution} {PYTHON_TAG} {places.venv}"


def ensure(places: Places, ros: Ros, lock: int) -> None:
    """Keep .venv where it is sound, else make it.

    Raises:
        SetupError: something that is not an environment is in its place, or it cannot be made.
    """
    if _sound(places, ros):
        return
    if places.venv.exists():
        if any(places.venv.iterdir()) and not _looks_like_venv(places.venv):
            raise SetupError(f"{places.venv} exists and is not a Python environment; move it away and run this again")
        say(f"{places.venv.name} is incomplete or was made for something else; making it anew")
        shutil.rmtree(places.venv)
    base = ros.python or getattr(sys, "_base_executable", sys.executable)
    options = ["--system-site-packages"] if ros.mode == "native" else []
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "__PYVENV_LAUNCHER__")}
    command = [base, "-m", "venv", *options, places.venv]
    run_logged(command, log=places.log, env=env, cwd=places.root, keep_open=(lock,))


def _looks_like_venv(folder: Path) -> bool:
    return (folder / "pyvenv.cfg").is_file() or {path.name for path in folder.iterdir()} <= {"bin", "include", "lib", "lib64"}


def _sound(places: Places, ros: Ros) -> bool:
    """Whether the environment is of this Python, sees the system's packages as it should, and has pip."""
    try:
        settings = (places.venv / "pyvenv.cfg").read_text(encoding="utf-8")
    except OSError:
        return False
    sees_system = "include-system-site-packages = true" in settings
    if sees_system != (ros.mode == "native") or not places.site_packages.is_dir():
        return False
    if not _made_here(places):
        return False
    probe = [str(places.python), "-I", "-c", "import pip"]
    env = {**os.environ, "_ROS_WHEELS_BOOTSTRAP_COMPLETE": "1"}
    return subprocess.run(probe, env=env, capture_output=True, check=False).returncode == 0


def _made_here(places: Places) -> bool:
    """Whether its programs name this folder: after the checkout was moved they name the old one."""
    try:
        script = (places.venv / "bin" / "activate").read_text(encoding="utf-8")
    except OSError:
        return False
    return str(places.venv) in script
