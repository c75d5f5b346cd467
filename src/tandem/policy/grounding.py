"""A step's grounding: what it handles and what stands around, as perceived, as rows of numbers.

The rows go into datasets as they are here, in the world frame; a model expresses them in the frames of the hands.

Of a step on the BusyBox the object is what the hand handles (of a wire, the plug), the target where the other hand presses to
hold the box, and the goal the object as it is to be in its place; see `box_table`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tandem.cell import names, places
from tandem.cell.busybox.parts import BOX
from tandem.cell.names import Side
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.reach import top_down
from tandem.cell.scene import Scene, SceneObject
from tandem.policy.box.aims import Aim, as_done
from tandem.policy.box.hands_know import HandsKnow
from tandem.policy.box.looks import Look

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

PLACE: Final = slice(COLUMNS.index("x"), COLUMNS.index("z") + 1)
TURN: Final = slice(COLUMNS.index("qx"), COLUMNS.index("qw") + 1)
"""Of a row: position, and quaternion x y z w."""

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


def box_table(look: Look, aim: Aim, know: HandsKnow) -> Array:
    """The grounding of a step on the BusyBox, shape (OBJECTS, WIDTH): its flags tell it from any other, see `in_place`.

    The object's row is flagged as the goal as well once it is there, and as the target if the right hand works on it, the goal's
    row as the target if the left one does: words say so too, but which of two hands goes must never be mistaken. The row after
    the goal's, numbered `ABOUT`, is always the whole box.

    Args:
        look: the scene, and the hands.
        aim: of the step.
        know: what the hands know, to be asked once a look.
    """
    scene, rows, item = look.scene, np.zeros((OBJECTS, WIDTH), np.float32), know.part(look, aim)
    is_there = item is not None and know.reached(look, aim, item)
    # A box that went farther than it was to has no way to go.
    wanted, spot = item if is_there and aim.step.verb == "move" else aim.goal(scene), aim.spot(scene)
    box = scene.get(BOX)
    near = [] if item is None else _by_distance([other for other in scene if other.name not in (aim.part, BOX)], [item])
    for index, found in enumerate([item, spot, wanted, box, *near][:OBJECTS]):
        if found is not None:
            rows[index] = _row(found, found.pose, aim.step, look.now)
            rows[index, _FLAGS] = float(index in (0, GOAL)), 0.0, float(index == GOAL)
    rows[0, _FLAGS.stop - 1] = float(is_there)
    rows[[GOAL, 0], _FLAGS.start + 1] = rows[[GOAL, 0], 0] * _hands_at_work(aim.step)
    return rows


def _hands_at_work(step: Step) -> Array:
    """Which hands do what a step is for, left then right, 0 or 1; the one that only holds the box isn't counted."""
    return np.array([step.arm in (side, "both") for side in names.SIDES], np.float32)


def in_place(rows: NDArray) -> NDArray[np.bool_]:
    """Whether the goal is the object in its place: a part of the BusyBox as it is to be, or the box itself; shape (...).

    Args:
        rows: shape (..., OBJECTS, WIDTH).
    """
    return np.asarray((rows[..., GOAL, _FLAGS.start] > 0.5) & (rows[..., GOAL, _FLAGS.stop - 1] > 0.5))


def reached(rows: NDArray) -> NDArray[np.bool_]:
    """Whether what a step on the BusyBox works on is where it is to be; shape (...).

    Args:
        rows: shape (..., OBJECTS, WIDTH).
    """
    return np.asarray(in_place(rows) & (rows[..., 0, _FLAGS.stop - 1] > 0.5))


class Grounder:
    """The groundings of one step after the other, from look to look."""

    def __init__(self) -> None:
        self._kept, self._know = KeptGoal(), HandsKnow()
        self.forget()

    def forget(self) -> None:
        """Another step begins."""
        self._kept.forget()
        self._know.forget()
        self._aim: Aim | None = None
        self._aimed = False

    def table(self, look: Look, step: Step) -> Array:
        """See `table` and `box_table`; the first scene tells what the step is about."""
        if not self._aimed:
            self._aimed, self._aim = True, Aim.of(look.scene, step)
        if self._aim is not None:
            return box_table(look, self._aim, self._know)
        return table(look.scene, step, look.now, look.hands, self._kept.of(look.scene, step))

    @property
    def felt(self) -> bool | None:
        """Whether the button that the step is to press was felt to be pressed; None of any other step."""
        return self._know.done if self._aim is not None and self._aim.step.verb == "press" else None


def box_tables(looks: Sequence[Look], step: Step) -> list[Array] | None:
    """The groundings of a step on the BusyBox that is over, told by what was done in it; None of any other step.

    Args:
        looks: from the step's beginning on.
        step: that was carried out.
    """
    aim = Aim.of(looks[0].scene, step) if looks else None
    if aim is None:
        return None
    done, know = as_done(aim, looks), HandsKnow()
    return [box_table(look, done, know) for look in looks]


def _by_distance(items: list[SceneObject], anchors: Sequence[SceneObject]) -> list[SceneObject]:
    """The nearest first, in plan view."""
    places = [np.array(item.pose.position[:2]) for item in anchors]
    return sorted(items, key=lambda item: min(float(np.linalg.norm(place - item.pose.position[:2])) for place in places))


def _chosen(scene: Scene, step: Step) -> list[SceneObject | None]:
    main, target = scene.get(step.object), scene.get(step.target)
    anchors = [item for item in (main, target) if item is not None]
    others = [item for item in scene if item.name not in (step.object, step.target)]
    if anchors:
        others = _by_distance(others, anchors)
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
