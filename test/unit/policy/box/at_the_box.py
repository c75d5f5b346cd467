"""A box on the table and hands at places on it, as a policy looks at them."""

from collections.abc import Mapping
from math import pi

from tandem.cell.busybox.layout import Layout, Module, Place
from tandem.cell.busybox.scene_objects import module_frame, scene_objects
from tandem.cell.busybox.state import BoxState
from tandem.cell.names import Side
from tandem.cell.pose import Pose
from tandem.cell.reach import top_down
from tandem.cell.scene import Scene, SceneObject
from tandem.policy.box.looks import Look
from tandem.policy.skills.grasps import FINGERTIP_M

FACING = Pose.from_xyz_rpy((0.46, 0.01, 0.0), (0.0, 0.0, -pi / 2 + 0.1))

SHUFFLED = Layout(
    (
        ("buttons", Place((2, 0), 1)),
        ("sliders", Place((0, 1), 3)),
        ("knob", Place((1, 0), 2)),
        ("switches", Place((1, 1), 1)),
        ("wires", Place((0, 0), 2)),
        ("display", Place((2, 1), 3)),
    )
)
"""Another cell and another turn for each module."""

AWAY: dict[Side, Pose] = {"left": top_down((0.2, 0.5, 0.3), 0.0), "right": top_down((0.2, -0.5, 0.3), 0.0)}


def scene(state: BoxState | None = None, stamp: float = 0.0, box: Pose = FACING) -> Scene:
    return Scene(stamp, scene_objects(box, SHUFFLED, state or BoxState(), stamp=stamp))


def unseen(shown: Scene, name: str) -> Scene:
    """The scene with a thing that is hidden now."""
    item = shown[name]
    return shown.with_object(SceneObject(**{**vars(item), "visible": False}))


def local(shown: Scene, module: Module, item: SceneObject) -> Pose:
    """Pose of a thing in a module's frame."""
    return module_frame(shown[f"box/{module}"]).inverse @ item.pose


def tips(shown: Scene, module: Module, x: float, y: float, z: float, yaw: float = 0.0) -> Pose:
    """The tcp of a hand that points down with its fingertips there in a module's frame."""
    frame = module_frame(shown[f"box/{module}"])
    place = (frame @ Pose((x, y, z))).position
    return top_down((place[0], place[1], place[2] + FINGERTIP_M), frame.yaw + yaw)


def look(
    now: float,
    shown: Scene,
    hands: Mapping[Side, Pose],
    pressed: Mapping[Side, float] | None = None,
    pushed: Mapping[Side, float] | None = None,
) -> Look:
    return Look(
        now,
        shown,
        {**AWAY, **hands},
        {"left": 0.0, "right": 0.0, **(pressed or {})},
        {"left": 0.0, "right": 0.0, **(pushed or {})},
    )
