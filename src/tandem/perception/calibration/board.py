"""A ChArUco board: chessboard corners that are known by their number, even where half of the board is out of the image."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from tandem.cell import description

Array = NDArray[np.float64]
Image = NDArray[np.uint8]

FEWEST = 6
"""Corners without which a view isn't used."""


@dataclass(frozen=True)
class Corners:
    """What was seen of a board.

    Attributes:
        points: on the board, in its frame (x to the right, y down, z into it), shape (n, 3) [m].
        pixels: in the image, shape (n, 2) [px].
    """

    points: Array
    pixels: Array


@dataclass(frozen=True)
class Board:
    """Numbers of squares, edges of squares and of markers [m], and OpenCV's name of the markers' dictionary."""

    columns: int
    rows: int
    square: float
    marker: float
    dictionary: str

    @classmethod
    def configured(cls) -> "Board":
        """The board of config/calibration_board.yaml."""
        return cls(**description.settings("calibration_board.yaml"))

    def drawn(self, pixels_per_metre: float) -> Image:
        """The board to print, with a white border of half a square, shape (h, w)."""
        size = [round(count * self.square * pixels_per_metre) for count in (self.columns, self.rows)]
        border = round(self.square * pixels_per_metre / 2)
        image = self._board.generateImage((size[0], size[1]), marginSize=0)
        return np.pad(np.asarray(image, dtype=np.uint8), border, constant_values=255)

    def seen(self, image: Image) -> Corners | None:
        """The corners in an image, shape (h, w, 3) or (h, w); None where there are too few for a pose."""
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) if image.ndim == 3 else image
        pixels, numbers, _, _ = self._detector.detectBoard(grey)
        if numbers is None or len(numbers) < FEWEST:
            return None
        points = np.asarray(self._board.getChessboardCorners(), dtype=float)[numbers.ravel()]
        spread = np.linalg.matrix_rank(points[:, :2] - points[0, :2], tol=self.square / 2)
        return Corners(points, np.asarray(pixels, dtype=float).reshape(-1, 2)) if spread == 2 else None

    @cached_property
    def _board(self) -> cv2.aruco.CharucoBoard:
        markers = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, self.dictionary))
        return cv2.aruco.CharucoBoard((self.columns, self.rows), self.square, self.marker, markers)

    @cached_property
    def _detector(self) -> cv2.aruco.CharucoDetector:
        return cv2.aruco.CharucoDetector(self._board)
