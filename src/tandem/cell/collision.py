"""Distances between the robot, the table, objects and humans, by Pinocchio and Coal.

One model serves the planner and the safety filter. What stands around the arms is given by ``set_world``; each pair of bodies
has a margin by its class (config/safety.yaml). Not safe to share between threads: each makes its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from tandem.cell import contacts, description, names
from tandem.cell.chunk import ContactPair
from tandem.cell.geometry_pool import UNUSED, GeometryPool, checked_pairs
from tandem.cell.pose import Pose
from tandem.cell.props import Primitive, primitives
from tandem.cell.robot import RobotModel
from tandem.cell.scene import Scene, SceneObject

Array = NDArray[np.float64]
Point = Sequence[float]

TABLE = "table"
HUMAN = "human"
_BITS = {"": 0, "left": 1, "right": 2, "both": 3}
# A pair that starts inside its margin keeps the distance that it has, but for the precision of the distance itself.
DISTANCE_PRECISION = 2e-6


@dataclass(frozen=True)
class Clearance:
    """How near two bodies are.

    Attributes:
        bodies: names of links, objects, ``table`` or ``human_1``; empty when nothing is near.
        distance: between them, negative when they overlap [m]; infinite when nothing is near.
        margin: that they must keep [m].
    """

    bodies: tuple[str, ...]
    distance: float
    margin: float

    @property
    def slack(self) -> float:
        """Distance beyond the margin [m]."""
        return self.distance - self.margin


NOTHING_NEAR = Clearance((), float("inf"), 0.0)


@dataclass(frozen=True)
class _Placed:
    """An object that has been given shapes of the pool: what they were made from, who holds it, which shapes."""

    key: tuple[object, ...]
    held: str
    shapes: list[int]


class _Level:
    """Geometry data in which every pair's margin is scaled or widened, with its broad phase."""

    def __init__(self, model: pin.Model, pool: GeometryPool, scale: float, widen: float) -> None:
        self.scale, self.widen = scale, widen
        self.data = pin.GeometryData(pool.model)
        self.broad = pin.BroadPhaseManager_DynamicAABBTreeCollisionManager(model, pool.model, self.data)
        self.hit = pin.CollisionCallBackDefault(pool.model, self.data, True)
        self.collect = pin.CollisionCallBackCollect(pool.model, self.data)
        self._requests = self.data.collisionRequests
        self._margins = np.full(len(pool.model.collisionPairs), np.nan)
        self._active = np.ones(len(pool.model.collisionPairs), dtype=bool)

    def update(self, margins: Array, limits: Array, active: NDArray[np.bool_]) -> None:
        wanted = np.minimum(margins * self.scale + self.widen, limits + self.widen)
        for pair in np.flatnonzero(wanted != self._margins):
            self._requests[int(pair)].security_margin = float(wanted[pair])
        for pair in np.flatnonzero(active != self._active):
            change = self.data.activateCollisionPair if active[pair] else self.data.deactivateCollisionPair
            change(int(pair))
        self._margins, self._active = wanted, active.copy()


