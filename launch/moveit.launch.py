"""MoveIt itself with the cell's robot and limits: controllers, move_group, RViz. Not beside the cell's own executor."""

from launch import LaunchDescription, LaunchDescriptionEntity
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription, OpaqueFunction
from launch.launch_context import LaunchContext
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution, ThisLaunchFileDir
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from tandem.cell import moveit, paths
from tandem.cell.hardware import hardware

ARGUMENTS = (
    ("hardware", "mock", "What the controllers drive: 'mock', 'ur', 'mujoco', or 'none' where they run already."),
    ("hardware_file", "", "For hardware:=ur: a filled-in copy of config/hardware/ur.yaml."),
    ("calibration", "", "Where arms and cameras are mounted; else config/calibration.yaml."),
    ("rviz", "true", "RViz with MoveIt's panel."),
    ("log_level", "info", "Log level of move_group."),
)


def _value(context: LaunchContext, name: str) -> str:
    return str(LaunchConfiguration(name).perform(context))


def _moveit(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    kind = hardware(_value(context, "hardware"))
    if kind.name in ("sim", "gazebo"):
        raise ValueError(f"hardware:={kind.name} comes with cell.launch.py; start that with sim:=, and this with hardware:=none")
    clock = {"use_sim_time": kind.simulated_time}
    calibration = _value(context, "calibration")
    told = moveit.move_group(**({"calibration": calibration} if calibration else {}))
    for name in ("robot_description", "robot_description_semantic"):
        told[name] = ParameterValue(told[name], value_type=str)
    group = Node(
        package="moveit_ros_move_group",
        executable="move_group",
        parameters=[told, clock],
        arguments=["--ros-args", "--log-level", _value(context, "log_level")],
        output="both",
    )
    shown = ("robot_description", "robot_description_semantic", "robot_description_kinematics", "robot_description_planning")
    rviz = Node(
        package="rviz2",
        executable="rviz2",
        arguments=["-d", str(paths.config("moveit/moveit.rviz"))],
        parameters=[{name: told[name] for name in shown}, clock],
    )
    wanted = [group, *([rviz] if _value(context, "rviz").lower() == "true" else [])]
    return wanted if kind.manager is None else [_controllers(), *wanted]


def _controllers() -> IncludeLaunchDescription:
    file = PathJoinSubstitution([ThisLaunchFileDir(), "control.launch.py"])
    told = {name: LaunchConfiguration(name) for name in ("hardware", "hardware_file", "calibration")}
    return IncludeLaunchDescription(PythonLaunchDescriptionSource(file), launch_arguments=told.items())


def generate_launch_description() -> LaunchDescription:
    declared = [DeclareLaunchArgument(name, default_value=default, description=words) for name, default, words in ARGUMENTS]
    return LaunchDescription([*declared, OpaqueFunction(function=_moveit)])
