"""The public interfaces are those of everybody else: ROS 2 tells them apart by the hash of their fields.

The hashes are those that the definitions of control_msgs 5.8.0 and tf2_msgs 0.36.4 (ROS 2 Jazzy) have.
"""

import json
import os
from pathlib import Path

import pytest

PUBLISHED = {
    "control_msgs/action/FollowJointTrajectory": "738ebcb7a2d7cfa42f9f1001cc99ce3a4383d1cfe508015d9be8485e4b1c66f6",
    "control_msgs/action/GripperCommand": "e17c0e644eccf14bea84a0a93e0977182872c2eb7873ca6694900059b46dbc84",
    "control_msgs/action/ParallelGripperCommand": "adfd3c1ebe8abc38ebcc0e454b6423d291d4010dd5697d14eca5b9be4726ae18",
    "control_msgs/msg/GripperCommand": "57eb8f326c9889ca8bb34ead82cc94cc09bf6bc5c3b6c09546dca3a00b589890",
    "control_msgs/msg/JointComponentTolerance": "739ea7566931944d33830fa10f1bf5e7a7fbdc3172bce7a7eaac642bd6e3ffa4",
    "control_msgs/msg/JointTolerance": "c254f9cece0f3b733017b6990fd46d1326e25242d6b8844398c97d9a88e7d648",
    "control_msgs/msg/JointTrajectoryControllerState": "51d8dd89cc624cbe9daaeeb4d80d6de9b86168ffdc3be41fefc0953e3c26e480",
    "control_msgs/msg/SpeedScalingFactor": "0c240f349f2b74e33e8741f83e0f196ddeb6585923663876ed3c1f51f0566037",
    "control_msgs/srv/QueryTrajectoryState": "4a0935dffef18bc5b9e101c9d03d84e681ecd4cebd724b8f11fde008751a325a",
    "tf2_msgs/action/LookupTransform": "0b8adf6bc0b5958879e3265b41a457e03558fe523890a81252c70eba97a82c5d",
    "tf2_msgs/msg/TF2Error": "db2485e7d6a0ec75bf087e058ee45df682acc3a621ca7780503d10aac141809a",
    "tf2_msgs/msg/TFMessage": "e369d0f05a23ae52508854b66f6aa0437f3449d652e8cbf22d5abe85d020f087",
    "tf2_msgs/srv/FrameGraph": "0d1fbc6222c018ba5f33822904a2fdd4063705289956d3fdde07cd8c50fe8067",
}

_OTHER_ROS = os.environ.get("ROS_DISTRO", "jazzy") != "jazzy"


@pytest.mark.skipif(_OTHER_ROS, reason="the hashes are those of Jazzy")
@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_the_fields_are_those_that_everybody_has(name: str) -> None:
    prefixes = os.environ["AMENT_PREFIX_PATH"].split(os.pathsep)
    files = [Path(prefix) / "share" / f"{name}.json" for prefix in prefixes]
    description = json.loads(next(file for file in files if file.is_file()).read_text(encoding="utf-8"))
    hashes = {entry["type_name"]: entry["hash_string"] for entry in description["type_hashes"]}
    assert hashes[name] == f"RIHS01_{PUBLISHED[name]}"
