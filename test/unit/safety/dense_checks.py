"""Checks that share nothing with the filter's own: SciPy's splines at fine steps, and Coal on all pairs of shapes."""

from functools import cache

import coal
import numpy as np
import pinocchio as pin
from scipy.interpolate import BPoly

from tandem.cell import contacts, description, limits, names, props
from tandem.cell.chunk import ActionChunk
from tandem.cell.robot import RobotModel
from tandem.cell.scene import Scene
from tandem.cell.trajectory import Trajectory

ARM = np.array([joint not in names.GRIPPER_JOINT.values() for joint in names.JOINTS])


def spline_of(motion: Trajectory) -> BPoly:
    return BPoly.from_derivatives(motion.times, np.stack([motion.positions, motion.velocities, motion.accelerations], axis=1))


def worst_ratios(motion: Trajectory, scale: tuple[float, float] = (1.0, 1.0), step: float = 0.0013) -> dict[str, float]:
    """Largest share of each limit that a motion uses, at fine steps; ``scale`` of accelerations and jerks."""
    table = limits.joint_limits()
    spline = spline_of(motion)
    times = np.arange(motion.start, motion.end, step)
    beyond = np.maximum(np.minimum(table.lower, motion.positions[0]) - spline(times), 0)
    beyond = np.maximum(beyond, spline(times) - np.maximum(table.upper, motion.positions[0]))
    return {
        "position": 1.0 + float(beyond.max()),
        "velocity": float((np.abs(spline(times, nu=1)) / table.velocity).max()),
        "acceleration": float((np.abs(spline(times, nu=2)) / table.acceleration).max() / scale[0]),
        "jerk": float((np.abs(spline(times, nu=3)) / table.jerk).max() / scale[1]),
    }


def assert_within_limits(motion: Trajectory, scale: tuple[float, float] = (1.0, 1.0)) -> None:
    ratios = worst_ratios(motion, scale)
    assert max(ratios.values()) <= 1.0 + 1e-4, ratios


def assert_tools_within_speed(motion: Trajectory, limit: float = 1.0, step: float = 0.004) -> None:
    robot = RobotModel()
    times = np.arange(motion.start, motion.end, step)
    points = spline_of(motion)(times)
    for side in names.SIDES:
        path = np.array([robot.frame_matrix(point, names.TCP_FRAME[side])[:3, 3] for point in points])
        speed = np.linalg.norm(np.diff(path, axis=0), axis=1) / step
        assert speed.max(initial=0.0) <= limit * 1.002


def assert_rest_at_end(motion: Trajectory) -> None:
    assert np.abs(motion.velocities[-1]).max() < 1e-9
    assert np.abs(motion.accelerations[-1]).max() < 1e-9


def assert_continues(before: Trajectory, after: Trajectory, time: float) -> None:
    """``after`` takes over from ``before`` at a time with the same position, velocity and acceleration."""
    old, new = spline_of(before), spline_of(after)
    for order, tolerance in ((0, 1e-7), (1, 1e-5), (2, 1e-3)):
        inside = min(time, before.end)
        expected = old(inside, nu=order) if time <= before.end or order == 0 else np.zeros(names.DOF)
        np.testing.assert_allclose(new(time, nu=order), expected, atol=tolerance)


class AllPairs:
    """Distances by brute force, in a world of its own making."""

    def __init__(self, scene: Scene, allowed: tuple[tuple[str, str], ...] = ()) -> None:
        self._model = RobotModel().model
        self._data = self._model.createData()
        self._shapes = pin.buildGeomFromUrdfString(self._model, description.urdf(), pin.GeometryType.COLLISION)
        self._bodies = [self._model.frames[shape.parentFrame].name for shape in self._shapes.geometryObjects]
        for item in scene:
            for number, (pose, size) in enumerate(props.primitives(item.category, item.size)):
                self._add(item, f"{item.name}_{number}", pose.matrix, size)
        held = {item.name: item.held_by for item in scene}
        free = {frozenset((a, b)) for x, y in allowed for a in contacts.bodies_of(x) for b in contacts.bodies_of(y)}
        self._margins = []
        for a in range(len(self._bodies)):
            for b in range(a + 1, len(self._bodies)):
                first, second = self._bodies[a], self._bodies[b]
                margin = self._margin(first, second, held)
                if margin is not None and frozenset((first, second)) not in free:
                    self._shapes.addCollisionPair(pin.CollisionPair(a, b))
                    self._margins.append(margin)
        self._geometry = pin.GeometryData(self._shapes)

    def _add(self, item: object, name: str, in_object: np.ndarray, size: tuple[float, float, float]) -> None:
        joint, frame = 0, item.pose.matrix  # type: ignore[attr-defined]
        if item.held_by:  # type: ignore[attr-defined]
            side = "right" if item.held_by == "right" else "left"  # type: ignore[attr-defined]
            tcp = self._model.frames[self._model.getFrameId(f"{side}_tcp")]
            joint, frame = tcp.parentJoint, tcp.placement.homogeneous @ item.pose_in_tcp.matrix  # type: ignore[attr-defined]
        shape = pin.GeometryObject(name, joint, 0, pin.SE3(frame @ in_object), coal.Box(*size))
        self._shapes.addGeometryObject(shape)
        self._bodies.append(item.name)  # type: ignore[attr-defined]

    @staticmethod
    def _margin(first: str, second: str, held: dict[str, str]) -> float | None:
        margins = description.settings("safety.yaml")["margins_m"]
        if first == second or frozenset((first, second)) in contacts.never_checked():
            return None
        objects = [body for body in (first, second) if body in held]
        links = [body for body in (first, second) if body not in held and body != "table"]
        if "table" in (first, second):
            return None if objects and not held[objects[0]] else margins["table"]
        if len(objects) == 2:
            return margins["object"] if held[first] or held[second] else None
        if objects:
            own = [f"{side}_gripper" for side in names.SIDES if held[objects[0]] in (side, "both")]
            return None if any(links[0] in contacts.GROUPS[group] for group in own) else margins["object"]
        return margins["self"] if first.split("_", maxsplit=1)[0] == second.split("_", maxsplit=1)[0] else margins["inter_arm"]

    def slack(self, positions: np.ndarray) -> float:
        """Least distance beyond its margin of any pair."""
        return float(self.slacks(positions).min())

    def slacks(self, positions: np.ndarray) -> np.ndarray:
        pin.computeDistances(self._model, self._data, self._shapes, self._geometry, positions)
        return np.array([result.min_distance for result in self._geometry.distanceResults]) - np.array(self._margins)

    def least_slack(self, motion: Trajectory, step: float = 0.004, until: float | None = None) -> float:
        """Least slack along a motion; a pair that starts too near counts only where it comes nearer than it was."""
        end = motion.end if until is None else until
        times = np.append(np.arange(motion.start, end, step), end)
        points = spline_of(motion)(times)
        start = np.minimum(self.slacks(points[0]), 0.0)
        return min(float((self.slacks(point) - start).min()) for point in points)


@cache
def shared_robot() -> RobotModel:
    return RobotModel()


def chunk(rows: np.ndarray, stamp: float = 0.0, sequence: int = 1, **changes: object) -> ActionChunk:
    values: dict[str, object] = {
        "stamp": stamp,
        "step_dt": 0.02,
        "positions": rows,
        "joint_names": names.JOINTS,
        "source": "vla",
        "sequence": sequence,
    }
    return ActionChunk(**(values | changes))  # type: ignore[arg-type]
