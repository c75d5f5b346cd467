"""The robots' side by ros2_control: robot description, controller manager, controllers. cell.launch.py includes it."""

import subprocess

from launch import LaunchDescription, LaunchDescriptionEntity
from launch.actions import DeclareLaunchArgument, OpaqueFunction, RegisterEventHandler
from launch.event_handlers import OnProcessExit
from launch.launch_context import LaunchContext
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import ExecutableInPackage

from tandem.cell import description
from tandem.cell.hardware import Hardware, hardware, ur_dashboards

ARGUMENTS = (
    (
        "hardware",
        "mock",
        "'mock' (what is commanded is what is measured), 'ur' (two Universal Robots) or 'mujoco' (mujoco_ros2_control).",
    ),
    ("hardware_file", "", "For 'ur': a filled-in copy of config/hardware/ur.yaml, with addresses, ports and gripper plugins."),
    (
        "calibration",
        "",
        "Where arms and cameras are mounted: a file like config/calibration.yaml, as `tandem calibrate` writes it.",
    ),
    ("headless", "true", "For 'mujoco': no window."),
)


def _value(context: LaunchContext, name: str) -> str:
    return str(LaunchConfiguration(name).perform(context))


def _control(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    kind = hardware(_value(context, "hardware"))
    if kind.manager is None:
        raise ValueError(f"hardware:={kind.name} brings its own controllers; use mock, ur or mujoco")
    clock = {"use_sim_time": kind.simulated_time}
    told = ParameterValue(description.urdf(**_mappings(context, kind)), value_type=str)
    # A namespace of its own has frames and a clock of its own.
    own = [("/tf", "tf"), ("/tf_static", "tf_static"), ("/clock", "clock")]
    robot = Node(
        package="robot_state_publisher",
        executable="robot_state_publisher",
        parameters=[{"robot_description": told}, clock],
        remappings=own,
    )
    manager = Node(
        package=kind.manager[0],
        executable=kind.manager[1],
        parameters=[*kind.files(), clock],
        remappings=[("/clock", "clock")] if kind.simulated_time else [],
        output="both",
    )
    return [robot, manager, *spawners(kind), *_dashboards(context, kind)]


def _mappings(context: LaunchContext, kind: Hardware) -> dict[str, str]:
    told = {
        "hardware": kind.name,
        "calibration": _value(context, "calibration"),
        "hardware_file": _value(context, "hardware_file"),
    }
    if kind.name == "mujoco":
        told |= {"mujoco_model": _model(context), "headless": _value(context, "headless")}
    return {name: value for name, value in told.items() if value}


def _model(context: LaunchContext) -> str:
    """By a program of its own: launch runs in ROS's Python, MuJoCo may be installed in that of the nodes alone."""
    program = ExecutableInPackage(executable="write_model", package="tandem_cell").perform(context)
    return subprocess.run([program, "mjcf"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def spawners(kind: Hardware) -> list[LaunchDescriptionEntity]:
    """Broadcasters first; the controllers follow once they are there, together, so that the arms never have half of theirs."""
    files = [argument for file in kind.files() for argument in ("--param-file", file)]
    first = [name for name in kind.controllers if name.endswith("broadcaster")]
    then = [name for name in kind.controllers if name not in first]

    def spawner(names: list[str], *arguments: str) -> Node:
        return Node(package="controller_manager", executable="spawner", arguments=[*names, *files, *arguments], output="both")

    renamed = " ".join(f"-r {theirs}:={ours}" for theirs, ours in kind.remappings)
    broadcasters = spawner(first, "--controller-ros-args", renamed)
    controllers = spawner(then, "--activate-as-group")
    return [broadcasters, RegisterEventHandler(OnProcessExit(target_action=broadcasters, on_exit=[controllers]))]


def _dashboards(context: LaunchContext, kind: Hardware) -> list[LaunchDescriptionEntity]:
    if kind.name != "ur":
        return []
    file = _value(context, "hardware_file")
    return [
        Node(package="ur_robot_driver", executable="dashboard_client", name=f"{side}_dashboard_client", parameters=[told])
        for side, told in (ur_dashboards(file) if file else ur_dashboards()).items()
    ]


def generate_launch_description() -> LaunchDescription:
    declared = [DeclareLaunchArgument(name, default_value=default, description=words) for name, default, words in ARGUMENTS]
    return LaunchDescription([*declared, OpaqueFunction(function=_control)])
