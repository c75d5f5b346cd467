"""What is printed on the modules, as pictures: numbers, words, slots, the outline of the puzzle that joins them."""

from functools import cache
from math import cos, sin, tau

import cv2
import numpy as np
from numpy.typing import NDArray

from tandem.cell.busybox.layout import Module
from tandem.sim.busybox.building import settings

Picture = NDArray[np.uint8]
"""Shape (height, width, 3), red green blue; its top is the print's top."""

Point = tuple[float, float]

_SIDE = 512
"""Pixels along a face."""

_FONT = cv2.FONT_HERSHEY_SIMPLEX


@cache
def face(module: Module, scheme: str) -> Picture:
    """The face of a module in a colour scheme."""
    told = settings()["schemes"][scheme]
    picture = np.empty((_SIDE, _SIDE, 3), np.uint8)
    picture[:] = _shade(told["plates"][module])
    picture = _grain(picture)
    ink = _shade(told["print"])
    match module:
        case "sliders":
            _sliders(picture, ink, scheme)
        case "knob":
            _knob(picture, ink, scheme)
        case "switches":
            _panel(picture, scheme, "switches", 0.032)
            for word, x in (("Off", -0.024), ("On", 0.024)):
                _write(picture, word, (x, 0.0), 0.010, ink)
        case "display":
            _display(picture, scheme)
    _puzzle(picture)
    return picture


@cache
def arrow(row: str) -> Picture:
    """The mark on a white slider's cap: it points at the numbers."""
    picture = np.empty((64, 64, 3), np.uint8)
    picture[:] = _shade("white")
    corners = np.array([(14, 18), (50, 18), (32, 48)])
    if row == "bottom":
        corners = np.array([63, 63]) - corners
    cv2.fillPoly(picture, [corners.astype(np.int32)], (28, 60, 170), cv2.LINE_AA)
    return picture


def _sliders(picture: Picture, ink: tuple[int, ...], scheme: str) -> None:
    own = settings()["sliders"]
    _panel(picture, scheme, "sliders", 0.036)
    for number, x in enumerate(own["positions"], 1):
        _write(picture, str(number), (x, 0.0), 0.010, ink)
    half, wide = own["slot"][0] / 2, own["slot"][1]
    for y in own["rows"].values():
        cv2.line(picture, _pixel((-half, y)), _pixel((half, y)), (12, 12, 14), _length(wide), cv2.LINE_AA)


def _knob(picture: Picture, ink: tuple[int, ...], scheme: str) -> None:
    own = settings()["knob"]
    radius = own["plate"] / 2
    if scheme == "first":
        cv2.circle(picture, _pixel((0, 0)), _length(radius), (70, 78, 110), 2, cv2.LINE_AA)
    else:
        cv2.circle(picture, _pixel((0, 0)), _length(radius), (172, 170, 168), -1, cv2.LINE_AA)
    cv2.circle(picture, _pixel((0, 0)), _length(own["body"]["diameter"] / 2 + 0.002), (14, 14, 16), -1, cv2.LINE_AA)
    away = (radius + own["body"]["diameter"] / 2) / 2 + 0.001
    for index in range(own["numbers"]):
        angle = index * tau / own["numbers"]  # clockwise from the top
        _write(picture, str(index + 1), (away * sin(angle), away * cos(angle)), 0.0095, ink, -angle)


def _display(picture: Picture, scheme: str) -> None:
    x, y = (value / 2 for value in settings()["display"]["window"])
    cv2.rectangle(picture, _pixel((-x, y)), _pixel((x, -y)), (214, 212, 196), -1)
    if scheme == "first":
        _write(picture, "BusyBox", (0.0, 0.0035), 0.0075, (50, 50, 50), thin=True)
        _write(picture, "v1.0", (0.0, -0.007), 0.005, (50, 50, 50), thin=True)
    else:
        for offset in (-0.012, 0.0, 0.012):
            cv2.circle(picture, _pixel((offset, -0.026)), _length(0.0025), (10, 10, 12), -1, cv2.LINE_AA)


