"""What is solid of the box and its parts, as boxes in the frames of their objects in a scene: for keeping clear of them.

Where a part may be one way or another in a frame that doesn't tell which, the boxes cover both.
"""

from functools import cache
from math import pi
from typing import Any, Final

from tandem.cell import description
from tandem.cell.pose import Pose

Size = tuple[float, float, float]
Primitive = tuple[Pose, Size]

SHAPED: Final = ("module", "button", "switch", "knob", "wire", "handle")
"""Categories that aren't solid boxes around their pose."""

_EIGHTH = Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, 0.0, pi / 4))


def boxes(category: str, size: Size) -> tuple[Primitive, ...]:
    """The boxes of a category of `SHAPED`, of that size [m]."""
    match category:
        case "button":
            return _button(size)
        case "switch":
            return _switch(size)
        case "knob":
            return _knob(size)
        case "wire":
            return _wire(size)
        case "handle":
            return _handle(size)
    return ()  # a module is in the box


def handle_bar(size: Size) -> Primitive:
    """The bar of a handle that a hand takes, in the handle's frame, whose x axis points away from the box."""
    bar = float(_settings()["handle"]["bar"])
    return Pose(((size[0] - bar) / 2, 0.0, 0.0)), (bar, size[1], size[2])


def _button(size: Size) -> tuple[Primitive, ...]:
    """From the top of the cap down. Its neighbours are at the corners of its module's square, so flat sides face them."""
    return ((Pose((0.0, 0.0, -size[2] / 2)) @ _EIGHTH, size),)


def _switch(size: Size) -> tuple[Primitive, ...]:
    """From the lever's tip down to its foot, to whichever side that is."""
    lean = size[0] - size[1]
    return ((Pose((0.0, 0.0, -size[2] / 2)), (2 * lean + size[1], size[1], size[2])),)


def _knob(size: Size) -> tuple[Primitive, ...]:
    """The body, and the pointer along y."""
    pointer = _settings()["knob"]["pointer"]
    reach, width = float(pointer["reach"]), float(pointer["width"])
    return (Pose((0.0, 0.0, 0.0)), size), (Pose((0.0, reach / 2, 0.0)), (width, reach, size[2]))


def _wire(size: Size) -> tuple[Primitive, ...]:
    """A loop as a wall from its highest point down to the face."""
    return ((Pose((0.0, 0.0, -size[2] / 2)), size),)


def _handle(size: Size) -> tuple[Primitive, ...]:
    """An open D: the bar, and its two ends back to the box."""
    bar = handle_bar(size)
    thick = bar[1][0]
    end = (size[0] - thick, thick, size[2])
    return (bar, *((Pose((-thick / 2, sign * (size[1] - thick) / 2, 0.0)), end) for sign in (1.0, -1.0)))


@cache
def _settings() -> dict[str, Any]:
    return description.settings("busybox.yaml")
