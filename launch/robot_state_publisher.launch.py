"""Robot description and link frames, from the cell's xacro."""

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument
from launch.substitutions import LaunchConfiguration, PythonExpression
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from tandem.cell import description


def generate_launch_description() -> LaunchDescription:
    use_sim_time = PythonExpression(["'", LaunchConfiguration("sim"), "' == 'mujoco'"])
    return LaunchDescription(
        [
            DeclareLaunchArgument("sim", default_value="mujoco", description="'mujoco' runs on simulated time."),
            Node(
                package="robot_state_publisher",
                executable="robot_state_publisher",
                parameters=[
                    {
                        "robot_description": ParameterValue(description.urdf(), value_type=str),
                        "use_sim_time": ParameterValue(use_sim_time, value_type=bool),
                    }
                ],
            ),
        ]
    )
