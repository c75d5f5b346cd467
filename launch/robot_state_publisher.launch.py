"""Robot description and link frames, from the cell's xacro."""

from launch import LaunchDescription, LaunchDescriptionEntity
from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.launch_context import LaunchContext
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from tandem.cell import description


def _publisher(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    calibration = str(LaunchConfiguration("calibration").perform(context))
    robot = description.urdf(calibration=calibration) if calibration else description.urdf()
    return [
        Node(
            package="robot_state_publisher",
            executable="robot_state_publisher",
            parameters=[
                {
                    "robot_description": ParameterValue(robot, value_type=str),
                    "use_sim_time": ParameterValue(LaunchConfiguration("use_sim_time"), value_type=bool),
                }
            ],
            remappings=[("/tf", "tf"), ("/tf_static", "tf_static"), ("/clock", "clock")],
        )
    ]


def generate_launch_description() -> LaunchDescription:
    return LaunchDescription(
        [
            DeclareLaunchArgument("use_sim_time", default_value="false", description="Whether /clock is the cell's time."),
            DeclareLaunchArgument("calibration", default_value="", description="A file like config/calibration.yaml."),
            OpaqueFunction(function=_publisher),
        ]
    )
