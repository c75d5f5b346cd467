"""Noise of cameras, cut from a sheet of normal numbers that is made once: drawing anew takes longer than rendering."""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from tandem.sim.randomisation import Randomisation

_SHEET = 1 << 21


class CameraNoise:
    """Noise of one episode, in the order of its images."""

    def __init__(self, drawn: Randomisation) -> None:
        self._drawn = drawn
        self._rng = np.random.default_rng(drawn.seed)

    def colours(self, camera: str, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The image with the camera's gains and noise; the image itself where there are none."""
        drawn = self._drawn
        error = drawn.cameras.get(camera)
        if error is not None and error.gain != (1.0, 1.0, 1.0):
            steps = np.arange(256)[:, None] * np.array(error.gain)
            table = np.clip(steps.round(), 0, 255).astype(np.uint8)
            rgb = np.asarray(cv2.LUT(rgb, table.reshape(1, 256, 3)), np.uint8)
        if drawn.colour_noise > 0.0:
            noise = self._cut(rgb.size).reshape(rgb.shape) * np.float32(drawn.colour_noise)
            rgb = np.asarray(cv2.add(rgb, noise, dtype=cv2.CV_8U), np.uint8)
        return rgb

    def depths(self, depth: NDArray[np.float32]) -> NDArray[np.float32]:
        """The depths with noise [m]; 0, unknown, stays so."""
        if self._drawn.depth_noise <= 0.0:
            return depth
        noise = self._cut(depth.size).reshape(depth.shape) * np.float32(self._drawn.depth_noise)
        return np.where(depth > 0, depth + noise, depth)

    def _cut(self, count: int) -> NDArray[np.float32]:
        start = int(self._rng.integers(_SHEET - count))
        return _sheet()[start : start + count]


@cache
def _sheet() -> NDArray[np.float32]:
    return np.random.default_rng(0).standard_normal(_SHEET, dtype=np.float32)
