"""Wrenches as the cell takes them: in the frame of the grasp centre, whichever frame of the hand a sensor measures in."""

import numpy as np
from geometry_msgs.msg import WrenchStamped
from numpy.typing import NDArray

from tandem.cell import names
from tandem.cell.names import Side
from tandem.cell.pose import Pose
from tandem.cell.robot import RobotModel, home_positions

Array = NDArray[np.float64]


class WrenchFrames:
    """Brings wrenches of one hand into its tcp frame; frames of the hand are looked up once."""

    def __init__(self, side: Side, robot: RobotModel | None = None) -> None:
        self._side, self._robot = side, robot or RobotModel()
        self._in_tcp: dict[str, Pose] = {}

    def at_tcp(self, message: WrenchStamped) -> Array:
        """Force and torque at the grasp centre, in its frame, shape (6,) [N, N m].

        A wrench keeps its force where its point of reference moves by r, and gains the torque -r x force.

        Raises:
            ValueError: it is given in a frame that isn't fixed to that hand, or it isn't finite.
        """
        given = message.wrench
        force = np.array([given.force.x, given.force.y, given.force.z])
        torque = np.array([given.torque.x, given.torque.y, given.torque.z])
        if not (np.isfinite(force).all() and np.isfinite(torque).all()):
            raise ValueError(f"the {self._side} wrench is not finite")
        sensor = self._sensor(message.header.frame_id)
        force = sensor.rotation @ force
        return np.concatenate([force, sensor.rotation @ torque + np.cross(sensor.position, force)])

    def _sensor(self, frame: str) -> Pose:
        """Where the sensor's frame is in the tcp's."""
        if frame not in self._in_tcp:
            frames = (frame, names.TCP_FRAME[self._side])
            if not self._robot.model.existFrame(frame):
                raise ValueError(f"the {self._side} wrench is given in the frame '{frame}', which the robot description hasn't")
            here, there = (self._placed(positions, frames) for positions in (home_positions(), home_positions() + 0.1))
            if not np.allclose(here.matrix, there.matrix, atol=1e-6):
                raise ValueError(f"the {self._side} wrench is given in the frame '{frame}', which isn't fixed to that hand")
            self._in_tcp[frame] = here
        return self._in_tcp[frame]

    def _placed(self, positions: Array, frames: tuple[str, str]) -> Pose:
        sensor, tcp = (self._robot.frame_pose(positions, frame) for frame in frames)
        return tcp.inverse @ sensor
