"""Whether a cell looks otherwise than when it was read last: then it is worth the time to read it again."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tandem.perception.view import Float, Mask, View, Window

BLOCK = 6
"""Pixels along the side of what must look otherwise."""

LIFT = 0.025
"""A block that is higher or lower by this on average has changed as much as from black to white [m]."""

MOST = 0.010
"""What a pixel's height changes by beyond this doesn't count: at edges noise alone makes it jump [m]."""

SLACK = 2
"""Pixels by which a window may differ from that of before and still be compared."""


@dataclass(frozen=True, eq=False)
class Glimpse:
    """The part of an image in which a cell appears.

    Attributes:
        window: where in the image.
        rgb: its colours.
        heights: above the table [m].
        hidden: the robot, and what has no depth.
    """

    window: Window
    rgb: NDArray[np.uint8]
    heights: Float
    hidden: Mask


def glimpse(view: View, robot: Mask, window: Window) -> Glimpse:
    """What an image shows in a window."""
    hidden = robot[window] | ~view.valid[window]
    return Glimpse(window, view.frame.rgb[window].copy(), view.heights[window].copy(), hidden)


def change(before: Glimpse, view: View, robot: Mask, window: Window) -> float:
    """The largest mean change in a small block, as a share of full brightness.

    What became visible or hidden counts as much as a change from black to white. 1 where the cell is elsewhere.
    """
    ends = zip(before.window, window, strict=True)
    if any(abs(old.start - new.start) > SLACK or abs(old.stop - new.stop) > SLACK for old, new in ends):
        return 1.0
    at = before.window
    hidden = robot[at] | ~view.valid[at]
    both, once = hidden & before.hidden, hidden ^ before.hidden
    gap = np.abs(before.rgb.astype(np.int16) - view.frame.rgb[at]).mean(axis=2, dtype=np.float32) / np.float32(255.0)
    gap[both], gap[once] = 0.0, 1.0
    lift = np.clip(view.heights[at] - before.heights, -MOST, MOST)
    lift[hidden | before.hidden] = 0.0
    return max(float(_blocks(gap).max(initial=0.0)), float(np.abs(_blocks(lift)).max(initial=0.0)) / LIFT)


def _blocks(values: Float) -> Float:
    """Means of small blocks."""
    rows, columns = (extent // BLOCK for extent in values.shape)
    blocks = values[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK)
    return np.asarray(blocks.mean(axis=(1, 3)))
