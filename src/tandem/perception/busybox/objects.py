"""What is known of the box as objects of a scene."""

from dataclasses import replace

from tandem.cell.busybox.layout import Layout, Module
from tandem.cell.busybox.parts import BOX
from tandem.cell.busybox.scene_objects import scene_objects
from tandem.cell.busybox.state import BUTTON_COLOURS, ROW_NAMES, WIRE_COLOURS, BoxState, knob_angle
from tandem.cell.pose import Pose
from tandem.cell.scene import SceneObject
from tandem.perception.busybox.memory import BoxMemory, PartMemory
from tandem.perception.busybox.states import Point

UNKNOWN = 0.3
"""Confidence in a part that wasn't seen yet."""


def objects_of(memory: BoxMemory) -> list[SceneObject]:
    """The box, its modules, parts, handles and plugs."""
    assignment, frame = memory.assignment, memory.place.frame
    items = scene_objects(frame, assignment.layout, box_state(memory), measured=_measured(memory, frame, assignment.layout))
    told = []
    for item in items:
        module = _module_of(item.name)
        if module is None:
            told.append(_as_the_box(item, memory))
        else:
            told.append(_as_known(item, module, memory, assignment.probability[module]))
    return told


def box_state(memory: BoxMemory) -> BoxState:
    """The states that are believed; of what wasn't seen yet those of a box at rest."""
    usual = BoxState()

    def told(name: str, otherwise: str) -> str:
        known = memory.parts.get(f"{BOX}/{name}")
        return known.reading.state if known is not None else otherwise

    return BoxState(
        sliders=(int(told("sliders/top", str(usual.sliders[0]))), int(told("sliders/bottom", str(usual.sliders[1])))),
        knob=int(told("knob/knob", str(usual.knob))),
        switches=(told("switches/top", "off") == "on", told("switches/bottom", "off") == "on"),
        wires=tuple(
            (told(f"wires/{colour}/top", "in") == "in", told(f"wires/{colour}/bottom", "in") == "in") for colour in WIRE_COLOURS
        ),
        buttons=frozenset(colour for colour in BUTTON_COLOURS if told(f"buttons/{colour}", "up") == "down"),
    )


def _measured(memory: BoxMemory, frame: Pose, layout: Layout) -> dict[str, Point]:
    """Centres in the world of what was measured; of a wire that is out, that of its loose plug."""
    found: dict[str, Point] = {}
    places = {name: known.reading.place for name, known in memory.parts.items() if known.reading.place is not None}
    for name, place in {**places, **memory.loops}.items():
        module = _module_of(name)
        if module is not None and place is not None:
            found[name] = (frame @ layout[module].pose @ Pose(place)).position
    for name, plug in memory.loose.items():
        found[name] = found[name.rsplit("/", 1)[0]] = plug.pose.position
    return found


def _module_of(name: str) -> Module | None:
    """Whose module an object of the box is; None of the box itself and its handles."""
    parts = name.split("/")
    return None if len(parts) < 2 or parts[1] == "handles" else parts[1]  # type: ignore[return-value]


def _as_the_box(item: SceneObject, memory: BoxMemory) -> SceneObject:
    return replace(item, visible=memory.place.visible, last_seen=memory.place.last_seen)


def _as_known(item: SceneObject, module: Module, memory: BoxMemory, probability: float) -> SceneObject:
    """With how sure its place and its state are, and when it was seen; a part that wasn't seen yet has no state."""
    if item.name == f"{BOX}/{module}":
        return replace(item, confidence=probability, visible=memory.place.visible, last_seen=memory.place.last_seen)
    known = _memory_of(item.name, memory)
    if known is None:
        fixed = module == "display"
        return replace(item, state="", confidence=probability * (1.0 if fixed else UNKNOWN), visible=False, last_seen=0.0)
    turned = item
    if item.name in memory.loose:
        plug = memory.loose[item.name]
        seen = known.last_seen if plug.visible else plug.last_seen
        visible = plug.visible and known.visible
        return replace(item, pose=plug.pose, confidence=probability * known.reading.sure, visible=visible, last_seen=seen)
    if module == "knob":
        turn = known.reading.angle - knob_angle(int(item.state))
        turned = replace(item, pose=item.pose @ Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, 0.0, turn)))
    colour, sure = known.reading.colour or item.colour, probability * known.reading.sure
    return replace(turned, colour=colour, confidence=sure, visible=known.visible, last_seen=known.last_seen)


def _memory_of(name: str, memory: BoxMemory) -> PartMemory | None:
    """Of a part or a plug; of a wire that of the plug that was seen longer ago."""
    if name in memory.parts:
        return memory.parts[name]
    ends = [memory.parts.get(f"{name}/{row}") for row in ROW_NAMES]
    known = [end for end in ends if end is not None]
    return min(known, key=lambda end: end.last_seen) if len(known) == len(ROW_NAMES) else None
