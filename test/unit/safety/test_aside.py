"""A chunk that would graze something slides along it, clear of everything, instead of being stopped before it."""

import numpy as np
import pytest
from dense_checks import AllPairs, chunk
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.cell import ik, names, props
from tandem.cell.chunk import Outcome
from tandem.cell.collision import CollisionModel
from tandem.cell.pose import Pose
from tandem.cell.robot import RobotModel, home_positions
from tandem.cell.scene import Scene, SceneObject
from tandem.cell.trajectory import Trajectory
from tandem.safety.filter import SafetyFilter, World
from tandem.safety.timeline import resting

COLUMNS = names.ARM_COLUMNS["left"]
ROBOT = RobotModel()


@pytest.fixture(scope="module")
def safety() -> SafetyFilter:
    return SafetyFilter()


def _cube(x: float, y: float, yaw: float = 0.0) -> SceneObject:
    size = props.default_size("cube")
    return SceneObject("red_cube", "cube", "red", Pose.from_xyz_rpy((x, y, size[2] / 2), (0.0, 0.0, yaw)), size)


def _over_the_table(heights: np.ndarray, from_y: float = 0.05, to_y: float = 0.30) -> np.ndarray:
    """Joints, a row every 20 ms, with which the left tcp goes sideways at given heights [m], tool down."""
    seed, rows = np.array(home_positions()), []
    part = np.linspace(0.0, 1.0, len(heights))
    for height, y in zip(heights, from_y + (to_y - from_y) * part**3 * (10 - 15 * part + 6 * part**2), strict=True):
        found = ik.solve(ROBOT, "left", Pose.from_xyz_rpy((0.45, float(y), float(height)), (np.pi, 0.0, 0.0)), seed)
        assert found is not None
        seed = seed.copy()
        seed[COLUMNS] = found
        rows.append(seed)
    return np.array(rows)


def _streamed(safety: SafetyFilter, rows: np.ndarray, scene: Scene) -> tuple[Trajectory, list[Outcome]]:
    """What comes of rows that are sent in overlapping chunks, as a policy does, up to their end."""
    running, outcomes = resting(rows[0], 0.0), []
    for first in range(0, len(rows) - 10, 20):
        now = first * 0.02
        certified = safety.certify(chunk(rows[first : first + 50], now, first + 1), running, World(scene), now)
        running = certified.trajectory or running
        outcomes.append(certified.verdict.outcome)
    return running, outcomes


def _tcp(positions: np.ndarray) -> np.ndarray:
    return np.array(ROBOT.tcp_pose(positions, "left").position)


def test_too_low_a_motion_slides_over_the_table(safety: SafetyFilter) -> None:
    part = np.linspace(0.0, 1.0, 120)
    # The fingertips are 10 mm below the grasp centre: this dips 4 mm into the table's margin on its way.
    low = _over_the_table(0.05 - 0.040 * np.sin(np.pi * part))
    motion, outcomes = _streamed(safety, low, Scene())
    assert Outcome.PROJECTED in outcomes
    assert Outcome.REJECTED not in outcomes
    wanted, reached = _tcp(low[-1]), _tcp(motion.positions[-1])
    assert np.linalg.norm(reached - wanted) < 0.02
    lowest = min(_tcp(positions)[2] for positions in motion.positions)
    assert lowest > 0.013, "the table's margin is kept"


def test_the_verdict_says_along_what(safety: SafetyFilter) -> None:
    low = _over_the_table(0.05 - 0.045 * np.linspace(0.0, 1.0, 60) ** 2)
    verdict = safety.certify(chunk(low[10:60]), resting(low[10], 0.0), World(Scene()), 0.0).verdict
    assert verdict.outcome is Outcome.PROJECTED
    assert verdict.rule == "S3"
    assert "table" in verdict.bodies
    assert "goes aside" in verdict.reason


def test_it_does_not_slide_along_a_human(safety: SafetyFilter) -> None:
    rows = _over_the_table(np.full(50, 0.12))
    human = (float(_tcp(rows[-1])[0]), float(_tcp(rows[-1])[1]) + 0.1, 0.12)
    verdict = safety.certify(chunk(rows), resting(rows[0], 0.0), World(Scene(), (human,)), 0.0).verdict
    assert verdict.outcome in (Outcome.TRUNCATED, Outcome.REJECTED)
    assert "human_1" in verdict.bodies


@settings(max_examples=15, deadline=None, derandomize=True)
@given(dip=st.floats(0.0, 0.06), x=st.floats(0.42, 0.48), y=st.floats(0.12, 0.24), yaw=st.floats(-0.7, 0.7))
def test_whatever_is_in_the_way_its_margin_is_kept(safety: SafetyFilter, dip: float, x: float, y: float, yaw: float) -> None:
    scene = Scene(objects=(_cube(x, y, yaw),))
    part = np.linspace(0.0, 1.0, 100)
    rows = _over_the_table(0.075 - dip * np.sin(np.pi * part))
    brute = AllPairs(scene)
    running = resting(rows[0], 0.0)
    for first in range(0, 90, 20):
        now = first * 0.02
        certified = safety.certify(chunk(rows[first : first + 50], now, first + 1), running, World(scene), now)
        running = certified.trajectory or running
        assert brute.least_slack(running, 0.01, until=now) > -1e-6


def test_gradients_are_those_of_the_distances() -> None:
    model = CollisionModel()
    model.set_world(Scene(objects=(_cube(0.45, 0.2, 0.3),)))
    rng = np.random.default_rng(0)
    checked = 0
    for positions in _over_the_table(np.full(6, 0.09)):
        pairs = model.near(positions, 0.05)
        way = rng.normal(size=names.DOF) * 1e-3
        measured = []
        for sign in (1.0, -1.0):
            model.place(positions + sign * way)
            measured.append(np.array([model.distance(pair) for pair in pairs]))
        model.place(positions)
        distances = np.array([model.distance(pair) for pair in pairs])
        apart = distances > 0.002
        slopes = model.gradients(pairs) @ way
        np.testing.assert_allclose(((measured[0] - measured[1]) / 2)[apart], slopes[apart], atol=3e-4)
        checked += int(apart.sum())
    assert checked > 20
