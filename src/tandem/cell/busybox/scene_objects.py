"""The box and its parts as objects of a scene, from where the box is, its layout and its state; and back to its frames.

Poses in scenes are of bounding boxes' centres. The box's is turned as its frame is (x along the columns), a module and its parts
as the module's frame (x to the right, y up in its print), the knob so that y is along its pointer, a handle so that x points away
from the box, a wire's loop as it leans; z is up for all others. Of a plug that is out z points to its cable, and x to the side to
which that bends.
"""

from collections.abc import Mapping
from dataclasses import replace
from math import atan2, cos, pi, sin
from typing import Any

from tandem.cell import description
from tandem.cell.busybox.layout import MODULES, Layout
from tandem.cell.busybox.parts import (
    BOX,
    BOX_CATEGORY,
    HANDLE_CATEGORY,
    HANDLES,
    MODULE_CATEGORY,
    PARTS,
    PLUG_CATEGORY,
    Part,
    Point,
    centre,
    part_named,
    plug,
    pointer,
)
from tandem.cell.busybox.state import ROW_NAMES, WIRE_COLOURS, BoxState, lever_tilt
from tandem.cell.pose import Pose
from tandem.cell.relations import TABLE
from tandem.cell.scene import SceneObject

Size = tuple[float, float, float]

_TURNED = Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, 0.0, pi))


def scene_objects(
    box: Pose,
    layout: Layout,
    now: BoxState,
    scheme: str = "first",
    measured: Mapping[str, Point] | None = None,
    stamp: float = 0.0,
) -> tuple[SceneObject, ...]:
    """Everything of the box that has a name: the box, its handles, modules, parts, and the wires' plugs.

    Args:
        box: frame of the box in the world, as config/busybox.yaml defines it: in the middle of its underside.
        layout: which module is where.
        now: the parts' states.
        scheme: its colours, of ``schemes``.
        measured: by name, centres of objects in the world that are known better than the layout tells [m], such as of a plug
            that is out.
        stamp: when it was seen [s].
    """
    objects = [_whole(box), *_handles(box)]
    for module in MODULES:
        frame = box @ layout[module].pose
        objects.append(_module(module, frame))
        objects += [_part(part, frame, now, scheme) for part in PARTS if part.module == module]
        objects += _plugs(frame, now) if module == "wires" else []
    known, wires = measured or {}, box @ layout["wires"].pose
    placed = (_at(item, known.get(item.name)) for item in objects)
    return tuple(replace(_leaning(item, wires), last_seen=stamp) for item in placed)


def box_frame(box: SceneObject) -> Pose:
    """Frame of the box in the world, from its object in a scene."""
    return box.pose @ Pose((0.0, 0.0, -box.size[2] / 2))


def module_frame(module: SceneObject) -> Pose:
    """Frame of a module in the world, from its object in a scene: in the middle of its face."""
    return module.pose @ Pose((0.0, 0.0, module.size[2] / 2 - float(_settings()["rim"])))


def part_colour(part: Part, scheme: str = "first") -> str:
    """A part's colour: that by which it is named, else that of the scheme."""
    if part.module in ("buttons", "wires"):
        return part.key
    printed = _settings()["schemes"][scheme][part.category]
    return str(printed if isinstance(printed, str) else printed[ROW_NAMES.index(part.key)])


def part_size(part: Part) -> Size:
    """Extents of what a hand would touch, along the axes of the part's pose [m]: of a lever or a wire's loop upright."""
    settings = _settings()
    match part.module:
        case "buttons":
            buttons = settings["buttons"]
            return float(buttons["cap"]), float(buttons["cap"]), float(buttons["height"])
        case "sliders":
            x, y, z = settings["sliders"]["cap"]
            return float(x), float(y), float(z)
        case "knob":
            body = settings["knob"]["body"]
            return float(body["diameter"]), float(body["diameter"]), float(body["height"])
        case "switches":
            lever = settings["switches"]["lever"]
            length, width, tilt = float(lever["length"]), float(lever["diameter"]), lever_tilt(True)
            return length * sin(tilt) + width, width, length * cos(tilt)
        case "wires":
            wires = settings["wires"]
            across = float(wires["rows"]["top"]) - float(wires["rows"]["bottom"])
            return float(wires["cable"]), across, float(wires["loop"])
    raise KeyError(f"{part.name} has no size of its own")


