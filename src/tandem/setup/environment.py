"""The environment variables that the program, its nodes and the build run with."""

import os
from collections.abc import Mapping
from pathlib import Path

from tandem.setup.places import PYTHON_TAG, Places
from tandem.setup.ros import Ros

_WHEELS_GUARD = "_ROS_WHEELS_BOOTSTRAP_COMPLETE"
_OF_ANOTHER_ROS = ("PYTHONHOME", "PYTHONPATH", "LD_LIBRARY_PATH", "AMENT_PREFIX_PATH", "CMAKE_PREFIX_PATH", "COLCON_PREFIX_PATH")


def for_build(places: Places, ros: Ros, environ: Mapping[str, str]) -> dict[str, str]:
    """For colcon. ROS from wheels must see nothing of another one."""
    env = dict(environ)
    if ros.mode == "native":
        return env
    for name in (*_OF_ANOTHER_ROS, "ROS_DISTRO", "ROS_VERSION"):
        env.pop(name, None)
    env |= {
        "PATH": _joined(places.venv / "bin", env.get("PATH", os.defpath), once=True),
        "VIRTUAL_ENV": str(places.venv),
        "AMENT_PREFIX_PATH": str(places.venv),
        "CMAKE_PREFIX_PATH": str(places.venv),
        "LD_LIBRARY_PATH": _joined(*_wheel_libraries(places)),
        _WHEELS_GUARD: "1",
    }
    return env


def for_run(places: Places, ros: Ros, environ: Mapping[str, str], renderer: str = "") -> dict[str, str]:
    """For the program and its nodes; ``renderer`` is what MuJoCo draws with, empty to leave that to it.

    The wheels would start Python twice to set the library path, in an order that changes from start to start; a fixed path
    and the guard prevent both.
    """
    env = for_build(places, ros, environ)
    prefix = installed_prefix(places, ros)
    if ros.mode == "embedded" and "ROS_DISTRO" not in environ:
        env["LD_LIBRARY_PATH"] = _joined(env["LD_LIBRARY_PATH"], environ.get("LD_LIBRARY_PATH", ""))
        env["PYTHONPATH"] = environ.get("PYTHONPATH", "")
    env["PATH"] = _joined(places.venv / "bin", env.get("PATH", os.defpath), once=True)
    env["VIRTUAL_ENV"] = str(places.venv)
    env["AMENT_PREFIX_PATH"] = _joined(prefix, env.get("AMENT_PREFIX_PATH", ""), once=True)
    env["LD_LIBRARY_PATH"] = _joined(prefix / "lib", env.get("LD_LIBRARY_PATH", ""), once=True)
    modules = (places.source, prefix / "lib" / PYTHON_TAG / "site-packages")
    env["PYTHONPATH"] = _joined(*modules, env.get("PYTHONPATH", ""), once=True)
    if renderer:
        env.setdefault("MUJOCO_GL", renderer)
    return with_defaults(env, places.root / "config")


def with_defaults(env: Mapping[str, str], config: Path) -> dict[str, str]:
    """``env`` with what the cell expects unless it is set already; ``config`` is the folder of that name."""
    defaults = {
        "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST",
        "FASTRTPS_DEFAULT_PROFILES_FILE": str(config / "fastdds.xml"),
        "OMP_NUM_THREADS": "1",
        "PYTHONSAFEPATH": "1",  # Or a folder named like a module, where the command is run, would stand in for it.
    }
    return defaults | dict(env)


def installed_prefix(places: Places, ros: Ros) -> Path:
    """Where colcon puts our package: beside the others where ROS comes from wheels, else in a folder of its own."""
    return places.install if ros.mode == "embedded" else places.install / "tandem_cell"


def _wheel_libraries(places: Places) -> list[Path]:
    return [places.venv / "lib", *sorted(places.site_packages.glob("ros_*.libs"))]


def _joined(*entries: Path | str, once: bool = False) -> str:
    """Entries of a search path; with ``once``, each only at its first place."""
    parts = [part for entry in entries for part in str(entry).split(os.pathsep) if part]
    return os.pathsep.join(dict.fromkeys(parts) if once else parts)
