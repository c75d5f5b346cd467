"""RViz with the cell's displays."""

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument
from launch.substitutions import LaunchConfiguration, PythonExpression
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from tandem.cell import paths


def generate_launch_description() -> LaunchDescription:
    use_sim_time = PythonExpression(["'", LaunchConfiguration("sim"), "' == 'mujoco'"])
    return LaunchDescription(
        [
            DeclareLaunchArgument("sim", default_value="mujoco", description="'mujoco' runs on simulated time."),
            Node(
                package="rviz2",
                executable="rviz2",
                arguments=["-d", str(paths.config("cell.rviz"))],
                parameters=[{"use_sim_time": ParameterValue(use_sim_time, value_type=bool)}],
            ),
        ]
    )
