"""Where parts are by their height above the face, in the patch of an upright module: places in the module's frame.

What is said of a part comes with how much of it was seen; what a hand hides is not told.
"""

from dataclasses import dataclass
from functools import cache
from math import atan2
from typing import Any

import cv2
import numpy as np

from tandem.cell import description
from tandem.cell.busybox.state import Row
from tandem.perception import colour as colours
from tandem.perception.busybox.patches import BORDER, SCALE, Patch, grid

LEAST_SHARE = 0.6
"""A part of which less is seen, as a share of what would be, isn't measured."""

STEEPNESS, HALF_IN = 12.0, 0.6
"""Of the odds that a plug is in by the share of its jack that it fills: at which share it may be either."""

ASIDE = 2500.0
"""By how much a plug's being aside counts against its being in [1/m]."""


TOO_HIGH, HIGHER = 0.005, 1500.0
"""What reaches this much higher than a plug that is in [m] may stand on its jack's rim; by how much what is higher yet counts
against its being in [1/m]."""


@dataclass(frozen=True)
class Spot:
    """Of a part: x and y [m], and how much of the part's upper side was seen there, as a share."""

    x: float
    y: float
    share: float


def face_level(patch: Patch) -> float:
    """What the heights of the module's own face are off zero [m]."""
    inner = slice(BORDER, -BORDER)
    low = patch.relief[inner, inner][patch.seen[inner, inner]]
    low = low[np.abs(low) < 0.004]
    return float(np.median(low)) if len(low) > 100 else 0.0


def slider_cap(patch: Patch, row: Row, level: float) -> Spot | None:
    """Middle of a slider's cap, None where it isn't seen well."""
    own = _settings()["sliders"]
    length, width, height = (float(value) for value in own["cap"])
    x, y = grid()
    strip = (np.abs(y - float(own["rows"][row])) < 0.75 * width) & (np.abs(x) < own["positions"][-1] + 0.75 * length)
    relief = patch.relief - np.float32(level)
    cap = strip & patch.seen & (relief > 0.6 * height) & (relief < 1.4 * height)
    share = float(cap.sum()) * SCALE**2 / (length * width)
    if share < LEAST_SHARE:
        return None
    middle = float(x[cap].mean())
    if float(x[cap].std()) > 0.45 * length:
        return None  # something else of about its height is there as well
    return Spot(middle, float(own["rows"][row]), min(share, 1.0))


def knob_pointer(patch: Patch, level: float) -> tuple[float, float] | None:
    """Angle of the pointer, counterclockwise from the module's y axis [rad], and the share of it that is seen, or None."""
    own = _settings()["knob"]
    inner, outer = float(own["body"]["diameter"]) / 2 + 0.002, float(own["pointer"]["reach"]) + 0.002
    height, width = float(own["body"]["height"]), float(own["pointer"]["width"])
    x, y = grid()
    away = np.hypot(x, y)
    relief = patch.relief - np.float32(level)
    high = (away > inner) & (away < outer) & patch.seen & (relief > 0.6 * height) & (relief < 1.3 * height)
    share = float(high.sum()) * SCALE**2 / (width * (outer - inner))
    if share < LEAST_SHARE:
        return None
    towards = np.array([(x[high] / away[high]).mean(), (y[high] / away[high]).mean()])
    if float(np.linalg.norm(towards)) < 0.9:
        return None
    return atan2(-float(towards[0]), float(towards[1])), min(share, 1.0)


