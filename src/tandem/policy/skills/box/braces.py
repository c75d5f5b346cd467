"""Where a hand can press on the box to hold it: on the bars of its handles, and on its face between the parts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from tandem.cell import description
from tandem.cell.busybox.parts import BOX, HANDLES
from tandem.cell.busybox.shapes import handle_bar
from tandem.cell.names import Side
from tandem.cell.pose import Pose
from tandem.cell.props import primitives
from tandem.cell.scene import Scene, SceneObject
from tandem.policy.skills.box.hands import FIST_HALF_M, QUARTERS, tips_at
from tandem.policy.skills.situation import backed

Array = NDArray[np.float64]

NEAR_M = 0.002
"""The tips of a bracing hand come down quickly to so far above what they will press on."""

_LEANS = tuple(np.radians((20.0, 35.0)))
"""By which the hand may lean away from the work, to leave room for the other one."""

_ALONG_M = (0.0, 0.045, -0.045)
"""Places on a bar, from its middle."""

_GRID_M = 0.025
"""Between places on the face that are looked at."""

_EDGE_M = 0.016
"""They are so far from the box's edges at least."""

_GAP_M = 0.007
"""And the fingers there so far from the parts."""

_FEET_M = 0.020
"""The box's feet are so far within its outline, about."""

_SHORTEST_ARM_M = 0.01

_HOLDS_DOWN_N = 30.0
"""A box that lifts a little presses against the hand that holds it down as hard as this at least."""

_ALIKE_N = 8.0
"""Forces that differ by less are as good as each other."""

_PALM_M, _BESIDE_M = 0.10, 0.09
"""From the tcp back to the palm's middle, and the least distance between two palms."""

_GRAVITY = 9.81


@dataclass(frozen=True)
class Spot:
    """A place to press.

    Attributes:
        on: name of the handle or the box.
        tcp: of closed fingers `NEAR_M` above it.
    """

    on: str
    tcp: Pose


def spots(scene: Scene, side: Side, work: Pose) -> list[Spot]:
    """Places for a hand, the best first: on the handle on its own side, upright and far from the work; then elsewhere."""
    handles = sorted((scene[name] for name in HANDLES), key=lambda item: item.pose.position[1], reverse=side == "left")
    found: list[Spot] = []
    for handle in handles:
        points = sorted(on_bar(handle), key=lambda point: -_apart(point, work))
        found += [Spot(handle.name, tcp) for tcp in _hands_at(points, work)]
    points = sorted(_on_face(scene), key=lambda point: -_apart(point, work))
    return found + [Spot(BOX, tcp) for tcp in _hands_at(points, work)]


def _hands_at(points: list[Pose], work: Pose) -> Iterator[Pose]:
    """Upright hands at all points, then leaning ones."""
    for point, quarter in product(points, QUARTERS):
        yield point @ tips_at(0.0, 0.0, 0.0, quarter)
    for lean, point, quarter in product(_LEANS, points, QUARTERS):
        yield _leaning(point, work, lean) @ tips_at(0.0, 0.0, 0.0, quarter)


def _leaning(point: Pose, work: Pose, lean: float) -> Pose:
    """A frame in which tips that point down lean away from the work, and touch the point with their edge on that side."""
    away = np.subtract(point.position, work.position)[:2]
    heading = Pose.from_xyz_rpy(point.position, (0.0, 0.0, float(np.arctan2(away[1], away[0]))))
    return heading @ Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, lean, 0.0)) @ Pose((-FIST_HALF_M, 0.0, 0.0))


def ranks(scene: Scene, work: Pose, places: Sequence[Spot], *, lifting: bool) -> Array:
    """How good each spot is to hold the box while a hand works at ``work``, the least the best, shape (n,); infinite of those at
    which the hands are in each other's way, or that don't hold down a box that is lifted there."""
    palms = np.array([backed(spot.tcp, _PALM_M).position for spot in places])
    apart = np.linalg.norm(palms - backed(work, _PALM_M).position, axis=1)
    forces = needed_to_hold_down(scene, work, places) if lifting else np.zeros(len(places))
    fits = (apart > _BESIDE_M) & (forces < _HOLDS_DOWN_N)
    return np.where(fits, np.round(np.where(fits, forces, 0.0) / _ALIKE_N), np.inf)


def needed_to_hold_down(scene: Scene, work: Pose, places: Sequence[Spot]) -> Array:
    """How hard each spot must be pressed so that the box stays down while it is pulled up where the work is, shape (n,) [N];
    infinite where pressing there doesn't help.

    Moments about each side of the rectangle of its feet, with the strongest pull that a plug may take.
    """
    told = description.settings("busybox.yaml")
    weight, pull = float(told["mass"]) * _GRAVITY, float(told["wires"]["pull_out"][1])
    box = scene[BOX]
    points = np.array([work.position, *(spot.tcp.position for spot in places)])
    local = (points - box.pose.position) @ box.pose.rotation
    needed = np.zeros(len(places))
    for axis, sign in product((0, 1), (1.0, -1.0)):
        foot = box.size[axis] / 2 - _FEET_M
        lifting = pull * (sign * local[0, axis] + foot) - weight * foot
        arms = sign * local[1:, axis] + foot
        if lifting > 0:
            needed = np.maximum(needed, np.where(arms > _SHORTEST_ARM_M, lifting / np.maximum(arms, _SHORTEST_ARM_M), np.inf))
    return needed


def _on_face(scene: Scene) -> Iterator[Pose]:
    """Points above the face where upright closed fingers meet nothing else, turned as the box is."""
    box = scene[BOX]
    x, y = (np.arange(_EDGE_M - size / 2, size / 2 - _EDGE_M + 1e-6, _GRID_M) for size in box.size[:2])
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 1, 2)
    outline = np.array(list(product((-FIST_HALF_M, 0.0, FIST_HALF_M), repeat=2)))
    gaps = np.full(len(grid), np.inf)
    for item in scene:
        if item.name.startswith(f"{BOX}/"):
            gaps = np.minimum(gaps, _gaps(item, box, grid + outline).min(axis=1))
    for (place,) in grid[gaps > _GAP_M]:
        yield box.pose @ Pose((float(place[0]), float(place[1]), box.size[2] / 2 + NEAR_M))


def _gaps(item: SceneObject, box: SceneObject, points: Array) -> Array:
    """From points in the box's frame, shape (..., 2), to a part in plan view, shape (...) [m]; 0 inside of it."""
    nearest = np.full(points.shape[:-1], np.inf)
    in_box = box.pose.inverse @ item.pose
    for pose, size in primitives(item.category, item.size):
        placed = (in_box @ pose).matrix
        beyond = np.abs((points - placed[:2, 3]) @ placed[:2, :2]) - np.array(size[:2]) / 2
        nearest = np.minimum(nearest, np.linalg.norm(np.maximum(beyond, 0.0), axis=-1))
    return nearest


def on_bar(handle: SceneObject) -> Iterator[Pose]:
    """Points above a handle's bar, turned as the handle is."""
    bar, size = handle_bar(handle.size)
    for along in _ALONG_M:
        yield handle.pose @ Pose((bar.position[0], along, size[2] / 2 + NEAR_M))


def _apart(pose: Pose, other: Pose) -> float:
    return float(np.linalg.norm(np.subtract(pose.position, other.position)))
