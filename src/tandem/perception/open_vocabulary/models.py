"""What a detector and a segmenter are, whatever is behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]
Masks = NDArray[np.bool_]

SAME_BOX = 0.5
"""Of boxes that share more than this (intersection over union) only the best one is kept, whatever it is called."""


class ModelError(RuntimeError):
    """A model can't be loaded or doesn't work; the message says why and what to do."""


@dataclass(frozen=True)
class Box:
    """Something found in an image: what it is, how sure that is (0 to 1), and its borders within the image [px]."""

    phrase: str
    score: float
    left: float
    top: float
    right: float
    bottom: float

    def overlap(self, other: "Box") -> float:
        """Intersection over union."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        shared = max(wide, 0.0) * max(high, 0.0)
        return shared / (self._area + other._area - shared)

    @property
    def _area(self) -> float:
        return (self.right - self.left) * (self.bottom - self.top)


class Detector(Protocol):
    """Finds things by their names."""

    def detect(self, rgb: Rgb, phrases: Sequence[str]) -> list[Box]:
        """What there is of the phrases, the surest first.

        Args:
            rgb: shape (height, width, 3).
            phrases: as `phrases.checked` gives them.

        Raises:
            ModelError: it doesn't work.
        """
        ...


class Segmenter(Protocol):
    """Tells which pixels of a box are the thing in it."""

    def segment(self, rgb: Rgb, boxes: Sequence[Box]) -> Masks:
        """A mask for each box, shape (N, height, width), of an image of shape (height, width, 3)."""
        ...


def without_repetitions(boxes: Sequence[Box]) -> list[Box]:
    """The best of those that lie on one another, the surest first."""
    kept: list[Box] = []
    for box in sorted(boxes, key=lambda item: -item.score):
        if all(box.overlap(better) <= SAME_BOX for better in kept):
            kept.append(box)
    return kept