class CollisionModel:
    """Collision and distance queries for all 14 joints at once.

    Attributes:
        margins: that each pair of shapes must keep [m], shape (pairs,).
        reach: bound on how much nearer each pair comes for a motion of each joint, shape (pairs, 14) [m/rad; m/m].
        fastest_reach: the largest of those over the pairs that are checked, shape (14,).
    """

    margins: Array
    reach: Array
    fastest_reach: Array
    _active: NDArray[np.bool_]
    _allowed: frozenset[contacts.Pair]

    def __init__(self, robot: RobotModel | None = None) -> None:
        self._robot = robot or RobotModel()
        self._model, self._data = self._robot.model, self._robot.model.createData()
        settings = description.settings("safety.yaml")
        self._margins_m: dict[str, float] = settings["margins_m"]
        self._human_radius = float(settings["human_radius_m"])
        self._tcp = {side: self._model.frames[self._model.getFrameId(names.TCP_FRAME[side])] for side in names.SIDES}
        self._allocate(boxes=32, spheres=4)

    # What stands around the arms

    def set_world(
        self,
        scene: Scene,
        allowed_contacts: Iterable[ContactPair] = (),
        humans: Sequence[Point] = (),
        escape: Array | None = None,
    ) -> None:
        """Set what the next queries check against; only what changed since the last call is rebuilt.

        Args:
            scene: objects; what is held moves with its gripper and isn't checked against it.
            allowed_contacts: pairs that aren't checked at all; names as in ``ActionChunk``.
            humans: points of human bodies in the world [m].
            escape: joints at which the arms are now, shape (14,). A pair that is inside its margin there may stay as near as
                it is, but not come nearer: otherwise arms that a new estimate of the scene found too near could never leave.
        """
        shapes = [(item, primitives(item.category, _rounded(item.size))) for item in scene]
        boxes = sum(len(parts) for _, parts in shapes)
        if boxes > len(self._pool.boxes) or len(humans) > len(self._pool.spheres):
            self._allocate(max(2 * boxes, len(self._pool.boxes)), max(2 * len(humans), len(self._pool.spheres)))
        changed = self._place_objects(scene) | self._place_humans(humans)
        allowed = contacts.expand(allowed_contacts)
        if changed or allowed != self._allowed:
            self._allowed = allowed
            self._choose_pairs()
            changed = True
        if np.isfinite(self._limits).any():
            self._forget_escape()
            changed = True
        if changed:
            self._update_levels()
        if escape is not None:
            self._escape(escape)

    # Queries

    def in_collision(self, positions: Array, scale: float = 1.0) -> bool:
        """Whether any pair is nearer than its margin times ``scale`` at joints of shape (14,)."""
        level = self._level(scale, 0.0)
        return bool(pin.computeCollisions(self._model, self._data, level.broad, level.hit, positions))

    def clearance(self, positions: Array, cutoff: float = 0.05) -> Clearance:
        """The pair with the least distance beyond its margin, or ``NOTHING_NEAR`` if none has less than ``cutoff`` [m]."""
        near = self.near(positions, cutoff)
        if not near:
            return NOTHING_NEAR
        distances = np.array([self.distance(pair) for pair in near])
        slack = distances - self.margins[near]
        worst = int(np.argmin(slack))
        if slack[worst] > cutoff:
            return NOTHING_NEAR
        return self.describe(near[worst], float(distances[worst]))

    def human_distance(self, positions: Array, humans: Sequence[Point]) -> float:
        """Smallest distance of the arms from humans, in an otherwise empty world [m]; replaces what ``set_world`` gave."""
        self.set_world(Scene(), humans=humans)
        self._placed = self._level(1.0, 0.05)
        self.place(positions)
        shapes = set(self._pool.spheres)
        pairs = [int(pair) for pair in np.flatnonzero(self._active) if self._second[pair] in shapes]
        return min((self.distance(pair) for pair in pairs), default=float("inf"))

    # For certifying motions: pairs of shapes by index

    def near(self, positions: Array, cutoff: float) -> list[int]:
        """Place all shapes, and list the pairs that may have less than ``cutoff`` beyond their margin; all others have more."""
        level = self._placed = self._level(1.0, cutoff)
        pin.computeCollisions(self._model, self._data, level.broad, level.collect, positions)
        return list(level.collect.pair_indexes)

    def place(self, positions: Array) -> None:
        """Place all shapes at joints of shape (14,), for ``distance``."""
        pin.updateGeometryPlacements(self._model, self._data, self._pool.model, self._placed.data, positions)

    def distance(self, pair: int) -> float:
        """Distance of a pair as last placed, negative when overlapping [m]."""
        pin.computeDistance(self._pool.model, self._placed.data, pair)
        return float(self._placed.data.distanceResults[pair].min_distance)

    def gradients(self, pairs: Sequence[int]) -> Array:
        """How the distances of pairs, as last placed and measured, change with the joints, shape (len(pairs), 14) [m/rad; m/m].

        By the velocities of the two nearest points along the line between them.
        """
        pin.computeJointJacobians(self._model, self._data)
        rows = np.zeros((len(pairs), names.DOF))
        for row, pair in zip(rows, pairs, strict=True):
            result = self._placed.data.distanceResults[pair]
            points = (result.getNearestPoint1(), result.getNearestPoint2())
            for sign, shape, point in zip((-1.0, 1.0), (self._first[pair], self._second[pair]), points, strict=True):
                row += sign * self._along(int(shape), point, result.normal)
        return rows

    def _along(self, shape: int, point: Array, direction: Array) -> Array:
        """Velocity of a point of a shape along a direction, by joint velocity, shape (14,)."""
        joint = self._pool.joint_of(shape)
        if joint == 0:
            return np.zeros(names.DOF)
        jacobian = pin.getJointJacobian(self._model, self._data, joint, pin.LOCAL_WORLD_ALIGNED)
        arm = np.cross(point - self._data.oMi[joint].translation, direction)
        return np.asarray(direction @ jacobian[:3] + arm @ jacobian[3:])

    def describe(self, pair: int, distance: float) -> Clearance:
        """The pair in names."""
        bodies = (self._pool.bodies[self._first[pair]], self._pool.bodies[self._second[pair]])
        return Clearance(bodies, distance, float(self.margins[pair]))

    # Inside

    def _allocate(self, boxes: int, spheres: int) -> None:
        pool = self._pool = GeometryPool(self._model, boxes, spheres)
        pool.model.setCollisionPairs(checked_pairs(pool))
        pairs = pool.model.collisionPairs
        self._first = np.array([pair.first for pair in pairs])
        self._second = np.array([pair.second for pair in pairs])
        self._placed_objects: dict[str, _Placed] = {}
        self._placed_humans: tuple[tuple[float, ...], ...] = ()
        self._held = np.zeros(len(pool.bodies), dtype=int)
        self._grips = np.array([self._gripper_bits(body) for body in pool.bodies])
        self._allowed = frozenset()
        self._levels: dict[tuple[float, float], _Level] = {}
        self.margins = self._margins_by_class()
        self.reach = self._approach(np.arange(len(self._first)))
        self._moved_along: set[int] = set()
        self._choose_pairs()
        self._forget_escape()
        self._placed = self._level(1.0, 0.05)

    def _level(self, scale: float, widen: float) -> _Level:
        level = self._levels.get((scale, widen))
        if level is None:
            level = self._levels[scale, widen] = _Level(self._model, self._pool, scale, widen)
            level.update(self.margins, self._limits, self._active)
        return level

    def _place_objects(self, scene: Scene) -> bool:
        """Put shapes where objects are; the answer is whether other pairs have to be checked than before."""
        changed = False
        present = {item.name for item in scene}
        for name in [name for name in self._placed_objects if name not in present]:
            self._take_away(name)
            changed = True
        for item in scene:
            item = with_its_carrier(item, scene)
            placed, key = self._placed_objects.get(item.name), _geometry_key(item)
            if placed is not None and placed.key == key:
                continue
            parts = primitives(item.category, _rounded(item.size))
            held = item.held_by if item.pose_in_tcp is not None else ""
            if placed is None or len(placed.shapes) != len(parts) or placed.held or held:
                self._take_away(item.name)
                free = [index for index in self._pool.boxes if self._pool.bodies[index] == UNUSED]
                placed = _Placed(key, held, free[: len(parts)])
                changed = True
            self._placed_objects[item.name] = _Placed(key, held, placed.shapes)
            self._place_object(item, held, parts, placed.shapes)
        return changed

    def _take_away(self, name: str) -> None:
        placed = self._placed_objects.pop(name, None)
        for index in placed.shapes if placed is not None else ():
            if self._held[index]:
                self._moved_along.add(index)
            self._pool.park(index)
            self._held[index] = 0

    def _place_object(self, item: SceneObject, held: str, parts: tuple[Primitive, ...], shapes: list[int]) -> None:
        joint, origin = 0, item.pose.matrix
        if held and item.pose_in_tcp is not None:
            frame = self._tcp["right" if held == "right" else "left"]
            joint, origin = frame.parentJoint, frame.placement.homogeneous @ item.pose_in_tcp.matrix
            self._moved_along.update(shapes)
        for (pose, size), index in zip(parts, shapes, strict=True):
            self._pool.put_box(index, item.name, joint, origin @ _matrix(pose), np.array(size))
            self._held[index] = _BITS[held]

    def _place_humans(self, humans: Sequence[Point]) -> bool:
        wanted = tuple(tuple(float(value) for value in point) for point in humans)
        if wanted == self._placed_humans:
            return False
        self._placed_humans = wanted
        for number, index in enumerate(self._pool.spheres):
            if number < len(wanted):
                self._pool.put_sphere(index, f"{HUMAN}_{number + 1}", np.array(wanted[number]), self._human_radius)
            else:
                self._pool.park(index)
        return True

    def _choose_pairs(self) -> None:
        """Work out which pairs are checked, and how fast they can approach each other."""
        bodies = self._pool.bodies
        numbers = {body: number for number, body in enumerate(dict.fromkeys(bodies))}
        number = np.array([numbers[body] for body in bodies])
        free = np.ones((len(numbers), len(numbers)), dtype=bool)
        np.fill_diagonal(free, False)
        for pair in self._allowed:
            known = [numbers[body] for body in pair if body in numbers]
            if len(known) == 2:
                free[known[0], known[1]] = free[known[1], known[0]] = False
        used = np.array([body != UNUSED for body in bodies])
        moves = np.any(self._pool.reach > 0, axis=1)
        a, b = self._first, self._second
        own_grip = (self._held[a] & self._grips[b]) | (self._held[b] & self._grips[a]) | (self._held[a] & self._held[b])
        self._active = used[a] & used[b] & (moves[a] | moves[b]) & (own_grip == 0) & free[number[a], number[b]]
        if self._moved_along:
            shapes = list(self._moved_along)
            pairs = np.flatnonzero(np.isin(a, shapes) | np.isin(b, shapes))
            self.reach[pairs] = self._approach(pairs)
            self._moved_along.clear()
        self.fastest_reach = self.reach[self._active].max(axis=0, initial=0.0)

    def _margins_by_class(self) -> Array:
        pool = self._pool
        kinds = np.array(["", *names.SIDES, TABLE, "object", HUMAN])
        kind = np.array([kinds.tolist().index(contacts.side_of(body) or TABLE) for body in pool.bodies])
        kind[list(pool.boxes)] = 4
        kind[list(pool.spheres)] = 5
        a, b = kind[self._first], kind[self._second]
        margins = np.where(a == b, self._margins_m["self"], self._margins_m["inter_arm"])
        for value, name in ((4, "object"), (3, "table"), (5, "human")):
            margins = np.where((a == value) | (b == value), self._margins_m[name], margins)
        return np.asarray(margins, dtype=float)

    def _approach(self, pairs: NDArray[np.intp]) -> Array:
        """Bound on how much nearer pairs come for a motion of each joint, shape (len(pairs), 14) [m/rad; m/m].

        Joints before both shapes carry them along together and don't count.
        """
        pool, first, second = self._pool, self._first[pairs], self._second[pairs]
        above = np.zeros((len(pool.bodies), self._model.njoints), dtype=bool)
        for index in range(len(pool.bodies)):
            above[index, pool.chain(pool.joint_of(index))] = True
        columns = np.zeros((len(pairs), names.DOF), dtype=bool)
        common = above[first] & above[second]
        for joint in range(1, self._model.njoints):
            columns[:, pool.column(joint)] |= common[:, joint]
        return np.where(columns, 0.0, pool.reach[first] + pool.reach[second])

    def _escape(self, positions: Array) -> None:
        for pair in self.near(positions, 0.0):
            distance = self.distance(pair)
            if distance < self.margins[pair]:
                self._limits[pair] = distance - DISTANCE_PRECISION
        if np.isfinite(self._limits).any():
            self._update_levels()

    def _forget_escape(self) -> None:
        self._limits = np.full(len(self._first), np.inf)

    def _update_levels(self) -> None:
        for level in self._levels.values():
            level.update(self.margins, self._limits, self._active)

    @staticmethod
    def _gripper_bits(body: str) -> int:
        return sum(_BITS[side] for side in names.SIDES if body in contacts.GROUPS[f"{side}_gripper"])


@lru_cache(maxsize=4096)
def _matrix(pose: Pose) -> Array:
    """Of a primitive in its object; the same few come again and again."""
    return pose.matrix


def with_its_carrier(item: SceneObject, scene: Scene) -> SceneObject:
    """What is in something that a hand holds moves with that hand as if it were held itself."""
    carrier = scene.get(item.inside) if item.inside and not item.held_by else None
    if carrier is None or not carrier.held_by or carrier.pose_in_tcp is None:
        return item
    return replace(item, held_by=carrier.held_by, pose_in_tcp=carrier.pose_in_tcp @ carrier.pose.inverse @ item.pose)


def _rounded(size: tuple[float, float, float]) -> tuple[float, float, float]:
    """To a tenth of a millimetre, so that the estimate's noise does not make new shapes all the time."""
    return round(size[0], 4), round(size[1], 4), round(size[2], 4)


def _geometry_key(item: SceneObject) -> tuple[object, ...]:
    return item.category, _rounded(item.size), item.pose, item.held_by, item.pose_in_tcp
