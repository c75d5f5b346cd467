"""Loops of cable from jack to jack: how far each leans, and where its highest point is.

A loop stands on its two plugs as half an ellipse, leaning to one side. Leans are tried one after another: the right one shows the
wire's colour, or something as high as the loop is, in the directions in which it would appear.
"""

from functools import cache
from math import cos, sin
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tandem.cell import description
from tandem.cell.busybox.state import WIRE_COLOURS
from tandem.cell.pose import Pose
from tandem.perception import colour as colours
from tandem.perception.view import Float, Mask, View

Array = NDArray[np.float64]
Point = tuple[float, float, float]

LEANS: Final = np.radians(np.arange(-100.0, 101.0, 8.0))
"""That are tried, positive to the module's right [rad]."""

FINER: Final = np.radians(np.arange(-6.0, 6.1, 2.0))
"""Around the best of those."""

STEPS: Final = np.radians(np.arange(30.0, 151.0, 12.0))
"""Places along a loop, from the top plug (0) to the bottom plug (180 degrees)."""

SIZES: Final = (0.7, 0.8, 0.9, 1.0, 1.1)
"""Of the usual height of a loop above its plugs."""

CLOSE, CLOSER = 0.006, 0.003
"""What is this near to a loop's height, seen where it would be, is the loop [m]: at first, and when it is looked at closely."""

LEAST: Final = 0.5
"""Share of a loop that must be seen for it to count."""

_AROUND: Final = np.array([(dv, du) for dv in (-1, 0, 1) for du in (-1, 0, 1)])
_WEIGHTS: Final = np.array([1.0, 0.9, 0.7])[np.abs(_AROUND).sum(axis=1)]

_LOOKS: Final[dict[str, tuple[str, ...]]] = {
    "black": ("black", "grey"),
    "blue": ("blue",),
    "red": ("red", "pink", "brown"),
    "white": ("white", "grey"),
}
"""Colour words for a thin cable of each colour, in and out of the light."""


def find_loops(view: View, robot: Mask, module: Pose, colours_in: tuple[str, ...] = WIRE_COLOURS) -> dict[str, Point]:
    """By colour, the highest point of each loop that is seen, in the module's frame [m].

    Args:
        view: the image.
        robot: pixels of the robot, shape (height, width).
        module: frame of the module with the wires in the world.
        colours_in: the wires of which both plugs are in.
    """
    found = {}
    seen = _Seen(view, robot)
    for wire in colours_in:
        rough = _scores(seen, module, wire, LEANS, (1.0,), CLOSE)[0]
        if rough.max() < LEAST:
            continue
        about = LEANS[int(rough.argmax())]
        scores = _scores(seen, module, wire, about + FINER, SIZES, CLOSER)
        size = int(scores.max(axis=1).argmax())
        step = int(scores[size].argmax()) + _between(scores[size])
        grown = size + _between(scores.max(axis=1))
        lean = float(about + np.interp(step, np.arange(len(FINER)), FINER))
        found[wire] = _highest(wire, lean, float(np.interp(grown, np.arange(len(SIZES)), SIZES)))
    return found


def _scores(seen: "_Seen", module: Pose, wire: str, leans: Array, sizes: tuple[float, ...], close: float) -> Array:
    """How well the image shows the loop in each size and at each lean, 0 to 1, shape (sizes, leans)."""
    curves = np.stack([_curves(wire, leans, size) for size in sizes])
    return seen.agreement(curves.reshape(-1, 3), module, wire, close).reshape(curves.shape[:3]).mean(axis=2)


class _Seen:
    """What an image shows, with cables as high as they are."""

    def __init__(self, view: View, robot: Mask) -> None:
        self._view, self._robot = view, robot
        lift = float(np.median((view.heights - view.points[2])[::8, ::8][view.valid[::8, ::8]]))
        self._raw: Float = view.points[2] + np.float32(lift)

    def agreement(self, points: Array, module: Pose, wire: str, close: float) -> Array:
        """How well the image shows a cable of that colour at each point of the module's frame, 0 to 1, shape (N,).

        ``close``: as near to a point's height as this something must be [m].
        """
        world = points @ module.rotation.T + np.asarray(module.position)
        u, v, _ = self._view.project(world)
        height, width = self._view.valid.shape
        rows, columns = np.clip(np.rint(v), 1, height - 2).astype(int), np.clip(np.rint(u), 1, width - 2).astype(int)
        at = (rows + _AROUND[:, :1], columns + _AROUND[:, 1:])  # the pixel itself and its neighbours
        usable = self._view.valid[at] & ~self._robot[at]
        high = np.clip(1.5 - np.abs(self._raw[at] - world[:, 2]) / close, 0.0, 1.0)
        named = colours.classify(self._view.frame.rgb[at].reshape(-1, 3), self._view.brightness).reshape(high.shape)
        own = np.isin(named, [colours.NAMES.index(name) for name in _LOOKS[wire]])
        shown = _WEIGHTS[:, None] * usable * (0.6 * high + 0.4 * own * (high > 0.0))
        return np.asarray(shown.max(axis=0))


def _curves(wire: str, leans: Array, size: float) -> Array:
    """Points of a wire's loop in the module's frame at each lean, shape (leans, steps, 3); of a share of its usual height."""
    wires = _settings()
    half, low, high = float(wires["rows"]["top"]), float(wires["plug"]["height"]), float(wires["loop"])
    out = size * (high - low) * np.sin(STEPS)[None, :]
    x = float(wires["columns"][wire]) + out * np.sin(leans)[:, None]
    z = low + out * np.cos(leans)[:, None]
    return np.stack([x, np.broadcast_to(half * np.cos(STEPS), x.shape), z], axis=-1)


def _highest(wire: str, lean: float, size: float) -> Point:
    wires = _settings()
    reach = size * (float(wires["loop"]) - float(wires["plug"]["height"]))
    return float(wires["columns"][wire]) + reach * sin(lean), 0.0, float(wires["plug"]["height"]) + reach * cos(lean)


def _between(scores: Array) -> float:
    """Where between its neighbours the peak is, in steps: of a parabola through the three."""
    best = int(scores.argmax())
    if best in (0, len(scores) - 1):
        return 0.0
    before, at, after = scores[best - 1 : best + 2]
    bend = before - 2 * at + after
    return float(np.clip(0.5 * (before - after) / bend, -0.5, 0.5)) if bend < -1e-9 else 0.0


@cache
def _settings() -> dict[str, Any]:
    settings: dict[str, Any] = description.settings("busybox.yaml")["wires"]
    return settings
