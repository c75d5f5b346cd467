"""Where upright objects stand on the table, as rectangles seen from above."""

import math

from tandem.cell.scene import SceneObject

Point = tuple[float, float]


def yaw(item: SceneObject) -> float:
    """Heading of the object's x axis [rad]; as ``Pose.yaw``, without the arrays, since searches ask for it often."""
    x, y, z, w = item.pose.quaternion
    return math.atan2(2.0 * (w * z + x * y), 1.0 - 2.0 * (y * y + z * z))


def to_local(item: SceneObject, point: Point) -> Point:
    """A world (x, y) [m] in the object's own axes, measured from its centre."""
    dx, dy = point[0] - item.pose.position[0], point[1] - item.pose.position[1]
    cos, sin = math.cos(yaw(item)), math.sin(yaw(item))
    return cos * dx + sin * dy, cos * dy - sin * dx


def to_world(item: SceneObject, local: Point) -> Point:
    """The inverse of `to_local`."""
    cos, sin = math.cos(yaw(item)), math.sin(yaw(item))
    x, y, _ = item.pose.position
    return x + cos * local[0] - sin * local[1], y + sin * local[0] + cos * local[1]


def half_extents(item: SceneObject, heading: float = 0.0) -> Point:
    """Half the width of the footprint along the x and y axes of a frame with that heading [m]; by default the world."""
    turn = yaw(item) - heading
    cos, sin = abs(math.cos(turn)), abs(math.sin(turn))
    half_x, half_y = item.size[0] / 2, item.size[1] / 2
    return cos * half_x + sin * half_y, sin * half_x + cos * half_y


def distance_to(item: SceneObject, point: Point) -> float:
    """From a world point to the footprint [m], 0 inside of it."""
    x, y = to_local(item, point)
    return math.hypot(max(abs(x) - item.size[0] / 2, 0.0), max(abs(y) - item.size[1] / 2, 0.0))


def contains(item: SceneObject, point: Point, inset: float = 0.0) -> bool:
    """Whether a world point lies in the footprint, at least ``inset`` [m] from its edge (outside of it when negative)."""
    x, y = to_local(item, point)
    return abs(x) <= item.size[0] / 2 - inset and abs(y) <= item.size[1] / 2 - inset


def inner_radius(item: SceneObject) -> float:
    """Of the largest disc in the footprint [m]."""
    return min(item.size[0], item.size[1]) / 2


def outer_radius(item: SceneObject) -> float:
    """Of the smallest disc around the footprint [m], which holds whatever the object's yaw."""
    return math.hypot(item.size[0], item.size[1]) / 2


def bottom(item: SceneObject) -> float:
    """Height of the lower face in the world [m]."""
    return item.pose.position[2] - item.size[2] / 2
