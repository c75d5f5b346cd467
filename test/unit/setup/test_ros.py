import sys
from pathlib import Path

import pytest

from tandem.setup import ros
from tandem.setup.ros import EMBEDDED


@pytest.fixture
def sourced(tmp_path: Path) -> dict[str, str]:
    """A machine whose python3 imports an rclpy, as a sourced ROS has it."""
    programs, modules = tmp_path / "bin", tmp_path / "modules"
    (modules / "rclpy").mkdir(parents=True)
    (modules / "rclpy" / "__init__.py").write_text("")
    programs.mkdir()
    (programs / "python3").symlink_to(sys.executable)
    return {
        "PATH": str(programs),
        "ROS_DISTRO": "jazzy",
        "AMENT_PREFIX_PATH": "/opt/ros/jazzy",
        "PYTHONPATH": str(modules),
        "_ROS_WHEELS_BOOTSTRAP_COMPLETE": "1",
    }


def test_without_a_sourced_ros_it_comes_from_wheels(tmp_path: Path) -> None:
    assert ros.find({"PATH": "/usr/bin"}, tmp_path / "memory") == EMBEDDED


def test_a_sourced_ros_is_found_with_its_interpreter(sourced: dict[str, str], tmp_path: Path) -> None:
    found = ros.find(sourced, tmp_path / "memory")
    assert (found.mode, found.distribution) == ("native", "jazzy")
    assert Path(found.python).exists()


@pytest.mark.parametrize("change", [{"ROS_DISTRO": "humble"}, {"PYTHONPATH": ""}, {"PATH": "/nowhere"}])
def test_one_that_python_cannot_use_is_passed_over(sourced: dict[str, str], tmp_path: Path, change: dict[str, str]) -> None:
    if change.get("PYTHONPATH") == "":
        change = {"PYTHONPATH": str(tmp_path / "empty")}
        (tmp_path / "empty" / "rclpy").mkdir(parents=True)
        (tmp_path / "empty" / "rclpy" / "__init__.py").write_text("raise ImportError('no middleware')")
    if "PATH" in change and Path("/usr/bin/python3").exists():
        (Path(sourced["PYTHONPATH"]) / "rclpy" / "__init__.py").write_text("raise ImportError('of another Python')")
    assert ros.find({**sourced, **change}, tmp_path / "memory") == EMBEDDED


def test_the_answer_is_remembered_for_the_same_environment_only(sourced: dict[str, str], tmp_path: Path) -> None:
    memory = tmp_path / "memory"
    found = ros.find(sourced, memory)
    module = Path(sourced["PYTHONPATH"]) / "rclpy" / "__init__.py"
    module.write_text("raise ImportError('asked again')")
    assert ros.find(sourced, memory) == found
    assert ros.find({**sourced, "AMENT_PREFIX_PATH": "/elsewhere"}, memory) == EMBEDDED
    assert ros.find(sourced, memory) == EMBEDDED
    memory.write_text("{spoilt")
    assert ros.find(sourced, memory) == EMBEDDED


def test_nothing_is_kept_before_there_is_an_environment_to_keep_it_in(sourced: dict[str, str], tmp_path: Path) -> None:
    assert ros.find(sourced, tmp_path / "not-made" / "memory").mode == "native"
    assert not (tmp_path / "not-made").exists()
