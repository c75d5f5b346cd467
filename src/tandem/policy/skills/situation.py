"""What a skill knows while it runs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tandem.cell import names
from tandem.cell.chunk import ContactPair
from tandem.cell.collision import CollisionModel
from tandem.cell.names import Side
from tandem.cell.observation import Observation
from tandem.cell.pose import Pose
from tandem.cell.robot import RobotModel, home_positions
from tandem.cell.scene import Scene, SceneObject
from tandem.policy.skills.actions import SkillFailure

Array = NDArray[np.float64]

AT_HOME_RAD = 0.10
"""An arm whose joints are all this near to home is out of the way."""


@dataclass
class Situation:
    """The newest observation and what was asked of the arms last; the policy keeps it up to date.

    Attributes:
        robot: kinematics of the cell.
        collision: to ask whether postures are free.
        observation: the newest.
        commanded: joints that the arms were last sent to, shape (14,).
    """

    robot: RobotModel
    collision: CollisionModel
    observation: Observation
    commanded: Array

    @property
    def scene(self) -> Scene:
        """What perception knows."""
        return self.observation.scene

    def object(self, name: str) -> SceneObject:
        """A perceived object.

        Raises:
            SkillFailure: it isn't there.
        """
        item = self.scene.get(name)
        if item is None:
            raise SkillFailure(f"{in_words(name)} isn't seen")
        return item

    def in_hand(self, side: Side, name: str) -> tuple[SceneObject, Pose]:
        """What a hand holds, and its pose in that hand's tcp frame.

        Raises:
            SkillFailure: it doesn't hold that.
        """
        item = self.object(name)
        if item.held_by != side or item.pose_in_tcp is None:
            raise SkillFailure(f"the {side} hand doesn't hold {in_words(name)}")
        return item, item.pose_in_tcp

    def tcp(self, side: Side) -> Pose:
        """Where a grasp centre was sent last."""
        return self.robot.tcp_pose(self.commanded, side)

    def measured_tcp(self, side: Side) -> Pose:
        """Where a grasp centre really is, rather than where it was sent."""
        return self.robot.tcp_pose(self.observation.positions, side)

    def travel(self, side: Side) -> float:
        """Measured travel of a gripper's fingers [m]."""
        return float(self.observation.positions[names.GRIPPER_COLUMN[side]])

    def is_home(self, side: Side) -> bool:
        """Whether an arm is at home."""
        columns = names.ARM_COLUMNS[side]
        return bool(np.abs(self.commanded[columns] - home_positions()[columns]).max() < AT_HOME_RAD)


def in_words(name: str) -> str:
    """An object's name as people say it."""
    return "the table" if name == "table" else "the " + name.replace("_", " ").replace("/", " ")


def fingers(side: Side) -> str:
    """The name for both fingers of a hand in allowed contacts."""
    return f"{side}_fingers"


def supports(item: SceneObject) -> tuple[ContactPair, ...]:
    """What a resting object touches and may touch when it leaves."""
    under = {item.on, item.inside} - {""}
    return tuple((item.name, name) for name in sorted(under)) or ((item.name, "table"),)


def raised(pose: Pose, height: float) -> Pose:
    """A pose moved up [m]."""
    x, y, z = pose.position
    return Pose((x, y, z + height), pose.quaternion)


def backed(pose: Pose, distance: float) -> Pose:
    """A tcp pose moved back against its approach direction [m]."""
    x, y, z = (float(value) for value in np.array(pose.position) - distance * pose.rotation[:, 2])
    return Pose((x, y, z), pose.quaternion)


def home_joints(side: Side) -> tuple[float, ...]:
    """Six joints of the home posture."""
    return tuple(float(value) for value in home_positions()[names.ARM_COLUMNS[side]])
