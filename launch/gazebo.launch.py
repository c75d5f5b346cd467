"""The robots' side in Gazebo Harmonic: a world with a scene, the robots, bridged topics, controllers. For cell.launch.py."""

import subprocess
from pathlib import Path

from launch import LaunchDescription, LaunchDescriptionEntity
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription, OpaqueFunction, RegisterEventHandler
from launch.event_handlers import OnProcessExit
from launch.launch_context import LaunchContext
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import ExecutableInPackage, FindPackageShare

from tandem.cell import description, paths
from tandem.cell.hardware import hardware
from tandem.sim import gazebo

ARGUMENTS = (
    (
        "scene",
        "tabletop",
        "What stands on the table: 'tabletop', 'tabletop_tray', 'busybox_canonical' or another one of tandem.sim.scenes.",
    ),
    ("seed", "0", "Seed of the scene."),
    ("headless", "true", "No window: the server alone."),
    ("calibration", "", "Where arms and cameras are mounted; else config/calibration.yaml."),
    ("namespace", "", "Of the cell, as cell.launch.py tells it."),
)


def _value(context: LaunchContext, name: str) -> str:
    return str(LaunchConfiguration(name).perform(context))


def _gazebo(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    namespace = _value(context, "namespace").strip("/")
    kind, folder = hardware("gazebo"), Path.home() / ".cache" / "tandem" / "gazebo"
    world = _world(context)
    robot = description.urdf(**gazebo.mappings(folder, kind.files(), namespace, _value(context, "calibration")))
    server = IncludeLaunchDescription(
        PythonLaunchDescriptionSource(PathJoinSubstitution([FindPackageShare("ros_gz_sim"), "launch", "gz_sim.launch.py"])),
        launch_arguments={
            "gz_args": f"-r -v 2 {'-s ' if _value(context, 'headless').lower() == 'true' else ''}{world}",
            "on_exit_shutdown": "true",
        }.items(),
    )
    publisher = Node(
        package="robot_state_publisher",
        executable="robot_state_publisher",
        parameters=[{"robot_description": ParameterValue(robot, value_type=str), "use_sim_time": True}],
        remappings=[("/tf", "tf"), ("/tf_static", "tf_static"), ("/clock", "clock")],
    )
    create = Node(package="ros_gz_sim", executable="create", arguments=["-topic", "robot_description", "-name", "cell"])
    bridge = Node(
        package="ros_gz_bridge",
        executable="parameter_bridge",
        parameters=[{"config_file": str(gazebo.bridge(folder, paths.config("gazebo/bridge.yaml"), namespace))}],
    )
    files = [argument for file in kind.files() for argument in ("--param-file", file)]
    controllers = Node(package="controller_manager", executable="spawner", arguments=[*kind.controllers, *files], output="both")
    then = RegisterEventHandler(OnProcessExit(target_action=create, on_exit=[controllers]))
    return [server, publisher, create, bridge, then]


def _world(context: LaunchContext) -> str:
    """By a program of its own: launch runs in ROS's Python, what makes scenes may be installed in that of the nodes alone."""
    program = ExecutableInPackage(executable="write_model", package="tandem_cell").perform(context)
    wanted = [program, "sdf", "--scene", _value(context, "scene"), "--seed", _value(context, "seed")]
    return subprocess.run(wanted, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def generate_launch_description() -> LaunchDescription:
    declared = [DeclareLaunchArgument(name, default_value=default, description=words) for name, default, words in ARGUMENTS]
    return LaunchDescription([*declared, OpaqueFunction(function=_gazebo)])
