"""The invariants S2 to S5 against chunks that try to break them, judged by checks that share nothing with the filter."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from dense_checks import (
    ARM,
    AllPairs,
    assert_continues,
    assert_rest_at_end,
    assert_tools_within_speed,
    assert_within_limits,
    chunk,
    spline_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.cell import ik, names, props
from tandem.cell.chunk import ActionChunk, Outcome
from tandem.cell.pose import Pose
from tandem.cell.robot import RobotModel, home_positions
from tandem.cell.scene import Scene, SceneObject
from tandem.cell.trajectory import Trajectory
from tandem.safety.filter import SafetyFilter, World
from tandem.safety.timeline import resting

HOME = np.array(home_positions())
SPLICE_S = 0.04


@pytest.fixture(scope="module")
def safety() -> SafetyFilter:
    return SafetyFilter()


def thing(name: str, category: str, x: float, y: float, yaw: float = 0.0) -> SceneObject:
    size = props.default_size(category)
    pose = Pose.from_xyz_rpy((x, y, size[2] / 2), (0.0, 0.0, yaw))
    return SceneObject(name, category, name.split("_", maxsplit=1)[0], pose, size)


TABLETOP = Scene(
    objects=(
        thing("red_cube", "cube", 0.45, 0.10),
        thing("green_cube", "cube", 0.50, -0.12, 0.5),
        thing("blue_bin", "bin", 0.45, 0.30),
        thing("yellow_tray", "tray", 0.42, -0.32, 1.57),
    )
)


def waves(amplitude: np.ndarray, frequency: float, phase: np.ndarray, times: np.ndarray) -> np.ndarray:
    """A smooth motion that begins at home after 0.1 s and grows to its full size within a second."""
    x = np.clip(times - 0.1, 0.0, 1.0)[:, None]
    swell = x**3 * (10 - 15 * x + 6 * x**2)
    return HOME + np.where(ARM, amplitude, 0.0) * swell * np.sin(frequency * times[:, None] + phase)


def wild_rows(seed: int, kind: str, start: np.ndarray) -> np.ndarray:
    rng = np.random.default_rng(seed)
    steps = rng.normal(size=(50, names.DOF))
    if kind == "noise":
        rows = start + steps * 10.0 ** rng.uniform(-4, -1.5)
    elif kind == "walk":
        rows = start + np.cumsum(steps, axis=0) * 10.0 ** rng.uniform(-3, -1.5)
    elif kind == "jump":
        rows = start + np.outer(np.arange(50) > rng.integers(0, 40), rng.uniform(-0.15, 0.15, names.DOF))
    else:
        rows = start + np.outer(np.linspace(0.0, 1.0, 50), rng.uniform(-2.0, 2.0, names.DOF))
    rows[:, ~ARM] = rng.uniform(0.0, 0.0425, (50, 2)) if kind != "ramp" else rng.choice([0.0, 0.0425], 2)
    return rows


def free_world() -> World:
    return World(Scene())


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10**6),
    kind=st.sampled_from(["noise", "walk", "jump", "ramp"]),
    moving=st.booleans(),
    late=st.floats(0, 0.3),
    step=st.sampled_from([0.02, 0.02, 0.1, 0.05, 0.004]),
    length=st.sampled_from([50, 50, 16, 3, 2]),
)
def test_whatever_is_accepted_keeps_every_limit(
    safety: SafetyFilter, seed: int, kind: str, moving: bool, late: float, step: float, length: int
) -> None:
    running, now = resting(HOME, 0.0), 0.0
    if moving:
        phase = np.random.default_rng(seed).uniform(-3, 3, names.DOF)
        certified = safety.certify(chunk(waves(np.full(14, 0.15), 2.0, phase, np.arange(50) * 0.02)), running, free_world(), 0.0)
        if certified.trajectory is not None:
            running, now = certified.trajectory, 0.5
    begin = running.sample(now)[0]
    certified = safety.certify(
        chunk(wild_rows(seed, kind, begin)[:length], now - late, 2, step_dt=step), running, free_world(), now
    )
    motion = certified.trajectory
    if motion is None:
        assert certified.verdict.outcome is Outcome.REJECTED
        assert certified.verdict.reason
        return
    assert_within_limits(motion)
    assert_tools_within_speed(motion)
    assert_rest_at_end(motion)
    assert_continues(running, motion, now)
    assert_continues(running, motion, now + SPLICE_S)
    assert certified.verdict.certified_until == motion.end
    assert certified.verdict.outcome is Outcome.PASSED or certified.verdict.reason


@cache
def brute_force() -> AllPairs:
    return AllPairs(TABLETOP)


def targets(side: names.Side) -> list[Pose]:
    """Places that a tool must not get to: in the table, in the bin's wall, in a cube, at the other arm."""
    down = Pose.from_xyz_rpy((0.0, 0.0, 0.0), (np.pi, 0.0, 0.0)).quaternion
    y = 0.3 if side == "left" else -0.3
    return [
        Pose(p, down) for p in ((0.45, y, -0.02), (0.45, y * 0.75, 0.03), (0.45, 0.10, 0.01), (0.40, -y, 0.20), (0.5, -0.12, 0.0))
    ]