def _panel(picture: Picture, scheme: str, module: Module, half: float) -> None:
    """A plate with round corners under what is written in the middle."""
    plate = np.array(_shade(settings()["schemes"][scheme]["plates"][module]), dtype=float)
    fill = plate * 0.55 + 30 if scheme == "first" else np.array([26.0, 26.0, 27.0])
    edge = tuple(int(value) for value in np.clip(plate * 0.5 + 60, 0, 255))
    high = 0.0085
    for grow, colour in ((0.0006, edge), (0.0, tuple(int(value) for value in fill))):
        radius = _length(high * 0.6)
        (left, top), (right, bottom) = _pixel((-half - grow, high + grow)), _pixel((half + grow, -high - grow))
        cv2.rectangle(picture, (left + radius, top), (right - radius, bottom), colour, -1)
        cv2.rectangle(picture, (left, top + radius), (right, bottom - radius), colour, -1)
        for corner in (
            (left + radius, top + radius),
            (right - radius, top + radius),
            (left + radius, bottom - radius),
            (right - radius, bottom - radius),
        ):
            cv2.circle(picture, corner, radius, colour, -1, cv2.LINE_AA)


def _write(
    picture: Picture, text: str, at: Point, height: float, ink: tuple[int, ...], turn: float = 0.0, *, thin: bool = False
) -> None:
    """Text of that height [m] around a place of the face, turned counterclockwise by that angle [rad]."""
    heavy = 3 if thin else 7
    (width, tall), _ = cv2.getTextSize(text, _FONT, 3.0, heavy)
    margin = 12
    mask = np.zeros((tall + 2 * margin, width + 2 * margin), np.uint8)
    cv2.putText(mask, text, (margin, tall + margin), _FONT, 3.0, 255, heavy, cv2.LINE_AA)
    scale = _length(height) / tall
    x, y = _pixel(at)
    centre = np.array([mask.shape[1] / 2, mask.shape[0] / 2])
    rotate = scale * np.array([[cos(turn), sin(turn)], [-sin(turn), cos(turn)]])  # rows of a picture go down
    warp = np.column_stack([rotate, np.array([x, y]) - rotate @ centre])
    cover = (
        cv2.warpAffine(mask, warp, (picture.shape[1], picture.shape[0]), flags=cv2.INTER_AREA).astype(np.float64)[..., None] / 255
    )
    picture[:] = (picture * (1 - cover) + np.array(ink) * cover).astype(np.uint8)


def _puzzle(picture: Picture) -> None:
    """Seams along the edges, with a tab on each side, as the real modules interlock."""
    dark = tuple(int(value * 0.45) for value in picture[8, _SIDE // 3])
    cv2.rectangle(picture, (0, 0), (_SIDE - 1, _SIDE - 1), dark, 3)
    wide, deep = _length(0.010), _length(0.006)
    middle = _SIDE // 2
    tab = np.array(
        [
            (middle - wide, 0),
            (middle - wide, deep),
            (middle, deep),
            (middle, 2 * deep // 3),
            (middle + wide, 2 * deep // 3),
            (middle + wide, 0),
        ]
    )
    for turn in range(4):
        points = np.array([_quarter(point, turn) for point in tab])
        cv2.polylines(picture, [points.astype(np.int32)], False, dark, 3, cv2.LINE_AA)


def _quarter(point: Point, turns: int) -> Point:
    """A pixel after so many quarter turns of the picture."""
    x, y = point
    for _ in range(turns):
        x, y = _SIDE - 1 - y, x
    return x, y


def _grain(picture: Picture) -> Picture:
    """The fine lines of a print in layers."""
    rng = np.random.default_rng(0)
    noise = rng.normal(0.0, 3.0, (_SIDE, _SIDE, 1)) + rng.normal(0.0, 2.0, (_SIDE, 1, 1))
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def _shade(colour: str) -> tuple[int, int, int]:
    red, green, blue = (round(255 * value) for value in settings()["colours"][colour])
    return red, green, blue


def _length(metres: float) -> int:
    return max(1, round(metres / settings()["pitch"] * _SIDE))


def _pixel(at: Point) -> tuple[int, int]:
    """Of a place on the face [m]."""
    scale = _SIDE / settings()["pitch"]
    return round(_SIDE / 2 + at[0] * scale), round(_SIDE / 2 - at[1] * scale)
