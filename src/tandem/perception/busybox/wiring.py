"""Where the box's cables and loose plugs are, once it is known which module they belong to and which plugs are out."""

from dataclasses import replace
from typing import Final

import numpy as np

from tandem.cell.busybox import parts
from tandem.cell.busybox.parts import BOX
from tandem.cell.busybox.state import ROW_NAMES, WIRE_COLOURS, Row
from tandem.cell.pose import Pose
from tandem.perception.busybox.loops import find_loops
from tandem.perception.busybox.loose import Disc, find_loose
from tandem.perception.busybox.memory import KNOWN, BoxMemory, LoosePlug
from tandem.perception.view import Mask, View

AROUND: Final[dict[str, float]] = {"buttons": 0.018, "sliders": 0.017, "knob": 0.043, "switches": 0.012}
"""How far around a part of a module nothing is taken for a loose plug [m]."""

AROUND_PLUG: Final = 0.008

EDGE, BESIDE = 16, 4
"""A plug nearer to an image's edge may be seen in part only, and one so near to the robot [px]."""

SAME_M: Final = 0.014
SAME_RAD: Final = 0.45
"""A plug may be where it was if it is seen no farther from there, and turned no more."""


def with_wires(memory: BoxMemory, view: View, robot: Mask) -> BoxMemory:
    """After an image in which the module with the wires looked otherwise than before."""
    assignment = memory.assignment
    if assignment.probability["wires"] < KNOWN:
        return memory
    frame = memory.place.frame @ assignment.layout["wires"].pose
    plugged, out = _plugs(memory)
    whole = tuple(colour for colour in WIRE_COLOURS if all((colour, row) in plugged for row in ROW_NAMES))
    loops = {name: place for name, place in memory.loops.items() if name.rsplit("/", 1)[1] in whole}
    loops |= {f"{BOX}/wires/{colour}": place for colour, place in find_loops(view, robot, frame, whole).items()}
    lost = {name: replace(known, visible=False) for name, known in memory.loose.items()}
    loose = {name: known for name, known in lost.items() if name in {_name(*which) for which in out}}
    found = find_plugs(memory, view, robot, frame)
    loose |= {name: _sharper(memory.loose.get(name), plug, view, robot) for name, plug in found.items()}
    return replace(memory, loops=loops, loose=loose)


def find_plugs(memory: BoxMemory, view: View, robot: Mask, frame: Pose) -> dict[str, LoosePlug]:
    """Loose plugs that an image shows, by name; ``frame``: of the module with the wires, in the world."""
    place = memory.place
    plugged, out = _plugs(memory)
    found = find_loose(view, robot, place.placement, place.top, frame, out, _taken(memory, frame, plugged))
    return {_name(*which): LoosePlug(pose, view.frame.stamp) for which, pose in found.items()}


def is_whole(view: View, robot: Mask, plug: LoosePlug) -> bool:
    """Whether nothing of a plug is outside of the image, or behind the robot."""
    from_middle = np.array([[0.0, 0.0, along] for along in (-0.012, 0.0, 0.012)])
    u, v, depth = view.project(from_middle @ plug.pose.rotation.T + np.array(plug.pose.position))
    height, width = robot.shape
    if depth.min() <= 0 or min(u.min(), v.min()) < EDGE or u.max() > width - EDGE or v.max() > height - EDGE:
        return False
    across = np.arange(-BESIDE, BESIDE + 1)
    rows, columns = np.round(v).astype(int)[:, None, None] + across[:, None], np.round(u).astype(int)[:, None, None] + across
    return not robot[rows, columns].any()


def _sharper(before: LoosePlug | None, now: LoosePlug, view: View, robot: Mask) -> LoosePlug:
    """A plug as it was seen from nearby, unless the camera above, with nothing of the robot before it, sees it elsewhere than
    that, and than it did then."""
    if before is None or not before.looks:
        return now
    if not is_whole(view, robot, before):
        return replace(before, visible=False)
    if any(_alike(pose, now.pose) for pose in (before.pose, before.from_above) if pose is not None):
        return replace(before, last_seen=now.last_seen, visible=True)
    return now


def _alike(one: Pose, other: Pose) -> bool:
    off = float(np.linalg.norm(np.subtract(one.position, other.position)))
    return off < SAME_M and one.lean_to(other) < SAME_RAD


def _plugs(memory: BoxMemory) -> tuple[list[tuple[str, Row]], list[tuple[str, Row]]]:
    """Those that are in and those that are out."""
    known = {(colour, row): memory.parts.get(_name(colour, row)) for colour in WIRE_COLOURS for row in ROW_NAMES}
    states = {which: part.reading.state for which, part in known.items() if part is not None}
    return [which for which, state in states.items() if state == "in"], [
        which for which, state in states.items() if state == "out"
    ]


def _taken(memory: BoxMemory, frame: Pose, plugged: list[tuple[str, Row]]) -> list[Disc]:
    """Discs around parts that are known, in the world."""
    discs = [(frame @ Pose(parts.plug(*which)), AROUND_PLUG) for which in plugged]
    layout = memory.assignment.layout
    for name, known in memory.parts.items():
        module = name.split("/")[1]
        if module in AROUND and known.reading.place is not None:
            discs.append((memory.place.frame @ layout[module].pose @ Pose(known.reading.place), AROUND[module]))
    return [(pose.position[0], pose.position[1], radius) for pose, radius in discs]


def _name(colour: str, row: Row) -> str:
    return f"{BOX}/wires/{colour}/{row}"
