"""What a policy sees and feels: newest images of its cameras, and touch of the last half second."""

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from geometry_msgs.msg import WrenchStamped
from numpy.typing import NDArray
from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, Image
from tandem_cell.msg import TactileImage

from tandem.cell import names
from tandem.cell.names import Side
from tandem.cell.observation import CameraFrame, TouchSample
from tandem.nodes import conversions, qos
from tandem.nodes.camera_mounts import CameraMounts
from tandem.nodes.joint_buffer import JointBuffer
from tandem.nodes.wrenches import WrenchFrames

Array = NDArray[np.float64]

TOUCH_S = 0.5
"""So much of what was felt is kept [s]."""

_SPACING_S = 0.019
"""Between samples of touch [s]: they come at 50 Hz, one message a side and sense."""


class TouchHistory:
    """Newest wrenches and tactile images by side, and samples of both over the last half second.

    Args:
        refuse: told in words what of a message can't be used.
    """

    def __init__(self, refuse: Callable[[str], None]) -> None:
        self._refuse = refuse
        self._frames = {side: WrenchFrames(side) for side in names.SIDES}
        self.wrenches: dict[str, Array] = {}
        self.tactile: dict[str, Array] = {}
        self._samples: deque[TouchSample] = deque()

    def wrench(self, side: Side, message: WrenchStamped) -> None:
        """Take a wrench."""
        try:
            self.wrenches[side] = self._frames[side].at_tcp(message)
        except ValueError as error:
            self._refuse(str(error))
            return
        self._sample(conversions.to_seconds(message.header.stamp))

    def touch(self, side: Side, message: TactileImage) -> None:
        """Take what a gripper's pads feel."""
        self.tactile[side] = conversions.from_tactile(message)
        self._sample(conversions.to_seconds(message.header.stamp))

    def until(self, stamp: float) -> tuple[TouchSample, ...]:
        """Samples of the half second before a time [s], oldest first."""
        return tuple(sample for sample in self._samples if stamp - TOUCH_S <= sample.stamp <= stamp + _SPACING_S)

    def _sample(self, stamp: float) -> None:
        if any(side not in felt for felt in (self.wrenches, self.tactile) for side in names.SIDES):
            return
        if self._samples and stamp < self._samples[-1].stamp:
            self._samples.clear()  # simulated time was set back
        if not self._samples or stamp >= self._samples[-1].stamp + _SPACING_S:
            self._samples.append(TouchSample(stamp, dict(self.wrenches), dict(self.tactile)))
        while self._samples[0].stamp < stamp - 2 * TOUCH_S:
            self._samples.popleft()


class Eyes:
    """The newest colour image of each camera that a policy wants, decoded when it is asked for."""

    def __init__(self, node: Node, cameras: Sequence[str], joints: JointBuffer) -> None:
        self.cameras = tuple(cameras)
        self._joints = joints
        self._mounts = CameraMounts(node if cameras else None)
        self._images: dict[str, Image] = {}
        self._infos: dict[str, CameraInfo] = {}
        for camera in self.cameras:
            node.create_subscription(Image, f"{camera}/color/image_raw", partial(self._see, camera), qos.SENSOR)
            node.create_subscription(CameraInfo, f"{camera}/camera_info", partial(self._know, camera), qos.SENSOR)

    @property
    def missing(self) -> tuple[str, ...]:
        """Cameras that have shown nothing yet."""
        return tuple(camera for camera in self.cameras if camera not in self._images or camera not in self._infos)

    def frames(self, now: float, oldest_s: float) -> dict[str, CameraFrame] | str:
        """Frames by camera, without depth; or in words which camera has nothing as young as that.

        Raises:
            ValueError: an image is in an encoding that isn't understood.
        """
        if self.missing:
            return f"no image of {', '.join(self.missing)} yet; is that camera running?"
        frames = {camera: self._frame(camera) for camera in self.cameras}
        for camera, frame in frames.items():
            if now - frame.stamp > oldest_s:
                return f"the newest image of {camera} is {now - frame.stamp:.1f} s old"
        return frames

    def _see(self, camera: str, message: Image) -> None:
        self._images[camera] = message

    def _know(self, camera: str, message: CameraInfo) -> None:
        self._infos[camera] = message

    def _frame(self, camera: str) -> CameraFrame:
        message = self._images[camera]
        stamp = conversions.to_seconds(message.header.stamp)
        positions = self._joints.positions_at(stamp)
        assert positions is not None
        return CameraFrame(
            camera=camera,
            stamp=stamp,
            rgb=np.asarray(conversions.from_image(message, "rgb8"), dtype=np.uint8),
            depth=np.zeros((0, 0), np.float32),
            intrinsics=np.array(self._infos[camera].k, dtype=float).reshape(3, 3),
            pose=self._mounts.pose(camera, positions),
        )
