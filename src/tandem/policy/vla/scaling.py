"""The scale of action rows: what is soon is small, what is late is large."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tandem.policy.vla import actions

Array = NDArray[np.float64]

_KINDS = {"position": (0, 1, 2), "rotation": (3, 4, 5), "fingers": (6,)}
_FLOORS = {"position": 0.0005, "rotation": 0.002, "fingers": 0.2}


@dataclass(frozen=True)
class RowScale:
    """What one unit of the network's rows is, by row and kind, each of shape (H,): [m], [rad], and the fingers' own unit."""

    position: tuple[float, ...]
    rotation: tuple[float, ...]
    fingers: tuple[float, ...]

    @classmethod
    def of(cls, rows: Array, count: NDArray[np.bool_]) -> "RowScale":
        """From rows of many chunks, shape (N, H, WIDTH), and which of them are right, shape (N, H)."""
        by_hand = rows.reshape(*rows.shape[:2], 2, actions.HAND_WIDTH)
        scales = {}
        for kind, columns in _KINDS.items():
            values = by_hand[..., list(columns)]
            squares = (values**2).mean(axis=(2, 3)) * count
            mean = squares.sum(axis=0) / np.maximum(count.sum(axis=0), 1)
            scales[kind] = tuple(float(value) for value in np.maximum(np.sqrt(mean), _FLOORS[kind]))
        return cls(**scales)

    @property
    def rows(self) -> Array:
        """Factors from the network's rows to actions, shape (H, WIDTH)."""
        columns = [self.position] * 3 + [self.rotation] * 3 + [self.fingers]
        return np.tile(np.array(columns).T, (1, 2))

    def __post_init__(self) -> None:
        for kind in _KINDS:
            values = np.array(getattr(self, kind))
            if values.ndim != 1 or not len(values) or not np.isfinite(values).all() or (values <= 0).any():
                raise ValueError(f"the scale of {kind} must be positive finite numbers, one a row")
            object.__setattr__(self, kind, tuple(float(value) for value in values))
        if len({len(getattr(self, kind)) for kind in _KINDS}) != 1:
            raise ValueError("the scales of position, rotation and fingers have different numbers of rows")
