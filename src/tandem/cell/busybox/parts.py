"""The box's parts by name, and where each is in its module and in the world.

Names in scenes and plans: ``box``; a module is ``box/sliders``; a part ``box/sliders/top``, ``box/buttons/red``,
``box/knob/knob``, ``box/switches/bottom``, ``box/wires/red``; the handles are ``box/handles/left`` and ``right``.
"""

from dataclasses import dataclass
from math import cos, sin
from typing import Any, Final

from tandem.cell import description
from tandem.cell.busybox import state
from tandem.cell.busybox.layout import Module
from tandem.cell.busybox.state import ROW_NAMES, BoxState, Row, knob_angle, lever_tilt, slider_x
from tandem.cell.pose import Pose

BOX: Final = "box"
BOX_CATEGORY: Final = "busybox"
MODULE_CATEGORY: Final = "module"
HANDLE_CATEGORY: Final = "handle"
PLUG_CATEGORY: Final = "plug"

CATEGORY_OF: Final[dict[Module, str]] = {
    "buttons": "button",
    "sliders": "slider",
    "knob": "knob",
    "switches": "switch",
    "wires": "wire",
    "display": "display",
}
"""Category of a module's parts in a scene."""

HANDLES: Final = (f"{BOX}/handles/left", f"{BOX}/handles/right")
"""At the left and the right end, in the box's own print."""

Point = tuple[float, float, float]


@dataclass(frozen=True)
class Part:
    """A part that can be named.

    Attributes:
        module: that it belongs to.
        key: colour or row, by which its name ends.
    """

    module: Module
    key: str

    @property
    def name(self) -> str:
        """In scenes and plans."""
        return f"{BOX}/{self.module}/{self.key}"

    @property
    def category(self) -> str:
        """In scenes."""
        return CATEGORY_OF[self.module]


PARTS: Final[tuple[Part, ...]] = (
    *(Part("buttons", colour) for colour in state.BUTTON_COLOURS),
    *(Part("sliders", row) for row in ROW_NAMES),
    Part("knob", "knob"),
    *(Part("switches", row) for row in ROW_NAMES),
    *(Part("wires", colour) for colour in state.WIRE_COLOURS),
)
"""All parts that have a state."""

_BY_NAME: Final = {part.name: part for part in PARTS}

PART_CATEGORIES: Final = tuple(dict.fromkeys(part.category for part in PARTS))

BOX_CATEGORIES: Final = (BOX_CATEGORY, MODULE_CATEGORY, HANDLE_CATEGORY, PLUG_CATEGORY, *PART_CATEGORIES)
"""All that the box and what belongs to it have in a scene."""


def part_named(name: str) -> Part:
    """The part of that name.

    Raises:
        KeyError: there is none.
    """
    return _BY_NAME[name]


def is_part(name: str) -> bool:
    """Whether a scene's name is that of a part with a state."""
    return name in _BY_NAME


def centre(part: Part, now: BoxState) -> Point:
    """Middle of what a hand would touch, in the module's frame [m].

    A button's cap; a slider's cap; the knob's axis, half way up its body; the tip of a lever; the top of a wire's loop where both
    plugs are in. Where a loose wire lies is not a matter of the box's state: none of this holds of it.
    """
    settings = _settings()
    match part.module:
        case "buttons":
            buttons = settings["buttons"]
            x, y = (float(buttons["offset"]) * sign for sign in buttons["places"][part.key])
            down = float(buttons["travel"]) if part.key in now.buttons else 0.0
            return x, y, float(buttons["height"]) - down
        case "sliders":
            number = now.sliders[_row(part)]
            return slider_x(number), float(settings["sliders"]["rows"][part.key]), float(settings["sliders"]["cap"][2]) / 2
        case "knob":
            return 0.0, 0.0, float(settings["knob"]["body"]["height"]) / 2
        case "switches":
            length, tilt = float(settings["switches"]["lever"]["length"]), lever_tilt(now.switches[_row(part)])
            return length * sin(tilt), float(settings["switches"]["rows"][part.key]), length * cos(tilt)
        case "wires":
            return float(settings["wires"]["columns"][part.key]), 0.0, float(settings["wires"]["loop"])
    raise KeyError(f"{part.name} has no place of its own")


def plug(colour: str, row: Row) -> Point:
    """Foot of a plug that is in its jack, in the frame of the module with the wires [m]: on the face, on the jack's axis."""
    wires = _settings()["wires"]
    return float(wires["columns"][colour]), float(wires["rows"][row]), 0.0


def pointer(number: int) -> Pose:
    """Of the knob in its module's frame: z along the axis, y along the pointer, on the face."""
    return Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, 0.0, knob_angle(number)))


def _row(part: Part) -> int:
    return ROW_NAMES.index(part.key)


def _settings() -> dict[str, Any]:
    return description.settings("busybox.yaml")
