"""Names of colours, steady under other light: hue and saturation are ratios, brightness is taken relative to the table."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

NAMES: Final = ("black", "grey", "white", "red", "orange", "brown", "yellow", "green", "cyan", "blue", "purple", "pink")
"""Colour words; ``classify`` answers with indices into them."""

_INDEX: Final = {name: index for index, name in enumerate(NAMES)}
_HUE_ENDS: Final = np.array([14.0, 40.0, 70.0, 168.0, 192.0, 255.0, 305.0, 340.0, 361.0])
_HUE_NAMES: Final = np.array(
    [_INDEX[name] for name in ("red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink", "red")], dtype=np.int8
)


def hue_saturation_value(rgb: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Hue [deg], saturation and value (0 to 1) of colours, shape (N, 3)."""
    values = rgb.astype(np.float32) / 255.0
    red, green, blue = values[:, 0], values[:, 1], values[:, 2]
    high = np.maximum(np.maximum(red, green), blue)
    spread = high - np.minimum(np.minimum(red, green), blue)
    safe = np.maximum(spread, 1e-6)
    hue = np.where(
        high == red, (green - blue) / safe % 6, np.where(high == green, (blue - red) / safe + 2, (red - green) / safe + 4)
    )
    return hue * 60.0, spread / np.maximum(high, 1e-6), high


def brightness(rgb: NDArray[np.uint8]) -> float:
    """Reference for bright and dark: the value of the pixels of the table, shape (N, 3); 0.85 where there are too few."""
    if len(rgb) <= 200:
        return 0.85
    return float(np.median(np.maximum(np.maximum(rgb[:, 0], rgb[:, 1]), rgb[:, 2]))) / 255.0


def classify(rgb: NDArray[np.uint8], reference: float = 0.85) -> NDArray[np.int8]:
    """Index into ``NAMES`` of each colour.

    Args:
        rgb: shape (N, 3).
        reference: brightness of the light table in the same image.
    """
    hue, saturation, value = hue_saturation_value(rgb)
    relative = value / max(reference, 0.05)
    named = _HUE_NAMES[np.searchsorted(_HUE_ENDS, hue, side="right")]
    named = np.where((named == _INDEX["orange"]) & (relative < 0.55), _INDEX["brown"], named)
    neutral = np.where(relative < 0.28, _INDEX["black"], np.where(relative < 0.80, _INDEX["grey"], _INDEX["white"]))
    colourless = (saturation < 0.24) | (relative < 0.12)
    return np.where(colourless, neutral, named).astype(np.int8)


def name_of(rgb: NDArray[np.uint8], reference: float = 0.85) -> str:
    """The colour word of a surface by the median of its pixels, shape (N, 3)."""
    return NAMES[int(classify(np.median(rgb, axis=0)[None].astype(np.uint8), reference)[0])]
