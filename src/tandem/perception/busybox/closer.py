"""A closer look at loose plugs, through the camera on the wrist of a hand that is still above them.

From above a plug is five pixels wide, and how it leans shows in little else than the heights of its ends. A camera on a wrist
sees its side, twice as large.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import numpy as np

from tandem.cell.busybox.state import ROW_NAMES
from tandem.cell.pose import Pose
from tandem.perception.busybox.memory import BoxMemory, LoosePlug
from tandem.perception.busybox.wiring import find_plugs, is_whole
from tandem.perception.view import Mask, View

NEAREST: Final = 0.05
FARTHEST: Final = 0.13
"""From a hand to a plug, on which it has the camera then [m]; nearer, fingers and what they hold are in the way."""

LOOKS: Final = 5
"""So many of the newest looks count."""

ARM: Final = 0.02
"""About from a plug's middle to its ends [m]."""

INSIDE: Final = -0.4
"""Cosine of the angle between outward and the way to the camera, from which on that looks across the module."""


def within(memory: BoxMemory, tcp: Pose) -> tuple[str, ...]:
    """Names of the loose plugs that a hand there has its camera on."""
    apart = {name: float(np.linalg.norm(np.subtract(plug.pose.position, tcp.position))) for name, plug in memory.loose.items()}
    return tuple(name for name, away in apart.items() if NEAREST < away < FARTHEST)


def look_closer(memory: BoxMemory, view: View, robot: Mask, plugs: Iterable[str]) -> BoxMemory:
    """What is known after an image of a camera on a wrist.

    Args:
        memory: what was known before.
        view: the image.
        robot: pixels of the robot, shape (height, width).
        plugs: those that it is on.
    """
    frame = memory.place.frame @ memory.assignment.layout["wires"].pose
    found = find_plugs(memory, view, robot, frame)
    better = {
        name: _gathered(memory.loose[name], plug)
        for name in plugs
        if (plug := found.get(name)) is not None and is_whole(view, robot, plug) and _from_outside(frame, view, name, plug)
    }
    return replace(memory, loose={**memory.loose, **better})


def _gathered(before: LoosePlug, now: LoosePlug) -> LoosePlug:
    """With the pose that differs least from those of the newest few close looks."""
    looks = (*before.looks, now.pose)[-LOOKS:]
    pose = min(looks, key=lambda look: sum(_apart(look, other) for other in looks))
    return replace(now, pose=pose, looks=looks, from_above=before.from_above if before.looks else before.pose)


def _apart(one: Pose, other: Pose) -> float:
    """How much a plug's poses differ: a turn counts as what it shifts the plug's ends by [m]."""
    shift = np.linalg.norm(np.subtract(one.position, other.position))
    return float(shift + ARM * np.linalg.norm(one.rotation[:, 2] - other.rotation[:, 2]))


def _from_outside(frame: Pose, view: View, name: str, plug: LoosePlug) -> bool:
    """Whether a plug is seen from the edge of its module or from the sides: from its middle cables are in front of it."""
    outward = frame.rotation[:, 1] if name.endswith(ROW_NAMES[0]) else -frame.rotation[:, 1]
    way = np.subtract(view.frame.pose.position, plug.pose.position)[:2]
    return float(way @ outward[:2]) > INSIDE * float(np.linalg.norm(way))
