"""Shapes of the things that the cell handles, as boxes: for collision checking, perception and simulation alike."""

from functools import cache
from typing import Any

from tandem.cell import description, socket
from tandem.cell.busybox import shapes
from tandem.cell.pose import Pose

Size = tuple[float, float, float]
Primitive = tuple[Pose, Size]
"""A box: pose of its centre in the object's frame, and its full extents [m]."""

CATEGORIES = ("cube", "egg", "bin", "tray", "peg", "socket", "box")
"""What is told by its shape. Any other category is what a detector was asked for, such as ``coffee_mug``."""


@cache
def primitives(category: str, size: Size) -> tuple[Primitive, ...]:
    """The boxes that make up an object.

    Args:
        category: ``cube``, ``bin``, ``tray``, ``peg``, ``socket``, those of the BusyBox; any other is a solid box.
        size: full extents of the bounding box along the object's axes [m]; thicknesses come from config/props.yaml.

    Returns:
        The boxes in the object's frame, which is the centre of its bounding box, as in ``SceneObject``.
        Bin: floor, then the walls at +x, -x, +y, -y. Tray: board, the four rims likewise, then the boxes of the handles.
        Socket: see `tandem.cell.socket`; of the BusyBox: `tandem.cell.busybox.shapes`.
    """
    if category == "bin":
        wall = float(_settings("bin")["wall"])
        return _open_box(size, height=size[2], floor=wall, wall=wall)
    if category == "tray":
        tray = _settings("tray")
        rim = tray["rim"]
        dish = _open_box(size, height=float(rim["height"]), floor=float(tray["board"]), wall=float(rim["thickness"]))
        return (*dish, *handle_bars(size), *_handle_posts(size))
    if category == "socket":
        return socket.boxes(size)
    if category in shapes.SHAPED:
        return shapes.boxes(category, size)
    return ((Pose((0.0, 0.0, 0.0)), size),)


@cache
def handle_bars(size: Size) -> tuple[Primitive, Primitive]:
    """The bars of a tray's two handles, at the positive end of its longer side first, in the tray's frame.

    A gripper takes one from above with its fingers closing along the longer side. Its tcp belongs in the middle of the bar.
    """
    handle = _settings("tray")["handle"]
    across, along, height = (float(value) for value in handle["bar"])
    reach = max(size[0], size[1]) / 2 - float(handle["inset"])
    z = (size[2] - height) / 2
    first, second = (_along_longer_side(size, sign * reach, 0.0, z, (across, along, height)) for sign in (1.0, -1.0))
    return first, second


def default_size(category: str) -> Size:
    """Size of the cell's own cubes, bins, trays, pegs and sockets [m]."""
    x, y, z = _settings(category)["size"]
    return float(x), float(y), float(z)


def widths(category: str) -> tuple[float, ...]:
    """How wide things of that kind may be [m]; more than one width only for what grows rather than being made."""
    settings = _settings(category)
    return tuple(float(width) for width in settings.get("widths", settings["size"][:1]))


def break_force(category: str) -> float | None:
    """The force of a finger above which a thing of that kind breaks [N]; None for what doesn't."""
    force = description.settings("props.yaml").get(category, {}).get("break_force_n")
    return None if force is None else float(force)


def is_fragile(category: str) -> bool:
    """Whether a hand must feel how hard it presses a thing of that kind."""
    return break_force(category) is not None


def is_round(category: str) -> bool:
    """Whether things of that kind are spheroids that stand on one end: without flat faces or edges, and alike from all sides."""
    return category == "egg"


def _settings(category: str) -> dict[str, Any]:
    return dict(description.settings("props.yaml")[category])


def _open_box(size: Size, *, height: float, floor: float, wall: float) -> tuple[Primitive, ...]:
    """Floor and four walls on the bottom of a bounding box. The walls at the x ends run the whole length of y."""
    bottom = -size[2] / 2
    height = min(height, size[2])
    x, y = (size[0] - wall) / 2, (size[1] - wall) / 2
    middle = bottom + (floor + height) / 2
    end_wall, side_wall = (wall, size[1], height - floor), (size[0] - 2 * wall, wall, height - floor)
    return (
        (Pose((0.0, 0.0, bottom + floor / 2)), (size[0], size[1], floor)),
        (Pose((x, 0.0, middle)), end_wall),
        (Pose((-x, 0.0, middle)), end_wall),
        (Pose((0.0, y, middle)), side_wall),
        (Pose((0.0, -y, middle)), side_wall),
    )


def _handle_posts(size: Size) -> tuple[Primitive, ...]:
    """Two posts a handle, from the board up to the bar."""
    tray = _settings("tray")
    across, along, bar_height = (float(value) for value in tray["handle"]["bar"])
    post, board = float(tray["handle"]["post"]), float(tray["board"])
    reach = max(size[0], size[1]) / 2 - float(tray["handle"]["inset"])
    height = size[2] - board - bar_height
    z = -size[2] / 2 + board + height / 2
    return tuple(
        _along_longer_side(size, end * reach, side * (along - post) / 2, z, (across, post, height))
        for end in (1.0, -1.0)
        for side in (1.0, -1.0)
    )


def _along_longer_side(size: Size, long: float, short: float, z: float, box: Size) -> Primitive:
    """A box given by its offset along the longer and the shorter side, and its extents in that order."""
    if size[0] >= size[1]:
        return Pose((long, short, z)), box
    return Pose((-short, long, z)), (box[1], box[0], box[2])
