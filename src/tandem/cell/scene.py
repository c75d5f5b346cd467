"""What perception knows of the world around the arms."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from tandem.cell.pose import Pose

HeldBy = Literal["", "left", "right", "both"]


@dataclass(frozen=True)
class SceneObject:
    """One object, as perceived.

    Attributes:
        name: how plans name it, for example ``red_cube``; stays the same while the object is tracked.
        category: ``cube``, ``egg``, ``bin``, ``tray``, ``peg`` (upright), ``socket`` (its hole at +x)
            or ``box`` (any other cuboid); where a detector looks for more, what that was asked for, such as ``coffee_mug``;
            of the BusyBox ``busybox``, ``module``, ``button``, ``slider``, ``knob``, ``switch``, ``wire``, ``plug``,
            ``handle``.
        colour: a basic colour word.
        pose: centre of the object's bounding box in the world frame; z up, yaw along its longer side.
        size: full extents of the bounding box along its own axes [m].
        confidence: 0 to 1.
        held_by: the gripper or grippers that hold it, or empty.
        pose_in_tcp: its pose in the tcp frame of the gripper that holds it (of the left one where both do), None when not held.
        inside: name of the container it lies in, or of the socket it is plugged into, or empty.
        on: name of the object it rests on, ``table``, or empty when held.
        visible: seen in the newest images; a hidden object keeps its last pose, or moves with what holds it.
        last_seen: time of the newest image in which it was seen [s].
        state: of a part of the BusyBox, as ``tandem.cell.busybox.state.BoxState.of`` words it; empty while it isn't known, and
            for anything else.
    """

    name: str
    category: str
    colour: str
    pose: Pose
    size: tuple[float, float, float]
    confidence: float = 1.0
    held_by: HeldBy = ""
    pose_in_tcp: Pose | None = None
    inside: str = ""
    on: str = ""
    visible: bool = True
    last_seen: float = 0.0
    state: str = ""

    @property
    def top(self) -> float:
        """Height of its upper face in the world [m], for an object that stands upright."""
        return self.pose.position[2] + self.size[2] / 2


@dataclass(frozen=True)
class Scene:
    """All perceived objects at one time [s], in the world frame."""

    stamp: float = 0.0
    objects: tuple[SceneObject, ...] = field(default_factory=tuple)

    def __iter__(self) -> Iterator[SceneObject]:
        return iter(self.objects)

    def __contains__(self, name: str) -> bool:
        return any(item.name == name for item in self.objects)

    def __getitem__(self, name: str) -> SceneObject:
        for item in self.objects:
            if item.name == name:
                return item
        raise KeyError(f"no object named '{name}'; the scene has {', '.join(o.name for o in self.objects) or 'none'}")

    def get(self, name: str) -> SceneObject | None:
        """The object of that name, or None."""
        return next((item for item in self.objects if item.name == name), None)

    def held_by(self, side: str) -> SceneObject | None:
        """What the gripper of a side holds, alone or together with the other one."""
        return next((item for item in self.objects if item.held_by in (side, "both")), None)

    def with_object(self, changed: SceneObject) -> "Scene":
        """A scene in which the object of the same name is replaced, or added."""
        rest = tuple(item for item in self.objects if item.name != changed.name)
        return replace(self, objects=(*rest, changed))
