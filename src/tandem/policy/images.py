"""Camera images as learned policies see them: square and small. One way for datasets and for the running cell."""

import cv2
import numpy as np
from numpy.typing import NDArray

from tandem.cell.observation import CameraFrame

Image = NDArray[np.uint8]
"""RGB, shape (height, width, 3)."""


def policy_image(frame: CameraFrame, size: int) -> Image:
    """The largest square around the middle of a camera's image, scaled to ``size`` x ``size`` px."""
    return square_image(frame.rgb, size)


def square_image(rgb: Image, size: int) -> Image:
    """Likewise of an RGB image; one that is square already is only scaled."""
    height, width = rgb.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = rgb[top : top + side, left : left + side]
    # Averaging over areas does not alias; it can't enlarge.
    way = cv2.INTER_AREA if size <= side else cv2.INTER_LINEAR
    return np.ascontiguousarray(cv2.resize(square, (size, size), interpolation=way), dtype=np.uint8)
