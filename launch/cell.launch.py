"""The whole cell: the hardware side, then the nodes of tandem.cell.bringup. Its arguments: --show-args."""

from pathlib import Path

from launch import LaunchDescription, LaunchDescriptionEntity
from launch.actions import DeclareLaunchArgument, GroupAction, IncludeLaunchDescription, OpaqueFunction, SetEnvironmentVariable
from launch.launch_context import LaunchContext
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution, ThisLaunchFileDir
from launch_ros.actions import Node, PushRosNamespace

from tandem.cell.bringup import node_graph, options_of
from tandem.cell.description import CALIBRATION
from tandem.cell.hardware import Hardware, hardware

ARGUMENTS = (
    (
        "sim",
        "mujoco",
        "Simulation: 'mujoco' (Tandem's own), 'gazebo' (Harmonic), or 'none' (controllers and cameras are there already).",
    ),
    (
        "hardware",
        "",
        "In place of sim: 'mock' (no cameras), 'ur' (two Universal Robots), 'mujoco' (mujoco_ros2_control, no cameras).",
    ),
    ("hardware_file", "", "For hardware:=ur: a filled-in copy of config/hardware/ur.yaml."),
    ("calibration", "", "Where arms and cameras are mounted, as `tandem calibrate` writes it; else config/calibration.yaml."),
    ("policy", "skills", "Who carries out the steps of a plan: 'skills', 'vla', 'openpi', 'groot', ..."),
    ("policy_options", "", "Options of the policy as key=value, separated by spaces."),
    ("planner", "ompl", "What searches for paths in the planner node: 'ompl' (embedded) or 'moveit'."),
    ("params_file", "", "Parameters of the nodes, over their defaults: a ROS 2 parameter file, like config/params.yaml."),
    (
        "scene",
        "tabletop",
        "Simulated scene: 'tabletop', 'tabletop_tray', 'busybox_canonical' or another one of tandem.sim.scenes.",
    ),
    ("seed", "0", "Seed of the simulated scene."),
    ("namespace", "", "Namespace of all nodes, so that several cells stand side by side."),
    ("use_sim_time", "", "Whether /clock is the cell's time: 'true' or 'false'; by default it is where something is simulated."),
    ("headless", "true", "For Gazebo and mujoco_ros2_control: no window."),
    ("robot_state_publisher", "true", "Publish the robot description and the frames of the links."),
    ("rviz", "false", "Show the cell in RViz."),
    ("security", "false", "With SROS2: each node has the enclave /tandem/NODE, see config/sros2/policy.xml."),
    ("log_level", "info", "Log level of the nodes."),
)

SIMULATIONS = {"mujoco": "sim", "gazebo": "gazebo", "none": "none"}


def _value(context: LaunchContext, name: str) -> str:
    return str(LaunchConfiguration(name).perform(context))


def _hardware(context: LaunchContext) -> Hardware:
    sim, named = _value(context, "sim"), _value(context, "hardware")
    if sim not in SIMULATIONS:
        raise ValueError(f"sim:={sim} is not known; use sim:=mujoco, sim:=gazebo or sim:=none")
    return hardware(named or SIMULATIONS[sim])


def _simulated_time(context: LaunchContext, kind: Hardware) -> bool:
    told = _value(context, "use_sim_time").lower()
    if told not in ("", "true", "false"):
        raise ValueError(f"use_sim_time:={told} is neither true nor false")
    return told == "true" if told else kind.simulated_time


def _robots(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Whatever publishes joint states and takes trajectories, unless it is one of the cell's own nodes."""
    kind = _hardware(context)
    if kind.ros2_control:
        part = "gazebo" if kind.name == "gazebo" else "control"
        told = {
            name: LaunchConfiguration(name) for name in ("hardware_file", "calibration", "headless", "scene", "seed", "namespace")
        }
        return [_included(part, told | {"hardware": kind.name})]
    if _value(context, "robot_state_publisher").lower() != "true":
        return []
    clock = str(_simulated_time(context, kind)).lower()
    return [_included("robot_state_publisher", {"use_sim_time": clock, "calibration": LaunchConfiguration("calibration")})]


def _included(name: str, arguments: dict[str, object]) -> IncludeLaunchDescription:
    file = PathJoinSubstitution([ThisLaunchFileDir(), f"{name}.launch.py"])
    return IncludeLaunchDescription(PythonLaunchDescriptionSource(file), launch_arguments=arguments.items())


def _nodes(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    kind = _hardware(context)
    graph = node_graph(
        sim="mujoco" if kind.name == "sim" else "none",
        simulated_time=_simulated_time(context, kind),
        policy=_value(context, "policy"),
        policy_options=options_of(_value(context, "policy_options").split()),
        planner=_value(context, "planner"),
        cameras=kind.cameras,
        scene=_value(context, "scene"),
        seed=int(_value(context, "seed")),
    )
    # Nodes start themselves (parameter autostart). None respawns: what comes back after a loss must come back stopped,
    # which is for a supervisor such as `tandem up` to arrange.
    file = _value(context, "params_file")
    if file and not Path(file).expanduser().is_file():
        raise FileNotFoundError(f"params_file:={file} is not there")
    return [
        Node(
            package="tandem_cell",
            executable=spec.name,
            name=spec.name,
            parameters=[*([str(Path(file).expanduser())] if file else []), spec.parameters],
            remappings=[("/clock", "clock")],  # a namespace of its own has a clock of its own
            output="both",
            arguments=["--ros-args", "--log-level", _value(context, "log_level"), *_enclave(context, spec.name)],
        )
        for spec in graph
    ]


def _enclave(context: LaunchContext, node: str) -> list[str]:
    return ["--enclave", f"/tandem/{node}"] if _value(context, "security").lower() == "true" else []


def _rviz(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    if _value(context, "rviz").lower() != "true":
        return []
    return [_included("rviz", {"use_sim_time": str(_simulated_time(context, _hardware(context))).lower()})]


def _calibrated(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """The nodes read the robot description themselves."""
    file = _value(context, "calibration")
    return [SetEnvironmentVariable(CALIBRATION, str(Path(file).expanduser().resolve()))] if file else []


def generate_launch_description() -> LaunchDescription:
    declared = [DeclareLaunchArgument(name, default_value=default, description=words) for name, default, words in ARGUMENTS]
    return LaunchDescription(
        [
            SetEnvironmentVariable("RCUTILS_LOGGING_BUFFERED_STREAM", "1"),
            *declared,
            OpaqueFunction(function=_calibrated),
            GroupAction(
                [
                    PushRosNamespace(LaunchConfiguration("namespace")),
                    OpaqueFunction(function=_robots),
                    OpaqueFunction(function=_nodes),
                    OpaqueFunction(function=_rviz),
                ]
            ),
        ]
    )
