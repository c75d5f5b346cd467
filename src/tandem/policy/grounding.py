"""A step's grounding: what it handles and what stands around, as perceived, as rows of numbers.

The rows go into datasets as they are here, in the world frame; a model expresses them in the frames of the hands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tandem.cell import names, places
from tandem.cell.names import Side
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.reach import top_down
from tandem.cell.scene import Scene, SceneObject

Array = NDArray[np.float32]

OBJECTS: Final = 8
"""Rows: the step's object first, its target second, where the object is to go third, then what else stands nearest to these."""

TARGET: Final = 1
GOAL: Final = 2
ABOUT: Final = 3
"""The rows of these two, and how many say what the step is about."""

CATEGORIES: Final = ("cube", "bin", "tray", "box", "egg", "peg", "socket")
"""Categories with a column of their own; others have none set."""

COLUMNS: Final[tuple[str, ...]] = (
    "present",
    "is_object",
    "is_target",
    "is_goal",
    "x",
    "y",
    "z",
    "qx",
    "qy",
    "qz",
    "qw",
    "size_x",
    "size_y",
    "size_z",
    "confidence",
    "visible",
    "age",
    "held_left",
    "held_right",
    *(f"is_{category}" for category in CATEGORIES),
)
"""Of each row: flags 0 or 1; pose of the bounding box's centre in the world [m]; its extents [m]; seconds since it was seen."""

WIDTH: Final = len(COLUMNS)

_FLAGS = slice(COLUMNS.index("is_object"), COLUMNS.index("is_goal") + 1)


def goal(scene: Scene, step: Step) -> SceneObject | None:
    """The step's object as it will be where the step wants it, at the best free spot; None where nothing is to be placed.

    That is what "in", "on" or "to the left of" mean in this scene. What a hand holds turns as little as the spot allows: a cube
    looks alike after a quarter of a turn, but fingers lie around it differently. See `KeptGoal` for a step that is under way.
    """
    item = scene.get(step.object)
    if item is None or step.verb != "place":
        return None
    try:
        spots = places.place_spots(step.relation, item, step.target, scene)
    except (KeyError, ValueError):
        return None
    if not spots:
        return None
    there = places.moved_to(item, spots[0])
    if item.pose_in_tcp is None or item.held_by not in names.SIDES:
        return there
    return _turned_by_hand(item, item.pose_in_tcp, there, places.hand_yaws(spots[0], step.relation, scene.get(step.target)))


def _turned_by_hand(item: SceneObject, in_tcp: Pose, there: SceneObject, yaws: Sequence[float]) -> SceneObject:
    """The object where it is to go, as a hand turns it there that points down at the nearest of ``yaws``, or as now."""
    hand = (item.pose @ in_tcp.inverse).rotation
    ways = [top_down((0.0, 0.0, 0.0), yaw) for yaw in yaws or (float(np.arctan2(hand[1, 0], hand[0, 0])),)]
    nearest = max(ways, key=lambda way: float(np.trace(way.rotation.T @ hand)))
    turned = nearest @ in_tcp
    height = np.abs(turned.rotation[2]) @ np.array(item.size) / 2
    x, y, z = there.pose.position
    return replace(there, pose=Pose((x, y, float(z - item.size[2] / 2 + height)), turned.quaternion))


class KeptGoal:
    """The goal of one step after the other, as the first scene of each shows it.

    It isn't looked up again meanwhile: of several spots that are alike another one may seem the best a moment later.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Another step begins."""
        self._known = False
        self._goal: SceneObject | None = None

    def of(self, scene: Scene, step: Step) -> SceneObject | None:
        """See `goal`."""
        if not self._known:
            self._known, self._goal = True, goal(scene, step)
        return self._goal


def table(
    scene: Scene, step: Step, now: float, hands: Mapping[Side, Pose] | None = None, wanted: SceneObject | None = None
) -> Array:
    """The grounding of a step, shape (OBJECTS, WIDTH); rows of things that aren't there are 0.

    Args:
        scene: as perceived.
        step: names its object and target; either may be a place that the scene doesn't have.
        now: the cell's time [s].
        hands: where the grasp centres are now, in the world, by side. What a hand holds is where the hand is; perception comes
            some tenths of a second later, and a hand moves by centimetres meanwhile. None leaves all where it was perceived.
        wanted: of `goal`.
    """
    rows = np.zeros((OBJECTS, WIDTH), np.float32)
    for index, item in enumerate(_chosen(scene, step)):
        if item is not None:
            rows[index] = _row(item, item.pose if hands is None else carried_pose(item, hands), step, now)
    if wanted is not None:
        rows[GOAL] = _row(wanted, wanted.pose, step, now)
        rows[GOAL, _FLAGS] = 0.0, 0.0, 1.0
    return rows


def _chosen(scene: Scene, step: Step) -> list[SceneObject | None]:
    main, target = scene.get(step.object), scene.get(step.target)
    anchors = [np.array(item.pose.position[:2]) for item in (main, target) if item is not None]
    others = [item for item in scene if item.name not in (step.object, step.target)]
    if anchors:
        others.sort(key=lambda item: min(float(np.linalg.norm(anchor - item.pose.position[:2])) for anchor in anchors))
    return [main, target, None, *others][:OBJECTS]


def carried_pose(item: SceneObject, hands: Mapping[Side, Pose]) -> Pose:
    """Where a thing is with the hands at those tcp poses: what one holds goes with it."""
    if item.pose_in_tcp is None or not item.held_by:
        return item.pose
    return hands["right" if item.held_by == "right" else "left"] @ item.pose_in_tcp


def _row(item: SceneObject, pose: Pose, step: Step, now: float) -> list[float]:
    return [
        1.0,
        float(item.name == step.object),
        float(item.name == step.target),
        0.0,
        *pose.position,
        *pose.quaternion,
        *item.size,
        item.confidence,
        float(item.visible),
        min(max(now - item.last_seen, 0.0), 60.0),
        float(item.held_by in ("left", "both")),
        float(item.held_by in ("right", "both")),
        *(float(item.category == category) for category in CATEGORIES),
    ]
