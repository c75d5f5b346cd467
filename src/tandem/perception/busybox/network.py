"""The network that reads a cell: a small convolutional one, run by OpenCV on one core."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tandem.cell import paths
from tandem.perception.busybox.answers import COUNT, picture
from tandem.perception.busybox.patches import Patch

WEIGHTS = Path("models", "busybox-cells", "model.onnx")
"""Under the folder of `paths.share`. Made by ``python -m tandem.learning.busybox``."""


class CellNetwork:
    """Reads patches. For one thread; the weights are loaded when they are first asked for.

    Args:
        weights: an ONNX file; the one that comes with Tandem by default.
    """

    def __init__(self, weights: Path | None = None) -> None:
        self._weights = weights or paths.share() / WEIGHTS

    def read(self, patches: Sequence[Patch]) -> NDArray[np.float32]:
        """The network's numbers, as `answers` words them, shape (N, COUNT).

        Raises:
            FileNotFoundError: there are no weights.
            ValueError: they are of another network.
        """
        if not patches:
            return np.zeros((0, COUNT), np.float32)
        self._net.setInput(picture(patches))
        told = np.asarray(self._net.forward(), np.float32)
        if told.shape != (len(patches), COUNT):
            raise ValueError(f"{self._weights} tells {told.shape} of {len(patches)} patches; expected {COUNT} numbers each")
        return told

    @cached_property
    def _net(self) -> Any:
        if not self._weights.is_file():
            raise FileNotFoundError(f"{self._weights} is missing: the network that reads the BusyBox's cells")
        return cv2.dnn.readNetFromONNX(str(self._weights))
