"""S2: the speed of the tools."""

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from tandem.cell import names
from tandem.cell.robot import RobotModel
from tandem.cell.trajectory import Trajectory
from tandem.safety.excess import Excess

Array = NDArray[np.float64]

_SHARE = 0.995
"""Share of the limit that is used at the samples: between them, 20 ms apart, the speed can be a little higher than at both."""


class ToolSpeed:
    """Judges how fast the two tcps move. Not safe to share between threads."""

    def __init__(self, robot: RobotModel) -> None:
        self._robot = robot
        self._frames = [robot.model.getFrameId(names.TCP_FRAME[side]) for side in names.SIDES]
        self._reach = np.stack([self._reach_of(frame) for frame in self._frames])

    def excess(self, motion: Trajectory, limit: float) -> Excess | None:
        """What is said about the fastest tcp where it is faster than ``limit`` [m/s], None where it isn't."""
        # No tcp is faster than the sum of its joints' shares, so slow samples need no kinematics.
        at_most = np.abs(motion.velocities) @ self._reach.T
        worst, where, which = 0.0, 0, 0
        for index in np.flatnonzero((at_most > limit * _SHARE).any(axis=1)):
            speeds = self._at(motion.positions[index], motion.velocities[index])
            if max(speeds) > worst:
                worst, where, which = max(speeds), int(index), int(np.argmax(speeds))
        if worst <= limit * _SHARE:
            return None
        side = names.SIDES[which]
        moment = motion.times[where] - motion.start
        reason = f"{names.TCP_FRAME[side]} would move at {worst:.2f} m/s (limit {limit:.2f}) at {moment:.2f} s"
        columns = np.zeros(names.DOF, dtype=bool)
        columns[names.ARM_COLUMNS[side]] = True
        return Excess(reason, worst / (limit * _SHARE), columns, of_joints=False)

    def _at(self, positions: Array, velocities: Array) -> list[float]:
        """Speed of the left and the right tcp [m/s]."""
        model, data = self._robot.model, self._robot.data
        pin.forwardKinematics(model, data, positions, velocities)
        linear = [pin.getFrameVelocity(model, data, frame).linear for frame in self._frames]
        return [float(velocity @ velocity) ** 0.5 for velocity in linear]

    def _reach_of(self, frame: int) -> Array:
        """How far the tcp can be from each joint's axis, shape (14,) [m]: the lengths of the chain between, added up."""
        model = self._robot.model
        reach = np.zeros(names.DOF)
        joint, offset = model.frames[frame].parentJoint, model.frames[frame].placement.translation
        beyond, about_axis = float(np.linalg.norm(offset)), float(np.linalg.norm(offset[:2]))
        while joint > 0:
            reach[model.joints[joint].idx_q] = about_axis
            offset = model.jointPlacements[joint].translation
            about_axis = float(np.linalg.norm(offset[:2])) + beyond
            beyond += float(np.linalg.norm(offset))
            joint = model.parents[joint]
        return reach
