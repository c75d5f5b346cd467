"""What the relations between objects mean: whether one holds, and where an object goes so that it will.

Skills choose the place and verification judges the result by the same definitions. Left is +y, right -y, behind +x, in front -x.
Objects are taken as upright; all lengths [m] in the world frame.
"""

from typing import Final, Protocol

from tandem.cell import footprint, socket
from tandem.cell.footprint import Point
from tandem.cell.pose import Pose
from tandem.cell.scene import SceneObject

TABLE: Final = "table"

DIRECTIONS: Final[dict[str, Point]] = {
    "left_of": (0.0, 1.0),
    "right_of": (0.0, -1.0),
    "behind": (1.0, 0.0),
    "in_front_of": (-1.0, 0.0),
}
"""The unit vector (x, y) from the reference object towards the place."""

RELATIONS: Final = ("in", "on", *DIRECTIONS, "next_to")

HEIGHT_TOLERANCE: Final = 0.015
"""Between the face that carries and the face that is carried."""

OVERLAP: Final = 0.005
"""By which two footprints may seem to overlap before the objects can't stand side by side."""

SIDE_REACH: Final = 0.21
"""Largest gap between the two footprints for left of, right of, behind and in front of: 0.25 between centres of 40 mm cubes."""

NEAR: Final = 0.12
"""Largest gap between the two footprints for next to."""

CLOSE: Final = 0.08
"""Largest gap of what stands beside something as if put there."""

IN_LINE: Final = 0.03
"""Largest distance of the centres across the relation's direction, likewise."""

CONTAINERS: Final = ("bin",)

PLUGGED: Final = 0.010
"""A peg whose end is so far below the rim of a socket's hole is in it [m]."""


def relation_holds(relation: str, item: SceneObject, target: SceneObject | None) -> bool:
    """Whether ``item`` is at ``relation`` to ``target``; None stands for the table. An object that is held is nowhere yet.

    Raises:
        ValueError: the relation isn't known, or the table is the target of another one than ``on``.
    """
    if relation not in RELATIONS:
        raise ValueError(f"'{relation}' is not a relation; there are {', '.join(RELATIONS)}")
    if target is None:
        if relation != "on":
            raise ValueError(f"nothing can be '{relation}' the table")
        elsewhere = item.held_by or item.inside or item.on not in ("", TABLE)
        return not elsewhere and abs(footprint.bottom(item)) < HEIGHT_TOLERANCE
    if item.held_by or item.name == target.name:
        return False
    if relation == "in":
        return is_inside(item, target)
    if relation == "on":
        return rests_on(item, target)
    return _side_by_side(item, target) and (
        _gap(item, target) <= NEAR if relation == "next_to" else _in_direction(relation, item, target)
    )


def fits_closely(relation: str, item: SceneObject, target: SceneObject | None) -> bool:
    """Whether the relation holds as well as if the object had been put there on purpose.

    Beside something that means near and in line. What merely happens to lie on that side is still worth moving.
    """
    if not relation_holds(relation, item, target):
        return False
    if target is None or relation in ("in", "on"):
        return True
    names = DIRECTIONS if relation == "next_to" else (relation,)
    return _gap(item, target) <= CLOSE and any(lateral(name, item, target)[1] <= IN_LINE for name in names)


def is_inside(item: SceneObject, container: SceneObject) -> bool:
    """Whether the centre is above the container's floor and its lower face at least 10 mm below the rim."""
    low = footprint.bottom(item)
    within = footprint.bottom(container) - HEIGHT_TOLERANCE < low < container.top - 0.010
    return within and footprint.contains(container, item.pose.position[:2])


class Thing(Protocol):
    """What has a kind, a pose and a size: a ``SceneObject``, or what becomes one."""

    @property
    def category(self) -> str: ...  # noqa: D102
    @property
    def pose(self) -> Pose: ...  # noqa: D102
    @property
    def size(self) -> tuple[float, float, float]: ...  # noqa: D102


def plug_depth(item: Thing, target: Thing) -> float:
    """How deep a peg is in a socket's hole [m], 0 when it isn't, or when they are other things."""
    if (item.category, target.category) != ("peg", "socket"):
        return 0.0
    return socket.plugged(item.pose, item.size[2], target.pose, target.size)


def is_plugged(item: Thing, target: Thing) -> bool:
    """Whether a peg is in a socket's hole, held or not."""
    return plug_depth(item, target) > PLUGGED


def rests_on(item: SceneObject, support: SceneObject) -> bool:
    """Whether the centre is above the support and the faces meet; on a tray, with raised handles, anywhere from its foot up."""
    low = footprint.bottom(item)
    over = footprint.contains(support, item.pose.position[:2])
    if support.category == "tray":
        return over and footprint.bottom(support) - 0.005 < low < support.top + HEIGHT_TOLERANCE
    return over and abs(low - support.top) < HEIGHT_TOLERANCE


def lateral(relation: str, item: SceneObject, target: SceneObject) -> tuple[float, float]:
    """Centre to centre: the distance along the relation's direction, and across it."""
    direction = DIRECTIONS[relation]
    dx, dy = (item.pose.position[axis] - target.pose.position[axis] for axis in (0, 1))
    return dx * direction[0] + dy * direction[1], abs(dx * direction[1] + dy * direction[0])


def _in_direction(relation: str, item: SceneObject, target: SceneObject) -> bool:
    """Beyond the target's edge, not too far, and within 45 degrees of the direction or the width of the target."""
    along, across = lateral(relation, item, target)
    axis = 0 if DIRECTIONS[relation][0] else 1
    own, other = footprint.half_extents(item), footprint.half_extents(target)
    gap = along - own[axis] - other[axis]
    return -OVERLAP <= gap <= SIDE_REACH and across <= max(along, other[1 - axis] + 0.02)


def _side_by_side(item: SceneObject, target: SceneObject) -> bool:
    """Whether it stands on the table, or as high as the target does."""
    low = footprint.bottom(item)
    return _gap(item, target) >= -OVERLAP and (
        abs(low) < HEIGHT_TOLERANCE or abs(low - footprint.bottom(target)) < HEIGHT_TOLERANCE
    )


def _gap(item: SceneObject, target: SceneObject) -> float:
    """Between the footprints: from the disc in one to the rectangle of the other, the smaller of both ways."""
    one = footprint.distance_to(target, item.pose.position[:2]) - footprint.inner_radius(item)
    other = footprint.distance_to(item, target.pose.position[:2]) - footprint.inner_radius(target)
    return min(one, other)