@settings(max_examples=20, deadline=None, derandomize=True)
@given(side=st.sampled_from(names.SIDES), target=st.integers(0, 4), seconds=st.floats(0.8, 3.0), wobble=st.integers(0, 100))
def test_driven_at_obstacles_it_never_comes_too_near(
    safety: SafetyFilter, side: names.Side, target: int, seconds: float, wobble: int
) -> None:
    goal = HOME.copy()
    goal[names.ARM_COLUMNS[side]] = ik.solve(RobotModel(), side, targets(side)[target], HOME)
    goal[:6] += np.random.default_rng(wobble).normal(size=6) * 0.05
    s = np.clip(np.arange(0.0, seconds + 0.02, 0.02) / seconds, 0, 1)[:, None]
    rows = HOME + (goal - HOME) * s**3 * (10 - 15 * s + 6 * s**2)
    checked = 0
    brute = brute_force()
    running, now = resting(HOME, 0.0), 0.0
    while now < seconds:
        part = rows[round(now / 0.02) :][:50]
        if len(part) < 5:
            break
        certified = safety.certify(chunk(part, now, checked + 1), running, World(TABLETOP), now)
        if certified.trajectory is None:
            assert certified.verdict.rule in ("S2", "S3", "S5")
            break
        assert brute.least_slack(running, 0.01, until=now) > -1e-6
        running = certified.trajectory
        assert_rest_at_end(running)
        checked += 1
        now += 0.4
        if certified.verdict.outcome is Outcome.TRUNCATED:
            assert certified.verdict.bodies
            assert certified.verdict.distance < certified.verdict.margin + 1e-4
            break
    assert brute.least_slack(running, step=0.005) > -1e-6


def test_a_verdict_says_what_would_have_happened(safety: SafetyFilter) -> None:
    down = Pose.from_xyz_rpy((0.45, 0.25, -0.03), (np.pi, 0.0, 0.0))
    goal = HOME.copy()
    goal[names.ARM_COLUMNS["left"]] = ik.solve(RobotModel(), "left", down, HOME)
    s = np.linspace(0, 1, 150)[:, None]
    rows = HOME + (goal - HOME) * s**3 * (10 - 15 * s + 6 * s**2)
    certified = safety.certify(chunk(rows), resting(HOME, 0.0), World(Scene()), 0.0)
    assert certified.verdict.outcome is Outcome.PROJECTED
    assert certified.verdict.reason.endswith("; it goes aside")
    assert certified.verdict.rule == "S3"
    assert "table" in certified.verdict.bodies
    assert "into table" in certified.verdict.reason
    assert "margin 4.0 mm" in certified.verdict.reason
    assert certified.verdict.distance < 0 < certified.verdict.margin


@settings(max_examples=20, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6), frequency=st.floats(0.5, 2.5), every=st.sampled_from([5, 20, 33]))
def test_smooth_chunks_streamed_with_overlap_are_passed_as_they_are(
    safety: SafetyFilter, seed: int, frequency: float, every: int
) -> None:
    rng = np.random.default_rng(seed)
    amplitude, phase = rng.uniform(0.0, 0.10, names.DOF), rng.uniform(-0.2, 0.2, names.DOF)
    running = resting(HOME, 0.0)
    for number in range(5):
        now = number * every * 0.02
        times = now + np.arange(50) * 0.02
        rows = waves(amplitude, frequency, phase, times)
        certified = safety.certify(chunk(rows, now, number), running, free_world(), now)
        assert certified.verdict.outcome is Outcome.PASSED, certified.verdict.reason
        assert certified.trajectory is not None
        running = certified.trajectory
        later = (times > now + 0.2) & (times < times[-1] - 0.1)
        np.testing.assert_allclose(spline_of(running)(times[later]), rows[later], atol=1e-6)