def lever_tip(patch: Patch, row: Row, level: float) -> Spot | None:
    """Upper end of a switch's lever, None where it isn't seen well."""
    own = _settings()["switches"]
    length, diameter = float(own["lever"]["length"]), float(own["lever"]["diameter"])
    x, y = grid()
    off = y - float(own["rows"][row])
    relief = patch.relief - np.float32(level)
    near = (np.abs(off) < diameter) & (np.abs(x) < 0.8 * length) & patch.seen
    high = near & (relief > 0.45 * length) & (relief < 1.4 * length)
    share = float(high.sum()) * SCALE**2 / (diameter * 0.3 * length)
    if share < LEAST_SHARE or float(x[high].std()) > 0.3 * length:
        return None
    tip = high & (relief > 0.75 * float(np.quantile(relief[high], 0.9)))
    return Spot(float(x[tip].mean()), float(own["rows"][row]) + float(off[tip].mean()), min(share, 1.0))


def plug_odds(patch: Patch, at: tuple[float, float, float], level: float) -> float | None:
    """Log odds that a plug is in a jack, None where the jack isn't seen: a plug that is in fills it, and stands upright on it.

    A loose one that leans over its jack reaches beyond it to one side.
    """
    own = _settings()["wires"]
    radius, top, low = float(own["plug"]["diameter"]) / 2, float(own["plug"]["height"]), float(own["jack"]["height"])
    x, y = grid()
    away = np.hypot(x - at[0], y - at[1])
    over = (away < radius) & patch.seen
    if float(over.sum()) < 0.5 * float((away < radius).sum()):
        return None
    relief = patch.relief - np.float32(level)
    high = patch.seen & (relief > (top + low) / 2)
    odds = STEEPNESS * (float(high[over].mean()) - HALF_IN)
    thick = cv2.morphologyEx((high & (relief < 1.4 * top)).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    body = (thick > 0) & (away < 2.5 * radius)
    if float(body.sum()) * SCALE**2 > 0.3 * np.pi * radius**2:
        aside = float(np.hypot(float(x[body].mean()) - at[0], float(y[body].mean()) - at[1]))
        odds -= ASIDE * max(0.0, aside - 0.8 * radius)
    return odds


def rim_odds(patch: Patch, at: tuple[float, float, float], level: float) -> float:
    """Log odds, none or less, that a plug is in a jack and doesn't just stand on its rim: that is half as high again."""
    own = _settings()["wires"]
    x, y = grid()
    over = (np.hypot(x - at[0], y - at[1]) < float(own["plug"]["diameter"]) / 2) & patch.seen
    if not over.any():
        return 0.0
    height = float(np.median(patch.relief[over])) - level
    return -HIGHER * max(0.0, height - float(own["plug"]["height"]) - TOO_HIGH)


def button_down(patch: Patch, at: tuple[float, float], level: float) -> float | None:
    """How far a button is pressed [m], None where too little of it is seen."""
    own = _settings()["buttons"]
    x, y = grid()
    near = np.hypot(x - at[0], y - at[1]) < float(own["cap"]) / 3
    relief = patch.relief - np.float32(level)
    seen = near & patch.seen & (np.abs(relief - float(own["height"])) < 0.006)
    if float(seen.sum()) < LEAST_SHARE * float(near.sum()):
        return None
    return float(own["height"]) - float(np.median(relief[seen]))


def colour_at(patch: Patch, middle: tuple[float, float], reach: float, vivid: bool = False) -> str:
    """Colour word of what is seen in a disc, or empty. ``vivid``: of its most colourful pixels, as of a line on it."""
    x, y = grid()
    rgb = patch.rgb[(np.hypot(x - middle[0], y - middle[1]) < reach) & patch.seen]
    if len(rgb) < 4:
        return ""
    if vivid:
        chroma = rgb.max(axis=1).astype(int) - rgb.min(axis=1)
        rgb = rgb[chroma >= np.quantile(chroma, 0.85)]
    return colours.name_of(rgb, patch.brightness)


def hidden(patch: Patch, middle: tuple[float, float], reach: float) -> float:
    """Share of a disc around a place of the module that isn't seen."""
    x, y = grid()
    near = np.hypot(x - middle[0], y - middle[1]) < reach
    return 1.0 - float(patch.seen[near].mean())


@cache
def _settings() -> dict[str, Any]:
    return description.settings("busybox.yaml")
