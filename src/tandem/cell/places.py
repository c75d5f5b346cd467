"""Where to put an object so that a relation will hold: free spots, best first."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tandem.cell import description, footprint, relations
from tandem.cell.footprint import Point
from tandem.cell.pose import Pose
from tandem.cell.relations import TABLE
from tandem.cell.scene import Scene, SceneObject

HANDLE_ROOM = 0.055
"""At either end of a tray, which stays free for its handles and the hands that lift it [m]."""

FINGER = 0.026
"""Room that an opened finger takes beside what it lets go, along the closing direction: its thickness, the gap that it opens,
its margin to what stands there, and what perception may be off [m]."""

FINGER_HALF_WIDTH = 0.011
PALM_RADIUS = 0.080
PALM_HEIGHT = 0.055
"""The palm stays this high above what carries the object; what is taller must be ``PALM_RADIUS`` away [m]."""

SIDE_GAP = 0.060
"""Between the two footprints when one object is put beside another: 0.10 between the centres of 40 mm cubes [m]."""

ROOMY, TIGHT = 0.030, 0.014
"""Gaps to other objects, the first preferred [m]."""

SLOT_GAP = 0.003
"""Smallest gap between things in one container [m]."""


@dataclass(frozen=True)
class Spot:
    """A place for an object.

    Attributes:
        x, y: of its centre in the world [m].
        support: height of the surface that will carry it [m].
        closing: direction in which the fingers best close there, world yaw [rad], modulo pi; None when any will do.
    """

    x: float
    y: float
    support: float
    closing: float | None = None

    @property
    def xy(self) -> Point:
        """The centre."""
        return self.x, self.y


def place_spots(relation: str, item: SceneObject, target: str, scene: Scene) -> tuple[Spot, ...]:
    """Free spots at which ``item`` will be at ``relation`` to ``target``, best first; empty when there is no room.

    Args:
        relation: one of ``relations.RELATIONS``.
        item: what is placed; where it is now matters only for ``next_to`` and the table, which prefer to be near.
        target: scene name of the reference object, or ``table``.
        scene: everything else; objects in a gripper are no obstacles.

    Raises:
        KeyError: the target isn't in the scene.
        ValueError: the relation isn't known, or makes no sense with the table.
    """
    others = tuple(other for other in scene if other.name != item.name and not other.held_by)
    if target == TABLE:
        if relation != "on":
            raise ValueError(f"nothing can be '{relation}' the table")
        return _on_the_table(item, others)
    reference = scene[target]
    if relation == "in" or (relation == "on" and reference.category == "tray"):
        return _inside(item, reference, others)
    if relation == "on":
        return _on_top(item, reference, others)
    if relation not in relations.RELATIONS:
        raise ValueError(f"'{relation}' is not a relation; there are {', '.join(relations.RELATIONS)}")
    return _beside(relation, item, reference, others)


def in_workspace(point: Point) -> bool:
    """Whether instructions may put things there."""
    box = description.settings("cell.yaml")["workspace"]
    return bool(box["x"][0] <= point[0] <= box["x"][1] and box["y"][0] <= point[1] <= box["y"][1])


def moved_to(item: SceneObject, spot: Spot, *, inside: str = "", on: str = "") -> SceneObject:
    """The object as it will be when it stands at the spot: turned so that the fingers, which close across a pair of its faces,
    close there as the spot wants it."""
    yaw = footprint.yaw(item)
    if spot.closing is not None:
        yaw += (spot.closing - yaw + math.pi / 4) % (math.pi / 2) - math.pi / 4
    pose = Pose((spot.x, spot.y, spot.support + item.size[2] / 2), (0.0, 0.0, math.sin(yaw / 2), math.cos(yaw / 2)))
    return replace(item, pose=pose, held_by="", pose_in_tcp=None, inside=inside, on=on)


def hand_yaws(spot: Spot, relation: str, target: SceneObject | None) -> tuple[float, ...]:
    """Turns of a hand that points down which suit a spot, as of `reach.top_down` [rad]; empty when any will do.

    The fingers close as the spot wants it, either way round; on top of something, edges go along its edges.
    """
    if spot.closing is not None:
        return spot.closing + math.pi / 2, spot.closing - math.pi / 2
    if target is None or relation != "on":
        return ()
    return tuple(footprint.yaw(target) + quarter * math.pi / 2 for quarter in range(4))


def _beside(relation: str, item: SceneObject, target: SceneObject, others: tuple[SceneObject, ...]) -> tuple[Spot, ...]:
    names = tuple(relations.DIRECTIONS) if relation == "next_to" else (relation,)
    wanted = [(penalty, spot) for name in names for penalty, spot in _side_candidates(name, item, target)]
    if relation == "next_to":
        here = item.pose.position
        wanted = [(penalty + math.dist(here[:2], spot.xy), spot) for penalty, spot in wanted]
    ordered = [spot for _, spot in sorted(wanted, key=lambda pair: pair[0])]
    holds = [spot for spot in ordered if relations.relation_holds(relation, moved_to(item, spot), target)]
    return _free(holds, item, others, beside=target)


def _side_candidates(relation: str, item: SceneObject, target: SceneObject) -> Iterator[tuple[float, Spot]]:
    """Around the nominal spot, nearer and farther and shifted to either side, with the distance from the nominal one."""
    direction = relations.DIRECTIONS[relation]
    axis = 0 if direction[0] else 1
    nominal = footprint.inner_radius(item) + footprint.half_extents(target)[axis] + SIDE_GAP
    closing = 0.0 if axis == 1 else math.pi / 2
    for farther in (0.0, 0.02, -0.015, 0.04, 0.06, 0.08):
        for shift in (0.0, 0.02, -0.02, 0.04, -0.04, 0.06, -0.06, 0.09, -0.09, 0.12, -0.12):
            along = nominal + farther
            x = target.pose.position[0] + direction[0] * along + direction[1] * shift
            y = target.pose.position[1] + direction[1] * along + direction[0] * shift
            yield abs(farther) + abs(shift), Spot(x, y, 0.0, closing)


def _on_the_table(item: SceneObject, others: tuple[SceneObject, ...]) -> tuple[Spot, ...]:
    """The free spots of a 30 mm grid over the workspace, and right below where the object is, nearest first."""
    box = description.settings("cell.yaml")["workspace"]
    here = (float(item.pose.position[0]), float(item.pose.position[1]))
    (x0, x1), (y0, y1) = box["x"], box["y"]
    grid = [(x0 + 0.03 * i, y0 + 0.03 * j) for i in range(int((x1 - x0) / 0.03) + 1) for j in range(int((y1 - y0) / 0.03) + 1)]
    ordered = sorted([here, *grid], key=lambda point: math.dist(point, here))
    return _free([Spot(x, y, 0.0) for x, y in ordered], item, others)


def _on_top(item: SceneObject, target: SceneObject, others: tuple[SceneObject, ...]) -> tuple[Spot, ...]:
    x, y, _ = target.pose.position
    if target.category in relations.CONTAINERS or any(relations.rests_on(other, target) for other in others):
        return ()
    crowded = [other for other in others if other.name != target.name and _blocks_palm(other, (x, y), target.top)]
    return () if crowded else (Spot(x, y, target.top),)


def _free(
    spots: list[Spot], item: SceneObject, others: tuple[SceneObject, ...], beside: SceneObject | None = None
) -> tuple[Spot, ...]:
    """Those in the workspace with room around them: roomy ones first, then tight ones, each in the order given."""
    radius = footprint.outer_radius(item)
    slack = {spot: _clearance(spot, radius, others, beside) for spot in spots if in_workspace(spot.xy)}
    roomy = [spot for spot, gap in slack.items() if gap >= ROOMY]
    return (*roomy, *(spot for spot, gap in slack.items() if TIGHT <= gap < ROOMY))


def _clearance(spot: Spot, radius: float, others: tuple[SceneObject, ...], beside: SceneObject | None) -> float:
    """Smallest gap to another object; the reference object may be as near as the relation wants it."""
    if any(_blocks_palm(other, spot.xy, spot.support) for other in others):
        return -math.inf
    gaps = [footprint.distance_to(other, spot.xy) - radius + (0.01 if other is beside else 0.0) for other in others]
    return min(gaps, default=math.inf)


def _blocks_palm(other: SceneObject, point: Point, support: float) -> bool:
    return other.top > support + PALM_HEIGHT + 0.010 and footprint.distance_to(other, point) < PALM_RADIUS


def _inside(item: SceneObject, container: SceneObject, others: tuple[SceneObject, ...]) -> tuple[Spot, ...]:
    """The middle of an empty container, else where it is least crowded, closing the fingers where there is room for them."""
    contents = [other for other in others if other is not container and _is_in(other, container)]
    ranked = []
    for axis in (0, 1):
        for local in _slots(item, container, axis):
            gap = min((_slot_gap(item, container, other, local, axis) for other in contents), default=math.inf)
            if gap >= SLOT_GAP:
                ranked.append((-min(gap, 0.02), math.hypot(*local), axis, local))
    ranked.sort()
    return tuple(_slot_spot(container, axis, local) for _, _, axis, local in ranked)


def _is_in(other: SceneObject, container: SceneObject) -> bool:
    return other.inside == container.name or relations.is_inside(other, container) or relations.rests_on(other, container)


def _slots(item: SceneObject, container: SceneObject, axis: int) -> Iterator[Point]:
    """Local (x, y) on a grid of five by five; ``axis`` is the one along which the fingers close."""
    half = footprint.inner_radius(item)
    edges = _edges(container)
    room = [container.size[k] / 2 - edges[k] - half - (FINGER if k == axis else 0.006) for k in (0, 1)]
    if min(room) < 0.0:
        return
    for i in (0.0, 0.5, -0.5, 1.0, -1.0):
        for j in (0.0, 0.5, -0.5, 1.0, -1.0):
            yield room[0] * i, room[1] * j


def _slot_gap(item: SceneObject, container: SceneObject, other: SceneObject, local: Point, axis: int) -> float:
    """Gap to something already in there, of the object and of the opened fingers; negative when they would meet."""
    at = footprint.to_local(container, (other.pose.position[0], other.pose.position[1]))
    width = footprint.half_extents(other, footprint.yaw(container))
    away = [abs(at[k] - local[k]) - width[k] for k in (0, 1)]
    half = footprint.inner_radius(item)
    body = max(away[0] - half, away[1] - half)
    fingers = max(away[axis] - half - FINGER, away[1 - axis] - FINGER_HALF_WIDTH)
    return min(body, fingers)


def _slot_spot(container: SceneObject, axis: int, local: Point) -> Spot:
    x, y = footprint.to_world(container, local)
    closing = (footprint.yaw(container) + (math.pi / 2 if axis else 0.0)) % math.pi
    return Spot(x, y, footprint.bottom(container) + _floor(container), closing)


def _edges(container: SceneObject) -> tuple[float, float]:
    """What the walls, or the rim and the handles, take at each end along x and y."""
    props = description.settings("props.yaml")
    if container.category != "tray":
        wall = float(props["bin"]["wall"])
        return wall, wall
    rim = float(props["tray"]["rim"]["thickness"])
    return (HANDLE_ROOM, rim) if container.size[0] >= container.size[1] else (rim, HANDLE_ROOM)


def _floor(container: SceneObject) -> float:
    """Thickness of what carries the contents."""
    props = description.settings("props.yaml")
    return float(props["tray"]["board"] if container.category == "tray" else props["bin"]["wall"])


__all__ = ["TABLE", "Spot", "hand_yaws", "in_workspace", "moved_to", "place_spots"]