def test_a_planned_motion_is_passed_and_ends_where_it_should(safety: SafetyFilter) -> None:
    goal = HOME + np.where(ARM, 0.15, 0.0)
    s = np.linspace(0, 1, 101)[:, None]
    rows = HOME + (goal - HOME) * s**4 * (35 - 84 * s + 70 * s**2 - 20 * s**3)
    certified = safety.certify(chunk(rows, 0.15), resting(HOME, 0.0), free_world(), 0.0)
    assert certified.verdict.outcome is Outcome.PASSED
    motion = certified.trajectory
    assert motion is not None
    assert motion.end == pytest.approx(0.15 + 2.0)
    np.testing.assert_allclose(motion.positions[-1], goal, atol=1e-9)
    np.testing.assert_allclose(spline_of(motion)(0.15 + 0.02 * np.arange(101)), rows, atol=1e-6)


def test_too_fast_a_motion_is_slowed_on_its_path(safety: SafetyFilter) -> None:
    goal = HOME.copy()
    goal[5] += 1.6
    s = np.linspace(0, 1, 51)[:, None]
    rows = HOME + (goal - HOME) * s**4 * (35 - 84 * s + 70 * s**2 - 20 * s**3)
    certified = safety.certify(chunk(rows, 0.1), resting(HOME, 0.0), free_world(), 0.0)
    assert certified.verdict.outcome is Outcome.SLOWED
    assert certified.verdict.rule == "S2"
    motion = certified.trajectory
    assert motion is not None
    assert motion.end > 1.05
    assert_within_limits(motion)
    np.testing.assert_allclose(motion.positions[-1], goal, atol=1e-6)
    assert np.abs(np.delete(motion.positions - HOME, 5, axis=1)).max() < 1e-6


def test_grippers_may_be_told_to_open_or_close_at_once(safety: SafetyFilter) -> None:
    rows = np.tile(HOME, (50, 1))
    rows[5:, names.GRIPPER_COLUMN["left"]] = 0.0
    certified = safety.certify(chunk(rows), resting(HOME, 0.0), free_world(), 0.0)
    assert certified.verdict.outcome is Outcome.PASSED
    assert certified.trajectory is not None
    assert_within_limits(certified.trajectory)
    assert certified.trajectory.positions[-1, names.GRIPPER_COLUMN["left"]] == pytest.approx(0.0, abs=2e-4)


def test_arms_that_start_too_near_may_leave_but_not_come_nearer(safety: SafetyFilter) -> None:
    tips = RobotModel().tcp_pose(HOME, "left") @ Pose((0.0, 0.0, 0.010 + 0.001 + 0.02))
    slab = SceneObject("slab", "box", "red", tips, (0.05, 0.13, 0.04))
    world = World(Scene(objects=(slab,)))
    outcomes = {}
    for word, sign in (("away", -1.0), ("towards", 1.0)):
        s = np.linspace(0, 1, 50)[:, None]
        rows = HOME + np.eye(14)[1] * sign * 0.15 * s**3 * (10 - 15 * s + 6 * s**2)
        outcomes[word] = safety.certify(chunk(rows), resting(HOME, 0.0), world, 0.0)
    assert outcomes["away"].verdict.outcome is Outcome.PASSED
    towards = outcomes["towards"]
    assert towards.verdict.outcome in (Outcome.REJECTED, Outcome.PROJECTED)
    assert "slab" in towards.verdict.bodies
    if towards.trajectory is not None:
        brute, at_start = AllPairs(world.scene), resting(HOME, 0.0)
        assert brute.least_slack(towards.trajectory, 0.01) > brute.least_slack(at_start, 0.01) - 1e-5


def test_fingers_that_hold_something_are_where_they_are_not_where_they_are_sent(safety: SafetyFilter) -> None:
    """Sent closed but held open by what they grip, the fingers are checked where they stand."""
    closed = HOME.copy()
    closed[names.GRIPPER_COLUMN["left"]] = 0.0
    tcp = RobotModel().tcp_pose(closed, "left")
    # A wall beside the opened finger, reached only if the finger is open.
    wall = SceneObject("wall", "box", "red", tcp @ Pose((0.02, 0.04, 0.0)), (0.01, 0.03, 0.04))
    s = np.linspace(0, 1, 50)[:, None]
    rows = closed + np.eye(14)[5] * 0.25 * s**3 * (10 - 15 * s + 6 * s**2)
    free = safety.certify(chunk(rows), resting(closed, 0.0), World(Scene(objects=(wall,))), 0.0)
    blocked = World(Scene(objects=(wall,)), blocked=((names.GRIPPER_COLUMN["left"], 0.02),))
    held = safety.certify(chunk(rows), resting(closed, 0.0), blocked, 0.0)
    assert free.verdict.outcome is Outcome.PASSED
    assert held.verdict.outcome in (Outcome.REJECTED, Outcome.TRUNCATED)


