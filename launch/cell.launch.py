"""The whole cell: the hardware side that `sim` names, then the nodes of tandem.cell.bringup."""

from launch import LaunchDescription, LaunchDescriptionEntity
from launch.actions import DeclareLaunchArgument, GroupAction, IncludeLaunchDescription, OpaqueFunction, SetEnvironmentVariable
from launch.conditions import IfCondition
from launch.launch_context import LaunchContext
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution, ThisLaunchFileDir
from launch_ros.actions import Node, PushRosNamespace

from tandem.cell.bringup import node_graph
from tandem.policy.registry import parse_options

ARGUMENTS = (
    ("sim", "mujoco", "Hardware side: 'mujoco' (the simulated cell) or 'none' (controllers and cameras are there already)."),
    ("policy", "skills", "Who carries out the steps of a plan."),
    ("policy_options", "", "Options of the policy as key=value, separated by spaces."),
    ("scene", "tabletop", "Simulated scene: 'tabletop' or 'tabletop_tray'."),
    ("seed", "0", "Seed of the simulated scene."),
    ("namespace", "", "Namespace of all nodes, so that several cells stand side by side."),
    ("robot_state_publisher", "true", "Publish the robot description and the frames of the links."),
    ("rviz", "false", "Show the cell in RViz."),
    ("log_level", "info", "Log level of the nodes."),
)


def _value(context: LaunchContext, name: str) -> str:
    return LaunchConfiguration(name).perform(context)


def _cell(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    sim = _value(context, "sim")
    if sim not in ("mujoco", "none"):
        raise ValueError(f"sim:={sim} is not known; use sim:=mujoco or sim:=none")
    graph = node_graph(
        sim="mujoco" if sim == "mujoco" else "none",
        policy=_value(context, "policy"),
        policy_options=parse_options(_value(context, "policy_options").split()),
        scene=_value(context, "scene"),
        seed=int(_value(context, "seed")),
    )
    # Nodes start themselves (parameter autostart). None respawns: what comes back after a loss must come back stopped,
    # which is for a supervisor such as `tandem up` to arrange.
    return [
        Node(
            package="tandem_cell",
            executable=spec.name,
            name=spec.name,
            parameters=[spec.parameters],
            output="both",
            arguments=["--ros-args", "--log-level", _value(context, "log_level")],
        )
        for spec in graph
    ]


def generate_launch_description() -> LaunchDescription:
    declared = [DeclareLaunchArgument(name, default_value=default, description=words) for name, default, words in ARGUMENTS]
    part = {
        name: IncludeLaunchDescription(
            PythonLaunchDescriptionSource(PathJoinSubstitution([ThisLaunchFileDir(), f"{name}.launch.py"])),
            launch_arguments={"sim": LaunchConfiguration("sim")}.items(),
            condition=IfCondition(LaunchConfiguration(name)),
        )
        for name in ("robot_state_publisher", "rviz")
    }
    return LaunchDescription(
        [
            SetEnvironmentVariable("RCUTILS_LOGGING_BUFFERED_STREAM", "1"),
            *declared,
            GroupAction(
                [
                    PushRosNamespace(LaunchConfiguration("namespace")),
                    part["robot_state_publisher"],
                    OpaqueFunction(function=_cell),
                    part["rviz"],
                ]
            ),
        ]
    )
