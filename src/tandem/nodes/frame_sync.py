"""Colour, depth and calibration of one camera, paired by their stamps."""

from sensor_msgs.msg import CameraInfo, Image


class FrameParts:
    """Keeps the newest parts and hands out each complete frame once."""

    def __init__(self) -> None:
        self._colour: Image | None = None
        self._depth: Image | None = None
        self._info: CameraInfo | None = None

    def set_colour(self, message: Image) -> None:
        """Take a colour image."""
        self._colour = message

    def set_depth(self, message: Image) -> None:
        """Take a depth image."""
        self._depth = message

    def set_info(self, message: CameraInfo) -> None:
        """Take the calibration."""
        self._info = message

    def take(self) -> tuple[Image, Image, CameraInfo] | None:
        """The newest frame if colour and depth are of the same time and it was not taken before."""
        if self._colour is None or self._depth is None or self._info is None:
            return None
        if self._colour.header.stamp != self._depth.header.stamp:
            return None
        frame = (self._colour, self._depth, self._info)
        self._colour = self._depth = None
        return frame
