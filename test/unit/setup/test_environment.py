import os
from pathlib import Path

import pytest

from tandem.setup import environment
from tandem.setup.places import PYTHON_TAG, Places
from tandem.setup.ros import EMBEDDED, Ros

NATIVE = Ros("native", "jazzy", "/usr/bin/python3", "1.26.4")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    places = Places(tmp_path)
    for name in ("ros_rclpy.libs", "ros_fastrtps.libs", "numpy.libs"):
        (places.site_packages / name).mkdir(parents=True)
    return places


def entries(env: dict[str, str], name: str) -> list[str]:
    return env[name].split(os.pathsep)


def test_embedded_ros_has_a_fixed_library_path_and_does_not_start_python_twice(places: Places) -> None:
    env = environment.for_run(places, EMBEDDED, {"PATH": "/usr/bin"}, "egl")
    site = places.site_packages
    libraries = [places.install / "lib", places.venv / "lib", site / "ros_fastrtps.libs", site / "ros_rclpy.libs"]
    assert entries(env, "LD_LIBRARY_PATH") == [str(folder) for folder in libraries]
    assert env["_ROS_WHEELS_BOOTSTRAP_COMPLETE"] == "1"
    assert entries(env, "AMENT_PREFIX_PATH") == [str(places.install), str(places.venv)]
    assert entries(env, "PATH") == [str(places.venv / "bin"), "/usr/bin"]
    assert entries(env, "PYTHONPATH") == [str(places.source), str(places.install / "lib" / PYTHON_TAG / "site-packages")]
    assert env["MUJOCO_GL"] == "egl"


def test_embedded_ros_sees_nothing_of_another_one(places: Places) -> None:
    other = {
        "ROS_DISTRO": "humble",
        "PATH": "/usr/bin",
        **dict.fromkeys(("PYTHONPATH", "LD_LIBRARY_PATH", "AMENT_PREFIX_PATH", "CMAKE_PREFIX_PATH"), "/opt/ros/humble"),
    }
    for env in (environment.for_run(places, EMBEDDED, other), environment.for_build(places, EMBEDDED, other)):
        assert not any("humble" in value for value in env.values())


def test_a_sourced_ros_stays_and_ours_comes_before_it(places: Places) -> None:
    sourced = {
        "PATH": "/opt/ros/jazzy/bin:/usr/bin",
        "ROS_DISTRO": "jazzy",
        **dict.fromkeys(("PYTHONPATH", "LD_LIBRARY_PATH", "AMENT_PREFIX_PATH"), "/opt/ros/jazzy"),
    }
    env = environment.for_run(places, NATIVE, sourced)
    prefix = places.install / "tandem_cell"
    assert entries(env, "AMENT_PREFIX_PATH") == [str(prefix), "/opt/ros/jazzy"]
    assert entries(env, "LD_LIBRARY_PATH") == [str(prefix / "lib"), "/opt/ros/jazzy"]
    assert entries(env, "PYTHONPATH")[-1] == "/opt/ros/jazzy"
    assert "_ROS_WHEELS_BOOTSTRAP_COMPLETE" not in env
    assert environment.for_build(places, NATIVE, sourced) == sourced


@pytest.mark.parametrize("ros", [EMBEDDED, NATIVE])
def test_a_program_that_starts_the_command_again_gets_the_same_environment(places: Places, ros: Ros) -> None:
    once = environment.for_run(places, ros, {"PATH": "/usr/bin", "LD_LIBRARY_PATH": "/opt/own"}, "egl")
    assert environment.for_run(places, ros, once, "egl") == once
    assert "/opt/own" in entries(once, "LD_LIBRARY_PATH")


def test_what_the_user_set_stays(places: Places) -> None:
    chosen = {"ROS_AUTOMATIC_DISCOVERY_RANGE": "SUBNET", "MUJOCO_GL": "glfw", "OMP_NUM_THREADS": "4"}
    env = environment.for_run(places, EMBEDDED, {"PATH": "/usr/bin", **chosen}, "egl")
    assert {name: env[name] for name in chosen} == chosen
    assert environment.for_run(places, EMBEDDED, {"PATH": ""})["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "LOCALHOST"
