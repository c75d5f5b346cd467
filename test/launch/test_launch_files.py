"""The launch files, read and carried out by launch itself as far as the processes that they start."""

from pathlib import Path
from typing import Any

import pytest
import yaml

launch = pytest.importorskip("launch", reason="launch is not installed (it comes with ROS 2)")
launch_ros = pytest.importorskip("launch_ros", reason="launch_ros is not installed (it comes with ROS 2)")

from launch.launch_context import LaunchContext  # noqa: E402
from launch.launch_description_sources import PythonLaunchDescriptionSource  # noqa: E402
from launch_ros.actions import Node  # noqa: E402

from tandem.cell import description, names, paths  # noqa: E402
from tandem.cell.hardware import hardware  # noqa: E402

FOLDER = paths.share() / "launch"
FILES = sorted(file.name for file in FOLDER.glob("*.launch.py"))


def started(name: str, context: LaunchContext, **arguments: str) -> list[Node]:
    """The nodes that a launch file starts, and the files that it includes; none of them runs."""
    context.launch_configurations.update(arguments)
    context.extend_locals({"current_launch_file_directory": str(FOLDER), "current_launch_file_path": str(FOLDER / name)})
    description = PythonLaunchDescriptionSource(str(FOLDER / name)).get_launch_description(context)
    return list(_nodes(description.entities, context))


def _nodes(entities: Any, context: LaunchContext) -> Any:
    for entity in entities:
        if isinstance(entity, Node):
            yield entity
        else:
            yield from _nodes(entity.visit(context) or [], context)


def _text(value: Any, context: LaunchContext) -> str:
    from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions

    return str(perform_substitutions(context, normalize_to_list_of_substitutions(value)))


def names_of(nodes: list[Node]) -> list[str]:
    return [str(node.node_executable) for node in nodes]


@pytest.mark.parametrize("name", FILES)
def test_arguments_say_what_they_are_for(name: str) -> None:
    description = PythonLaunchDescriptionSource(str(FOLDER / name)).get_launch_description(LaunchContext())
    for argument in description.get_launch_arguments():
        assert len(argument.description) > 10, argument.name
        assert argument.default_value is not None, argument.name


def test_the_simulated_cell_is_its_own_nodes() -> None:
    found = names_of(started("cell.launch.py", LaunchContext(), robot_state_publisher="false"))
    assert found == ["sim", "safety_monitor", "executor", "perception", "planner", "vla", "instruction"]


def told(node: Node, context: LaunchContext) -> dict[str, Any]:
    """What a node reads as its parameters, of whichever name."""
    node._perform_substitutions(context)  # what launch does right before it starts the process
    merged: dict[str, Any] = {}
    for file, _ in node._Node__expanded_parameter_arguments or []:
        for entry in yaml.load(Path(file).read_text(), Loader=yaml.UnsafeLoader).values():  # lists are written as tuples
            merged |= entry["ros__parameters"]
    return merged


def test_the_robot_is_described_to_the_letter_and_published_in_the_cell() -> None:
    """Left to itself, launch reads text as YAML: it may fail there, or change."""
    context = LaunchContext()
    (robot, *_) = started("control.launch.py", context, hardware="mock")
    assert told(robot, context)["robot_description"] == description.urdf(hardware="mock")
    assert {("/tf", "tf"), ("/tf_static", "tf_static")} <= set(robot.expanded_remapping_rules)


def test_move_group_is_told_what_the_files_say() -> None:
    context = LaunchContext()
    (group,) = started("moveit.launch.py", context, hardware="none", rviz="false")
    parameters = told(group, context)
    assert parameters["robot_description"] == description.urdf()
    assert parameters["robot_description_semantic"] == description.srdf()
    for joint in names.JOINTS:
        assert isinstance(parameters[f"robot_description_planning.joint_limits.{joint}.max_jerk"], float)
    assert tuple(parameters["planning_pipelines"]) == ("ompl", "pilz_industrial_motion_planner")


@pytest.mark.parametrize("kind", ["mock", "mujoco"])
def test_with_ros2_control_come_its_controllers(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    nodes = started("cell.launch.py", LaunchContext(), hardware=kind)
    found = names_of(nodes)
    assert "sim" not in found
    assert found[:3] == ["robot_state_publisher", "ros2_control_node", "spawner"]
    spawner = nodes[2].cmd
    words = [_text(part, LaunchContext()) for part in spawner[1:]]
    assert [word for word in words if word.endswith("broadcaster")] == [
        name for name in hardware(kind).controllers if name.endswith("broadcaster")
    ]
    assert words.count("--param-file") == 2
    renamed = words[words.index("--controller-ros-args") + 1].split()
    assert renamed == [
        word for side in names.SIDES for word in ("-r", f"{side}_force_torque_sensor_broadcaster/wrench:={side}_wrench")
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"sim": "isaac"}, "sim:=isaac is not known; use sim:=mujoco"),
        ({"hardware": "robot"}, "hardware 'robot' is not known; use sim, mock"),
        ({"use_sim_time": "maybe"}, "neither true nor false"),
        ({"params_file": "/nowhere.yaml"}, "params_file:=/nowhere.yaml is not there"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: dict[str, str], words: str) -> None:
    with pytest.raises((ValueError, OSError), match=words):
        started("cell.launch.py", LaunchContext(), **arguments)