def _nan(rows: np.ndarray) -> np.ndarray:
    rows[7, 3] = np.nan
    return rows


ROWS = np.tile(HOME, (50, 1))
SPOILT: dict[str, ActionChunk] = {
    "not a finite number": chunk(_nan(ROWS.copy())),
    "joint names are wrong": chunk(ROWS, joint_names=tuple(reversed(names.JOINTS))),
    "names instead of": chunk(ROWS, joint_names=names.JOINTS[:13]),
    "expected (rows, 14)": chunk(ROWS[:, :13]),
    "at least 2 rows": chunk(ROWS[:1]),
    "step between rows": chunk(ROWS, step_dt=0.0),
    "step between rows is -": chunk(ROWS, step_dt=-0.02),
    "s old": chunk(ROWS, stamp=-0.6),
    "in the future": chunk(ROWS, stamp=2.5),
    "in the past": chunk(ROWS[:10], stamp=-0.4),
    "step is not a finite": chunk(ROWS, stamp=float("nan")),
    "jumps by": chunk(ROWS + np.outer(np.arange(50) > 20, np.eye(14)[2])),
    "would have to jump": chunk(ROWS + 0.5 * np.eye(14)[2]),
    "far outside": chunk(ROWS + 9.0 * np.eye(14)[5]),
}


@pytest.mark.parametrize("reason", SPOILT)
def test_what_is_not_a_proper_chunk_is_refused_with_the_reason(safety: SafetyFilter, reason: str) -> None:
    certified = safety.certify(SPOILT[reason], resting(HOME, 0.0), free_world(), 0.0)
    assert certified.trajectory is None
    assert certified.verdict.outcome is Outcome.REJECTED
    assert certified.verdict.rule == "S5"
    assert reason in certified.verdict.reason


def test_rows_in_the_past_are_dropped(safety: SafetyFilter) -> None:
    times = np.arange(50) * 0.02
    rows = waves(np.full(14, 0.08), 1.0, np.zeros(14), times)
    running = safety.certify(chunk(rows), resting(HOME, 0.0), free_world(), 0.0).trajectory
    assert running is not None
    late = safety.certify(chunk(rows, 0.0, 2), running, free_world(), 0.4)
    assert late.verdict.outcome is Outcome.PASSED
    assert late.trajectory is not None
    assert late.trajectory.start == pytest.approx(0.4)
    np.testing.assert_allclose(late.trajectory.sample(0.8)[0], rows[40], atol=1e-6)


def test_a_human_near_by_slows_the_tools(safety: SafetyFilter) -> None:
    s = np.linspace(0, 1, 51)[:, None]
    rows = HOME + np.eye(14)[0] * 0.5 * s**4 * (35 - 84 * s + 70 * s**2 - 20 * s**3)
    alone = safety.certify(chunk(rows), resting(HOME, 0.0), free_world(), 0.0)
    assert alone.verdict.outcome is Outcome.PASSED
    near = safety.certify(chunk(rows), resting(HOME, 0.0), replace(free_world(), speed=0.2), 0.0)
    assert near.verdict.outcome is Outcome.SLOWED
    assert near.verdict.rule == "S8"
    assert near.trajectory is not None
    assert_tools_within_speed(near.trajectory, 0.2)


def test_rest_is_always_allowed(safety: SafetyFilter) -> None:
    """Even where everything is too near: standing still brings nothing nearer."""
    around = RobotModel().tcp_pose(HOME, "right") @ Pose((0.0, 0.0, 0.0))
    box = SceneObject("box", "box", "red", around, (0.2, 0.2, 0.1))
    certified = safety.certify(chunk(ROWS), resting(HOME, 0.0), World(Scene(objects=(box,))), 0.0)
    assert certified.verdict.outcome is Outcome.PASSED


def test_trajectories_stay_plain_data(safety: SafetyFilter) -> None:
    certified = safety.certify(chunk(ROWS), resting(HOME, 0.0), free_world(), 0.0)
    assert isinstance(certified.trajectory, Trajectory)
    assert np.all(np.diff(certified.trajectory.times) > 0)
