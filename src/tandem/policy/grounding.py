"""A step's grounding: what it handles and what stands around, as perceived, as rows of numbers.

The rows go into datasets as they are here, in the world frame; a model expresses them in the frames of the hands.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tandem.cell.names import Side
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.scene import Scene, SceneObject

Array = NDArray[np.float32]

OBJECTS: Final = 8
"""Rows: the step's object first, its target second, then what else stands nearest to either."""

CATEGORIES: Final = ("cube", "bin", "tray", "box", "egg", "peg", "socket")
"""Categories with a column of their own; others have none set."""

COLUMNS: Final[tuple[str, ...]] = (
    "present",
    "is_object",
    "is_target",
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


def table(scene: Scene, step: Step, now: float, hands: Mapping[Side, Pose] | None = None) -> Array:
    """The grounding of a step, shape (OBJECTS, WIDTH); rows of things that aren't there are 0.

    Args:
        scene: as perceived.
        step: names its object and target; either may be a place that the scene doesn't have.
        now: the cell's time [s].
        hands: where the grasp centres are now, in the world, by side. What a hand holds is where the hand is; perception comes
            some tenths of a second later, and a hand moves by centimetres meanwhile. None leaves all where it was perceived.
    """
    rows = np.zeros((OBJECTS, WIDTH), np.float32)
    for index, item in enumerate(_chosen(scene, step)):
        if item is not None:
            rows[index] = _row(item, _pose(item, hands), step, now)
    return rows


def _pose(item: SceneObject, hands: Mapping[Side, Pose] | None) -> Pose:
    if hands is None or item.pose_in_tcp is None or not item.held_by:
        return item.pose
    return hands["right" if item.held_by == "right" else "left"] @ item.pose_in_tcp


def _chosen(scene: Scene, step: Step) -> list[SceneObject | None]:
    main, target = scene.get(step.object), scene.get(step.target)
    anchors = [np.array(item.pose.position[:2]) for item in (main, target) if item is not None]
    others = [item for item in scene if item.name not in (step.object, step.target)]
    if anchors:
        others.sort(key=lambda item: min(float(np.linalg.norm(anchor - item.pose.position[:2])) for anchor in anchors))
    return [main, target, *others][:OBJECTS]


def _row(item: SceneObject, pose: Pose, step: Step, now: float) -> list[float]:
    return [
        1.0,
        float(item.name == step.object),
        float(item.name == step.target),
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