def _whole(box: Pose) -> SceneObject:
    x, y, z = (float(value) for value in _settings()["frame"])
    return SceneObject(BOX, BOX_CATEGORY, "", box @ Pose((0.0, 0.0, z / 2)), (x, y, z), on=TABLE)


def _handles(box: Pose) -> list[SceneObject]:
    frame, handle = _settings()["frame"], _settings()["handle"]
    size = float(handle["depth"]), float(handle["length"]), float(handle["height"])
    out = (float(frame[0]) + size[0]) / 2
    return [
        SceneObject(name, HANDLE_CATEGORY, "", box @ turned @ Pose((out, 0.0, size[2] / 2)), size, on=BOX)
        for name, turned in zip(HANDLES, (_TURNED, Pose((0.0, 0.0, 0.0))), strict=True)
    ]


def _module(module: str, frame: Pose) -> SceneObject:
    pitch, rim = float(_settings()["pitch"]), float(_settings()["rim"])
    tall = float(_settings()["face"]) + rim
    pose = frame @ Pose((0.0, 0.0, rim - tall / 2))
    return SceneObject(f"{BOX}/{module}", MODULE_CATEGORY, "", pose, (pitch, pitch, tall), on=BOX)


def _part(part: Part, frame: Pose, now: BoxState, scheme: str) -> SceneObject:
    pose = frame @ Pose(centre(part, now))
    if part.module == "knob":
        pose = pose @ pointer(now.knob)
    colour, on = part_colour(part, scheme), f"{BOX}/{part.module}"
    return SceneObject(part.name, part.category, colour, pose, part_size(part), on=on, state=now.of(part.name))


def _plugs(frame: Pose, now: BoxState) -> list[SceneObject]:
    """Each plug where it is when it is in its jack; of one that is out only a measurement can tell more."""
    diameter, height = (float(_settings()["wires"]["plug"][key]) for key in ("diameter", "height"))
    return [
        SceneObject(
            f"{BOX}/wires/{colour}/{row}",
            PLUG_CATEGORY,
            colour,
            frame @ Pose(plug(colour, row)) @ Pose((0.0, 0.0, height / 2)),
            (diameter, diameter, height),
            on=f"{BOX}/wires",
            state="in" if plugged else "out",
        )
        for colour, both in zip(WIRE_COLOURS, now.wires, strict=True)
        for row, plugged in zip(ROW_NAMES, both, strict=True)
    ]


def _at(item: SceneObject, position: Point | None) -> SceneObject:
    return item if position is None else replace(item, pose=Pose(position, item.pose.quaternion))


def _leaning(item: SceneObject, wires: Pose) -> SceneObject:
    """A wire's loop as it leans: turned about the line through its plugs' tops, its z axis towards its highest point."""
    if item.category != "wire" or item.state != "in":
        return item
    wire = _settings()["wires"]
    x, _, z = (wires.inverse @ item.pose).position
    lean = atan2(x - float(wire["columns"][part_named(item.name).key]), z - float(wire["plug"]["height"]))
    return replace(item, pose=Pose(item.pose.position, (wires @ Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, lean, 0.0))).quaternion))


def _settings() -> dict[str, Any]:
    return description.settings("busybox.yaml")


def turn_between(item: SceneObject, pose: Pose) -> float:
    """Angle by which an object is turned from a pose [rad]; plugs are round: of them only how they lean counts."""
    return item.pose.lean_to(pose) if item.category == PLUG_CATEGORY else item.pose.turn_to(pose)
