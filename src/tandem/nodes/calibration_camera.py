"""Single images of a camera with the joints of their time, for `tandem calibrate`."""

from __future__ import annotations

import time

import numpy as np
from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, Image

from tandem.nodes import conversions, qos
from tandem.nodes.joint_buffer import JointBuffer
from tandem.perception.calibration.board import Board
from tandem.perception.calibration.hand_eye import CalibrationError, Lens
from tandem.perception.calibration.shots import Shot

_FRESH_S = 3.0
"""An image that comes later than this after it was asked for does not come [s]."""


class CalibrationCamera:
    """Listens to one camera on a node that is spun elsewhere."""

    def __init__(self, node: Node, joints: JointBuffer, camera: str) -> None:
        self._joints, self._camera, self._board = joints, camera, Board.configured()
        self._image: Image | None = None
        self._info: CameraInfo | None = None
        node.create_subscription(Image, f"{camera}/color/image_raw", self._see, qos.SENSOR)
        node.create_subscription(CameraInfo, f"{camera}/camera_info", self._know, qos.SENSOR)

    def lens(self) -> Lens:
        """The camera's intrinsics.

        Raises:
            CalibrationError: it has told none.
        """
        if self._info is None:
            raise CalibrationError(f"nothing is published on {self._camera}/camera_info")
        return Lens(np.array(self._info.k, dtype=float).reshape(3, 3), np.array(self._info.d, dtype=float))

    def shot(self) -> Shot | str:
        """The next image that shows the board while the arms rest, or in words why there is none."""
        self._image = None
        deadline = time.monotonic() + _FRESH_S
        while self._image is None or self._info is None:
            if time.monotonic() > deadline:
                return f"no image of {self._camera} came; is that camera running?"
            time.sleep(0.02)
        image = self._image
        joints = self._joints.positions_at(conversions.to_seconds(image.header.stamp))
        if joints is None:
            return "no joint states came; is the cell up?"
        if not self._joints.at_rest():
            return "the arms move; let them rest first"
        pixels = np.asarray(conversions.from_image(image, "rgb8"), dtype=np.uint8)
        corners = self._board.seen(pixels)
        if corners is None:
            return "too little of the board is seen"
        return Shot(pixels, np.asarray(joints, dtype=float))

    def _see(self, message: Image) -> None:
        self._image = message

    def _know(self, message: CameraInfo) -> None:
        self._info = message
