"""Everything at once, at random: what controllers carry out in the end, judged by checks that share nothing with it."""

import numpy as np
import pytest
from dense_checks import ARM, AllPairs, chunk, spline_of
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.cell import description, limits, names, props
from tandem.cell.pose import Pose
from tandem.cell.robot import RobotModel, home_positions
from tandem.cell.scene import Scene, SceneObject
from tandem.cell.trajectory import Trajectory
from tandem.safety.executor import ExecutorCore
from tandem.safety.filter import SafetyFilter

HOME = np.array(home_positions())
TICK = 0.02
STEP = 0.003
SCENE = Scene(
    objects=(
        SceneObject("blue_bin", "bin", "blue", Pose((0.45, 0.25, 0.03)), props.default_size("bin")),
        SceneObject("pillar", "box", "red", Pose((0.42, -0.05, 0.12)), (0.05, 0.05, 0.24)),
    )
)


@pytest.fixture(scope="module")
def safety() -> SafetyFilter:
    return SafetyFilter()


@pytest.fixture(scope="module")
def brute() -> AllPairs:
    return AllPairs(SCENE)


class Storm:
    """A source that asks for anything, an executor that is called late, a button that is pressed, people that come near."""

    def __init__(self, safety: SafetyFilter, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.core = ExecutorCore(safety)
        self.held: Trajectory | None = None
        self.now = 0.0
        self.carried_out: list[tuple[float, Trajectory]] = []
        self.accepted = 0
        self.sequence = 0

    def run(self, seconds: float) -> None:
        while self.now < seconds:
            positions, velocities = self.state()
            self.core.update_state(positions, velocities, self.now)
            if self.rng.random() < 0.2:
                self.core.update_scene(Scene(self.now, SCENE.objects))
            self.happen()
            if self.rng.random() < 0.8 and self.core.check(self.now):
                self.send()
            if self.rng.random() < 0.15:
                self.send()
            self.now += TICK

    def state(self) -> tuple[np.ndarray, np.ndarray]:
        if self.held is None:
            return HOME.copy(), np.zeros(names.DOF)
        position, velocity, _ = self.held.sample(self.now)
        return position + self.rng.normal(size=names.DOF) * 1e-5, velocity

    def happen(self) -> None:
        draw = self.rng.random()
        if draw < 0.10:
            self.ask()
        elif draw < 0.104:
            self.core.stop("stop_requested", "a button", self.now)
            self.send()
        elif draw < 0.14:
            self.core.reset(self.now)
        elif draw < 0.16:
            self.core.set_speed_scale(float(self.rng.choice([0.0, 0.1, 0.5, 1.0, 1.0])))
        elif draw < 0.165:
            self.core.halt("vla", self.now)

    def ask(self) -> None:
        """Rows of a random kind from where the arms are."""
        start = self.state()[0]
        kind = self.rng.integers(4)
        s = np.linspace(0, 1, 50)[:, None]
        goal = np.where(ARM, self.rng.normal(size=14) * 0.3, 0.0)
        rows = start + goal * s**3 * (10 - 15 * s + 6 * s**2)
        if kind == 1:
            rows += self.rng.normal(size=(50, 14)) * 1e-3
        elif kind == 2:
            rows += np.outer(np.arange(50) > self.rng.integers(50), self.rng.normal(size=14) * 0.05)
        elif kind == 3:
            rows = start + np.where(ARM, self.rng.normal(size=14) * 1.5, 0.0) * s
        rows[:, ~ARM] = self.rng.uniform(0, 0.0425, (1, 2))
        self.sequence += 1
        asked = chunk(rows, self.now + self.rng.uniform(-0.1, 0.2), self.sequence)
        if self.core.submit(asked, self.now).accepted:
            self.accepted += 1
            self.send()

    def send(self) -> None:
        window = self.core.window(self.now)
        if window is not None:
            self.held = window
            self.carried_out.append((self.now, window))

    def trace(self, step: float) -> tuple[np.ndarray, np.ndarray]:
        """Joints as controllers carried them out, and the accelerations that they were given, at fine steps."""
        starts = np.array([start for start, _ in self.carried_out])
        times = starts[0] + step * np.arange(int((self.now + 2.5 - starts[0]) / step))
        active = np.searchsorted(starts, times, side="right") - 1
        points, accelerations = np.empty((len(times), names.DOF)), np.zeros((len(times), names.DOF))
        for index, (_, window) in enumerate(self.carried_out):
            at = active == index
            inside = np.clip(times[at], window.start, window.end)
            points[at] = spline_of(window)(inside)
            accelerations[at] = np.where((times[at] <= window.end)[:, None], spline_of(window)(inside, nu=2), 0.0)
        return points, accelerations


@settings(max_examples=8, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_what_is_carried_out_is_smooth_within_limits_apart_and_ends_at_rest(
    safety: SafetyFilter, brute: AllPairs, seed: int
) -> None:
    storm = Storm(safety, seed)
    storm.run(8.0)
    if not storm.carried_out:
        return
    points, accelerations = storm.trace(STEP)
    table, scaling = limits.joint_limits(), description.settings("safety.yaml")["stop_scaling"]
    most = table.acceleration[ARM] * scaling["acceleration"]
    velocity = np.diff(points[:, ARM], axis=0) / STEP
    assert (np.abs(velocity) / table.velocity[ARM]).max() <= 1.01
    assert (np.abs(accelerations[:, ARM]) / most).max() <= 1.01
    # A step in the velocities at a change of windows would show as an acceleration that no window has.
    assert (np.abs(np.diff(velocity, axis=0)) / STEP / most).max() <= 1.1
    assert np.abs(velocity[-1]).max() == 0.0
    assert min(brute.slack(point) for point in points[::10]) > -1e-4


def test_the_storm_does_move_the_arms(safety: SafetyFilter) -> None:
    storms = [Storm(safety, seed) for seed in range(4)]
    for storm in storms:
        storm.run(8.0)
    assert sum(storm.accepted for storm in storms) > 20
    travelled = [np.abs(np.diff(storm.trace(0.02)[0], axis=0)).sum() for storm in storms]
    assert min(travelled) > 1.0
    assert RobotModel().tcp_pose(storms[0].trace(0.02)[1][-1], "left") != RobotModel().tcp_pose(HOME, "left")
