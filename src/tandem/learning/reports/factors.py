"""What `eval --randomise` drew for an episode, as one number a factor."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tandem.learning.evaluation.report import Row

_OF_THE_RUN = ("seed",)


def factors(row: Row) -> dict[str, float]:
    """Numbers by name, with their units; empty where nothing was drawn."""
    drawn = row.get("randomisation")
    if not drawn:
        return {}
    found: dict[str, float] = {}
    for name, value in drawn.items():
        if name in _OF_THE_RUN or value is None:
            continue
        if name in _READINGS:
            found |= _READINGS[name](value, row)
        elif isinstance(value, (int, float)):
            found[_NAMES.get(name, name.replace("_", " "))] = float(value)
    return found


def _warmth(colour: Sequence[float], row: Row) -> dict[str, float]:
    return {"lamp warmth (red over blue)": colour[0] - colour[2]}


def _lamp(offset: Sequence[float], row: Row) -> dict[str, float]:
    return {"lamp offset [m]": math.hypot(*offset)}


def _table(colour: Sequence[float], row: Row) -> dict[str, float]:
    return {"table brightness": sum(colour) / len(colour)}


def _masses(masses: Mapping[str, float], row: Row) -> dict[str, float]:
    handled = _handled(masses, row)
    return {"mass of what is handled": sum(handled) / len(handled)} if handled else {}


def _tints(tints: Mapping[str, Sequence[float]], row: Row) -> dict[str, float]:
    handled = _handled(tints, row)
    shifts = [max(abs(channel - 1.0) for channel in tint) for tint in handled]
    return {"colour shift of what is handled": sum(shifts) / len(shifts)} if shifts else {}


def _cameras(errors: Mapping[str, Mapping[str, Any]], row: Row) -> dict[str, float]:
    found = {}
    for camera, error in errors.items():
        name = camera.replace("_", " ")
        # What is known to the cell, its mount, and what is not, the error; an older report tells of one of them, without a name.
        shifts = {f"{name} {kind}": part for kind, part in error.items() if isinstance(part, Mapping)}
        for what, shift in (shifts or {name: error}).items():
            found[f"{what} offset [mm]"] = 1e3 * math.hypot(*shift["offset"])
            found[f"{what} rotation [deg]"] = math.degrees(math.hypot(*shift["rotation"]))
        found[f"{name} colour gain error"] = max(abs(gain - 1.0) for gain in error["gain"])
    return found


def _handled(by_object: Mapping[str, Any], row: Row) -> list[Any]:
    """Entries of the objects that the task is about; of all where it names none."""
    named = [by_object[name] for name in dict.fromkeys(row.get("variant", {}).values()) if name in by_object]
    return named or list(by_object.values())


def _perception(seconds: float, row: Row) -> dict[str, float]:
    return {"perception delay [ms]": 1e3 * seconds}


def _inference(seconds: float, row: Row) -> dict[str, float]:
    return {"inference delay [ms]": 1e3 * (seconds + row.get("delay_s", 0.0))}


def _depth_noise(metres: float, row: Row) -> dict[str, float]:
    return {"depth noise [mm]": 1e3 * metres}


_READINGS: dict[str, Callable[[Any, Row], dict[str, float]]] = {
    "lamp_colour": _warmth,
    "lamp": _lamp,
    "table": _table,
    "masses": _masses,
    "tints": _tints,
    "cameras": _cameras,
    "perception_s": _perception,
    "inference_s": _inference,
    "depth_noise": _depth_noise,
}
_NAMES = {
    "brightness": "lamp brightness",
    "ambient": "ambient light",
    "pattern": "table pattern contrast",
    "friction": "friction of objects and table",
    "pad_friction": "friction of the fingers' pads",
    "colour_noise": "colour noise of 255",
}
