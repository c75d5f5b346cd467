"""S7: while both hands hold one object, they keep their pose relative to each other."""

from dataclasses import dataclass

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from tandem.cell import description, names
from tandem.cell.robot import RobotModel
from tandem.cell.trajectory import Trajectory

Array = NDArray[np.float64]

_OPENED_M = 0.002


@dataclass(frozen=True)
class Stray:
    """The hands part or turn too far.

    Attributes:
        clear_until: up to this time [s] they don't.
        time: when they first have [s].
        reason: in words.
    """

    clear_until: float
    time: float
    reason: str


class Together:
    """Watches over the pose of the right tcp in the left one's frame. Not safe to share between threads."""

    def __init__(self, robot: RobotModel) -> None:
        settings = description.settings("safety.yaml")["together"]
        self._position, self._angle = float(settings["position_m"]), float(settings["angle_rad"])
        self._robot = robot
        self._left, self._right = (robot.model.getFrameId(names.TCP_FRAME[side]) for side in names.SIDES)

    def relative(self, positions: Array) -> pin.SE3:
        """Pose of the right tcp in the left one's frame at joints of shape (14,)."""
        model, data = self._robot.model, self._robot.data
        pin.forwardKinematics(model, data, positions)
        left, right = (pin.updateFramePlacement(model, data, frame) for frame in (self._left, self._right))
        return left.actInv(right)

    def stray(self, motion: Trajectory, held: pin.SE3) -> Stray | None:
        """Where a motion takes the hands too far from their relative pose ``held``, before either gripper opens."""
        before = motion.start
        for time, positions in zip(motion.times, motion.positions, strict=True):
            if self._opens(motion.positions[0], positions):
                return None
            off = held.actInv(self.relative(positions))
            distance, angle = float(np.linalg.norm(off.translation)), float(np.linalg.norm(pin.log3(off.rotation)))
            if distance > self._position or angle > self._angle:
                return Stray(before, float(time), self._words(distance, angle))
            before = float(time)
        return None

    def _words(self, distance: float, angle: float) -> str:
        by = f"{distance * 1e3:.0f} mm and {np.degrees(angle):.0f} degrees"
        limits = f"{self._position * 1e3:.0f} mm, {np.degrees(self._angle):.0f} degrees"
        return f"the hands hold one object and would shift against each other by {by} (limits {limits})"

    @staticmethod
    def _opens(at_start: Array, positions: Array) -> bool:
        return any(positions[column] > at_start[column] + _OPENED_M for column in names.GRIPPER_COLUMN.values())
