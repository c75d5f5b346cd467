"""RViz with the cell's displays."""

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from tandem.cell import paths


def generate_launch_description() -> LaunchDescription:
    return LaunchDescription(
        [
            DeclareLaunchArgument("use_sim_time", default_value="false", description="Whether /clock is the cell's time."),
            DeclareLaunchArgument("config", default_value=str(paths.config("cell.rviz")), description="RViz's configuration."),
            Node(
                package="rviz2",
                executable="rviz2",
                arguments=["-d", LaunchConfiguration("config")],
                parameters=[{"use_sim_time": ParameterValue(LaunchConfiguration("use_sim_time"), value_type=bool)}],
                remappings=[("/tf", "tf"), ("/tf_static", "tf_static"), ("/clock", "clock")],
            ),
        ]
    )
