#!/bin/bash
# Sources ROS and the workspace, then runs the command.
set -e
source /opt/ros/jazzy/setup.bash
source /ws/install/setup.bash
exec "$@"
