"""The search for the first breach against brute force."""

import numpy as np
import pytest
from dense_checks import ARM, AllPairs, spline_of
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.cell import names, props
from tandem.cell.collision import CollisionModel
from tandem.cell.pose import Pose
from tandem.cell.robot import RobotModel, home_positions
from tandem.cell.scene import Scene, SceneObject
from tandem.cell.trajectory import Trajectory
from tandem.safety.separation import first_breach

HOME = np.array(home_positions())
HELD = SceneObject("red_cube", "cube", "red", Pose((0, 0, -2)), (0.04, 0.04, 0.04), held_by="left", pose_in_tcp=Pose((0, 0, 0)))
SCENE = Scene(
    objects=(
        HELD,
        SceneObject("blue_bin", "bin", "blue", Pose((0.45, 0.1, 0.03)), props.default_size("bin")),
        SceneObject("pillar", "box", "red", Pose((0.45, -0.15, 0.15)), (0.05, 0.05, 0.30)),
    )
)


@pytest.fixture(scope="module")
def model() -> CollisionModel:
    return CollisionModel()


@pytest.fixture(scope="module")
def brute() -> AllPairs:
    return AllPairs(SCENE)


def swing(seed: int, seconds: float) -> Trajectory:
    """From home to somewhere else and on: fast enough to pass through thin things between samples."""
    rng = np.random.default_rng(seed)
    times = np.arange(0.0, seconds + 0.01, 0.02)
    amplitude = np.where(ARM, rng.uniform(-1.2, 1.2, names.DOF), 0.0)
    w = np.pi / seconds
    return Trajectory(
        times,
        HOME + amplitude * (1 - np.cos(w * times[:, None])) / 2,
        amplitude * w * np.sin(w * times[:, None]) / 2,
        amplitude * w**2 * np.cos(w * times[:, None]) / 2,
    )


@settings(max_examples=20, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6), seconds=st.floats(0.5, 3.0))
def test_agrees_with_brute_force(model: CollisionModel, brute: AllPairs, seed: int, seconds: float) -> None:
    motion = swing(seed, seconds)
    model.set_world(SCENE)
    found = first_breach(model, motion)
    times = np.linspace(motion.start, motion.end, 60)
    slack = np.array([brute.slack(point) for point in spline_of(motion)(times)])
    if found is None:
        assert slack.min() >= 0
        return
    assert slack[times <= found.clear_until].min(initial=np.inf) >= 0
    assert brute.slack(spline_of(motion)(found.time)) < 2e-4
    assert found.nearest.slack < 2e-4
    assert found.clear_until <= found.time <= found.clear_until + 0.02


def test_a_thin_thing_between_two_samples_is_found(model: CollisionModel) -> None:
    start, end = HOME.copy(), HOME.copy()
    end[0] += 0.30
    middle = RobotModel().frame_pose((start + end) / 2, "left_finger_a_link")
    sheet = SceneObject("sheet", "box", "red", middle @ Pose((0.0, 0.006, 0.06)), (0.002, 0.002, 0.02))
    model.set_world(Scene(objects=(sheet,)))
    rate = (end - start) / 0.1
    steady = Trajectory(np.array([0.0, 0.1]), np.stack([start, end]), np.stack([rate, rate]), np.zeros((2, 14)))
    assert not model.in_collision(start)
    assert not model.in_collision(end)
    found = first_breach(model, steady)
    assert found is not None
    assert "sheet" in found.nearest.bodies


def test_the_nearest_distance_is_reported_in_words(model: CollisionModel) -> None:
    model.set_world(SCENE)
    for seed in range(200):
        found = first_breach(model, swing(seed, 1.0))
        if found is not None and found.nearest.distance > 0:
            assert f"within {found.nearest.distance * 1e3:.1f} mm of" in found.words
            assert f"margin {found.nearest.margin * 1e3:.1f} mm" in found.words
            return
    pytest.fail("no near miss among the swings")


def test_rest_beside_something_is_clear(model: CollisionModel) -> None:
    tips = RobotModel().tcp_pose(HOME, "left") @ Pose((0.0, 0.0, 0.010 + 0.0041 + 0.02))
    model.set_world(Scene(objects=(SceneObject("slab", "box", "red", tips, (0.05, 0.13, 0.04)),)))
    still = np.zeros((2, 14))
    assert first_breach(model, Trajectory(np.array([0.0, 1.0]), np.stack([HOME, HOME]), still, still)) is None
