"""What is solid of the box and its parts, as boxes in the frames of their objects in a scene: for keeping clear of them.

Where a part may be one way or another in a frame that doesn't tell which, the boxes cover both.
"""

from functools import cache
from math import atan2, cos, hypot, pi, tan
from typing import Any, Final

from tandem.cell import description
from tandem.cell.pose import Pose

Size = tuple[float, float, float]
Primitive = tuple[Pose, Size]

SHAPED: Final = ("module", "button", "switch", "knob", "wire", "handle")
"""Categories that aren't solid boxes around their pose."""

_NARROW = 0.73
"""Two boxes that cross, as long as a circle is wide and this much as wide, cover it."""

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
    return Pose(((size[0] - bar) / 2, 0.0, 0.0)), (bar, size[1] - size[0] + bar, size[2])


def handle_hole(size: Size) -> Size:
    """Middle of the hole between a handle's bar and the box, x and y in the handle's frame, and half its length along the bar
    there, between the slanted posts [m]."""
    bar = float(_settings()["handle"]["bar"])
    x = -bar / 2
    (post, (_, thick, _)), turn = _post(size, 1.0), _slant(size)
    inner = post.position[1] + (x - post.position[0]) * -tan(turn) - thick / 2 / cos(turn)
    return x, 0.0, inner


def _button(size: Size) -> tuple[Primitive, ...]:
    """Around a round cap, from its top down. Its neighbours are diagonally beside it: the boxes' flat sides face them."""
    down = Pose((0.0, 0.0, -size[2] / 2)) @ _EIGHTH
    wide, narrow, height = size[0], _NARROW * size[0], size[2]
    return (down, (wide, narrow, height)), (down, (narrow, wide, height))


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
    """A loop as a panel from its highest point down to the tops of its plugs."""
    height = size[2] - float(_settings()["wires"]["plug"]["height"])
    return ((Pose((0.0, 0.0, -height / 2)), (size[0], size[1], height)),)


def _handle(size: Size) -> tuple[Primitive, ...]:
    """An open D: the bar, and two slanted posts from its ends to the box."""
    return (handle_bar(size), _post(size, 1.0), _post(size, -1.0))


def _post(size: Size, end: float) -> Primitive:
    """The post at the end of the bar where y has that sign."""
    bar = float(_settings()["handle"]["bar"])
    out, across = size[0] - bar / 2, (size[0] - bar) / 2
    middle = Pose.from_xyz_rpy((-bar / 4, end * (size[1] / 2 - bar / 4 - size[0] / 4), 0.0), (0.0, 0.0, -end * _slant(size)))
    return middle, (hypot(out, across), 0.8 * bar, size[2])


def _slant(size: Size) -> float:
    """By how much the posts lean towards each other [rad]."""
    bar = float(_settings()["handle"]["bar"])
    return atan2((size[0] - bar) / 2, size[0] - bar / 2)


@cache
def _settings() -> dict[str, Any]:
    return description.settings("busybox.yaml")
