"""Names of the cell: sides, joints, frames, cameras.

The 14-wide layout is left arm (6), left gripper, right arm (6), right gripper, as pi-0 and ALOHA order it.
"""

from typing import Final, Literal

Side = Literal["left", "right"]

SIDES: Final[tuple[Side, Side]] = ("left", "right")

_ARM_JOINT_STEMS: Final = (
    "shoulder_pan_joint",
    "shoulder_lift_joint",
    "elbow_joint",
    "wrist_1_joint",
    "wrist_2_joint",
    "wrist_3_joint",
)

ARM_JOINTS: Final[dict[Side, tuple[str, ...]]] = {side: tuple(f"{side}_{stem}" for stem in _ARM_JOINT_STEMS) for side in SIDES}
"""Six revolute joints of each arm, base to tool [rad]."""

GRIPPER_JOINT: Final[dict[Side, str]] = {side: f"{side}_gripper_joint" for side in SIDES}
"""One prismatic joint a gripper [m]: the travel of each finger from closed, so that the opening is twice its value."""

JOINTS: Final[tuple[str, ...]] = (
    *ARM_JOINTS["left"],
    GRIPPER_JOINT["left"],
    *ARM_JOINTS["right"],
    GRIPPER_JOINT["right"],
)
"""The 14-wide joint order of every state, chunk and trajectory."""

DOF: Final = len(JOINTS)

ARM_COLUMNS: Final[dict[Side, slice]] = {"left": slice(0, 6), "right": slice(7, 13)}
"""Columns of each arm in the 14-wide layout."""

GRIPPER_COLUMN: Final[dict[Side, int]] = {"left": 6, "right": 13}
"""Column of each gripper in the 14-wide layout."""

WORLD_FRAME: Final = "world"
"""Root frame: on the table's surface, midway between the arms' bases; x away from the robots, y left, z up."""

TCP_FRAME: Final[dict[Side, str]] = {side: f"{side}_tcp" for side in SIDES}
"""Grasp centre between the fingertips: z along the approach, y along the closing direction of the fingers."""

WRIST_CAMERA: Final[dict[Side, str]] = {side: f"{side}_wrist_camera" for side in SIDES}
"""The camera on each arm, which has the fingertips and what is below them in view."""

CAMERAS: Final = ("overhead_camera", *WRIST_CAMERA.values())


def optical_frame(camera: str) -> str:
    """Frame of a camera's images by REP-103: z forward, x right, y down."""
    return f"{camera}_optical_frame"


def other_side(side: Side) -> Side:
    """The opposite arm."""
    return "right" if side == "left" else "left"
