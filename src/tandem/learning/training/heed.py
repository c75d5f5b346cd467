"""How much the errors of a hand count: the nearer it is to what the step is about, the more."""

import numpy as np
from numpy.typing import NDArray

from tandem.policy import grounding
from tandem.policy.vla import features

Array = NDArray[np.float64]

_FAR_M = 0.3
_SCALE_M, _TOUCHING_M = 0.12, 0.03
_LEAST, _MOST = 0.5, 4.0


def heed(seen: Array, anchors: Array) -> Array:
    """Weights of the hands, shape (B, 2): the inverse of the distance to the object or its destination, if not held, or to where
    a hand holds the BusyBox.

    Args:
        seen: the grounding, shape (B, OBJECTS, WIDTH).
        anchors: of `features.anchors`, shape (B, 2, ANCHORS, 3).
    """
    about = features.told_by(seen)
    start = grounding.COLUMNS.index("size_x")
    half = about[..., start : start + 3].max(axis=-1) / 2
    gaps = np.linalg.norm(anchors[:, :, : features.TOLD_BY], axis=-1) - half[:, None]
    counts = (about[..., 0] > 0.5)[:, None] & (features.held(about).swapaxes(1, 2) < 0.5)
    nearest = np.where(counts, np.clip(gaps, 0.0, _FAR_M), _FAR_M).min(axis=2)
    spots = np.linalg.norm(anchors[:, :, 2 * features.TOLD_BY - 1], axis=-1)
    braced = grounding.in_place(seen) & (seen[:, grounding.TARGET, 0] > 0.5)
    nearest = np.where(braced[:, None], np.minimum(nearest, spots), nearest)
    return np.clip(_SCALE_M / (nearest + _TOUCHING_M), _LEAST, _MOST)
