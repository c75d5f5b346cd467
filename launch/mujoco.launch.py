"""The simulated cell alone: for nodes of one's own against the real cell's topics and actions."""

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue


def generate_launch_description() -> LaunchDescription:
    scene, seed = LaunchConfiguration("scene"), LaunchConfiguration("seed")
    return LaunchDescription(
        [
            DeclareLaunchArgument(
                "scene",
                default_value="tabletop",
                description="'tabletop', 'tabletop_tray', 'busybox_canonical' or another one of tandem.sim.scenes.",
            ),
            DeclareLaunchArgument("seed", default_value="0", description="Seed of the scene."),
            Node(
                package="tandem_cell",
                executable="sim",
                name="sim",
                parameters=[
                    {
                        "scene": ParameterValue(scene, value_type=str),
                        "seed": ParameterValue(seed, value_type=int),
                    }
                ],
                output="both",
            ),
        ]
    )
