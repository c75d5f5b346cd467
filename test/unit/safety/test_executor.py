"""What controllers are given to hold, whatever happens to the executor, its inputs and its sources."""

import numpy as np
import pytest
from dense_checks import ARM, assert_continues, assert_rest_at_end, assert_within_limits, chunk
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.cell import description, names
from tandem.cell.chunk import ActionChunk, Outcome, Verdict
from tandem.cell.pose import Pose
from tandem.cell.robot import RobotModel, home_positions
from tandem.cell.scene import Scene, SceneObject
from tandem.cell.trajectory import Trajectory
from tandem.safety.executor import ExecutorCore
from tandem.safety.filter import SafetyFilter

HOME = np.array(home_positions())
TICK = 0.02


@pytest.fixture(scope="module")
def safety() -> SafetyFilter:
    return SafetyFilter()


class Cell:
    """Perfect controllers, which hold the newest window, and joint states and scenes that come as they should."""

    def __init__(self, safety: SafetyFilter, scene: Scene | None = None) -> None:
        self.core = ExecutorCore(safety)
        self.now = 0.0
        self.positions, self.velocities = HOME.copy(), np.zeros(names.DOF)
        self.held: Trajectory | None = None
        self.scene = scene or Scene()
        self.windows: list[tuple[float, Trajectory]] = []
        self.grippers: dict[str, float] = {}
        self.gripper_speeds: list[float] = []
        self.joint_states = True
        self.executor_lives = True
        self.sequence = 0
        self._look()

    def _look(self) -> None:
        if self.joint_states:
            self.core.update_state(self.positions, self.velocities, self.now)

    def submit(self, rows: np.ndarray, lead: float = 0.0, source: str = "vla", **changes: object) -> Verdict:
        self.sequence += 1
        self.core.update_scene(Scene(self.now, self.scene.objects))
        asked: ActionChunk = chunk(rows, self.now + lead, self.sequence, source=source, **changes)
        verdict = self.core.submit(asked, self.now)
        if verdict.accepted:
            self.send()
        return verdict

    def send(self) -> None:
        window = self.core.window(self.now)
        if window is not None:
            assert_rest_at_end(window)
            if self.held is not None:
                assert_continues(self.held, window, self.now)
            self.held = window
            self.windows.append((self.now, window))
        commands = self.core.gripper_commands(self.now)
        self.grippers |= {side: command.travel for side, command in commands.items()}
        self.gripper_speeds += [command.speed for command in commands.values()]

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / TICK)):
            self.now += TICK
            if self.held is not None:
                self.positions, self.velocities, _ = self.held.sample(self.now)
            self._look()
            if not self.executor_lives:
                continue
            changed = self.core.check(self.now)
            if changed or round(self.now / TICK) % 5 == 0:
                self.send()


def reach_over(column: int = 0, far: float = 0.4, rows: int = 80) -> np.ndarray:
    s = np.linspace(0, 1, rows)[:, None]
    return HOME + np.eye(14)[column] * far * s**4 * (35 - 84 * s + 70 * s**2 - 20 * s**3)


def test_an_accepted_chunk_is_carried_out_to_its_end(safety: SafetyFilter) -> None:
    cell = Cell(safety)
    rows = reach_over()
    assert cell.submit(rows, 0.1).outcome is Outcome.PASSED
    assert cell.core.is_moving(cell.now)
    cell.run(2.0)
    np.testing.assert_allclose(cell.positions, rows[-1], atol=1e-6)
    assert not cell.core.is_moving(cell.now)
    assert cell.core.window(cell.now) is None


def test_every_window_is_certified_motion_and_then_a_stop_in_time(safety: SafetyFilter) -> None:
    cell = Cell(safety)
    cell.submit(reach_over(rows=60), 0.1)
    cell.run(0.3)
    cell.submit(np.tile(cell.core.window(cell.now).positions[-1], (50, 1)))  # type: ignore[union-attr]
    cell.run(1.5)
    config = description.settings("safety.yaml")
    assert len(cell.windows) > 5
    for sent, window in cell.windows:
        assert window.start == pytest.approx(sent)
        assert window.end - sent <= config["window"]["commit_s"] + config["stopping_time_s"]
        assert_within_limits(window, (config["stop_scaling"]["acceleration"], config["stop_scaling"]["jerk"]))


@settings(max_examples=15, deadline=None, derandomize=True)
@given(death=st.floats(0.1, 1.6), back=st.floats(0.05, 1.5))
def test_when_the_executor_is_late_or_dies_the_arms_rest_on_the_path(safety: SafetyFilter, death: float, back: float) -> None:
    cell = Cell(safety)
    rows = reach_over()
    cell.submit(rows, 0.1)
    cell.run(death)
    cell.executor_lives = False
    cell.run(2.5)
    assert np.abs(cell.velocities).max() == 0.0
    assert np.abs(np.delete(cell.positions - HOME, 0)).max() < 1e-9
    assert -1e-9 <= cell.positions[0] - HOME[0] <= 0.4 + 1e-9

    late = Cell(safety)
    late.submit(rows, 0.1)
    late.run(death)
    late.executor_lives = False
    late.run(back)
    late.executor_lives = True
    late.run(0.6)  # ``send`` checks that nothing jumps
    assert late.submit(reach_over() - HOME + late.positions).accepted


@settings(max_examples=15, deadline=None, derandomize=True)
@given(after=st.floats(0.0, 1.8))
def test_a_stop_brings_both_arms_to_rest_in_time_and_is_latched(safety: SafetyFilter, after: float) -> None:
    cell = Cell(safety)
    cell.submit(reach_over(), 0.1)
    cell.run(after)
    cell.core.stop("stop_requested", "the button was pressed", cell.now)
    cell.core.stop("node_lost", "later", cell.now)
    cell.send()
    assert cell.core.stopped_because == "stop_requested: the button was pressed"
    cell.run(float(description.settings("safety.yaml")["stopping_time_s"]))
    assert np.abs(cell.velocities).max() == 0.0
    assert np.abs(np.delete(cell.positions - HOME, 0)).max() < 1e-9
    verdict = cell.submit(np.tile(cell.positions, (50, 1)))
    assert verdict.outcome is Outcome.STOPPED
    assert "button" in verdict.reason
    assert cell.core.reset(cell.now)
    assert cell.submit(np.tile(cell.positions, (50, 1))).outcome is Outcome.PASSED


def test_reset_waits_for_rest(safety: SafetyFilter) -> None:
    cell = Cell(safety)
    cell.submit(reach_over(rows=40), 0.1)
    cell.run(0.5)
    cell.core.stop("stop_requested", "now", cell.now)
    assert not cell.core.reset(cell.now)
    cell.send()
    cell.run(1.0)
    assert cell.core.reset(cell.now)


def test_one_source_at_a_time(safety: SafetyFilter) -> None:
    cell = Cell(safety)
    cell.submit(reach_over(), 0.1)
    cell.run(0.5)
    refused = cell.submit(np.tile(cell.positions, (50, 1)), source="planner")
    assert refused.outcome is Outcome.REJECTED
    assert "vla" in refused.reason
    cell.run(2.0)
    assert cell.submit(np.tile(cell.positions, (50, 1)), source="planner").accepted


def test_sequences_grow_until_a_source_begins_anew(safety: SafetyFilter) -> None:
    cell = Cell(safety)
    still = np.tile(HOME, (50, 1))
    cell.sequence = 6
    assert cell.submit(still).accepted
    cell.sequence = 6
    assert "comes after 7" in cell.submit(still).reason
    cell.sequence = 3
    assert not cell.submit(still).accepted
    cell.run(0.1)
    assert cell.submit(still).accepted, "it has started again, and its first chunks were lost"
    cell.sequence = 0
    assert "comes after 5" in cell.submit(still).reason


def test_sequences_begin_anew_with_a_reset(safety: SafetyFilter) -> None:
    cell = Cell(safety)
    still = np.tile(HOME, (50, 1))
    cell.sequence = 6
    assert cell.submit(still).accepted
    cell.core.stop("button", "pressed", cell.now)
    assert cell.core.reset(cell.now)
    cell.sequence = 2
    assert cell.submit(still).accepted


def test_a_refused_chunk_changes_nothing(safety: SafetyFilter) -> None:
    cell, other = Cell(safety), Cell(safety)
    for each in (cell, other):
        each.submit(reach_over(), 0.1)
        each.run(0.4)
    spoilt = np.tile(cell.positions, (50, 1))
    spoilt[30, 3] = np.inf
    assert not cell.submit(spoilt).accepted
    assert not cell.submit(np.tile(cell.positions + 1.0, (50, 1))).accepted
    for each in (cell, other):
        each.run(2.0)
    np.testing.assert_allclose(cell.positions, other.positions, atol=1e-9)


def test_without_joint_states_or_scene_nothing_moves(safety: SafetyFilter) -> None:
    core = ExecutorCore(safety)
    still = np.tile(HOME, (50, 1))
    assert "no joint states" in core.submit(chunk(still), 0.0).reason
    core.update_state(HOME, np.zeros(14), 0.0)
    assert "scene" in core.submit(chunk(still), 0.0).reason
    core.update_scene(Scene(0.0))
    assert core.submit(chunk(still), 0.0).accepted
    core.update_state(HOME * np.nan, np.zeros(14), 0.3)
    assert "joint states are too old" in core.submit(chunk(still, 0.3, 2), 0.3).reason
    core.update_state(HOME, np.zeros(14), 5.0)
    assert "scene is too old" in core.submit(chunk(still, 5.0, 3), 5.0).reason


def test_joint_states_that_stop_coming_stop_the_arms(safety: SafetyFilter) -> None:
    cell = Cell(safety)
    cell.submit(reach_over(), 0.1)
    cell.run(0.6)
    cell.joint_states = False
    cell.run(0.5)
    assert cell.core.stopped_because.startswith("stale_joint_states")
    cell.run(1.5)
    assert np.abs(cell.velocities).max() == 0.0


def test_arms_that_do_not_follow_are_stopped(safety: SafetyFilter) -> None:
    cell = Cell(safety)
    cell.submit(reach_over(far=0.6), 0.1)
    cell.run(0.5)
    stuck = cell.positions.copy()
    for _ in range(60):
        cell.run(TICK)
        cell.core.update_state(stuck, np.zeros(14), cell.now)
        cell.core.check(cell.now)
    assert cell.core.stopped_because.startswith("tracking_error")
    assert "left_shoulder_pan_joint" in cell.core.stopped_because


def test_it_begins_where_the_arms_are_measured(safety: SafetyFilter) -> None:
    cell = Cell(safety)
    cell.positions = HOME + 0.01 * np.where(ARM, 1.0, 0.0)
    cell._look()
    assert cell.submit(np.tile(cell.positions, (50, 1))).outcome is Outcome.PASSED
    assert cell.held is not None
    np.testing.assert_allclose(cell.held.positions[0], cell.positions, atol=1e-12)


def test_arms_that_something_else_moved_are_found_where_they_are(safety: SafetyFilter) -> None:
    cell = Cell(safety)
    cell.submit(reach_over(), 0.1)
    cell.run(2.5)
    cell.held = None
    cell.positions = HOME.copy()
    cell.run(0.1)
    assert cell.submit(reach_over(), 0.1).outcome is Outcome.PASSED
    cell.run(2.5)
    np.testing.assert_allclose(cell.positions, reach_over()[-1], atol=1e-6)


def test_halt_comes_to_rest_and_only_its_own_source_may_ask(safety: SafetyFilter) -> None:
    cell = Cell(safety)
    cell.submit(reach_over(), 0.1)
    cell.run(0.8)
    cell.core.halt("planner", cell.now)
    assert cell.core.window(cell.now) is not None
    cell.run(0.1)
    cell.core.halt("vla", cell.now)
    cell.send()
    cell.run(0.8)
    assert not cell.core.is_moving(cell.now)
    assert np.abs(cell.velocities).max() == 0.0
    assert cell.positions[0] < HOME[0] + 0.39
    assert cell.core.stopped_because == ""
    assert cell.submit(np.tile(cell.positions, (50, 1))).accepted


def test_something_that_appears_on_the_path_is_not_run_into(safety: SafetyFilter) -> None:
    cell = Cell(safety)
    rows = reach_over(far=0.5)
    cell.submit(rows, 0.1)
    cell.run(0.4)
    tcp = RobotModel().tcp_pose(rows[-1], "left")
    box = SceneObject("box", "box", "red", tcp @ Pose((0.0, 0.0, 0.0)), (0.08, 0.08, 0.08))
    cell.core.update_scene(Scene(cell.now, (box,)))
    cell.run(2.5)
    assert "box" in cell.core.intervention
    assert np.abs(cell.velocities).max() == 0.0
    assert cell.positions[0] < rows[-1][0] - 0.05


def test_gripper_commands_come_when_they_change(safety: SafetyFilter) -> None:
    cell = Cell(safety)
    rows = np.tile(HOME, (60, 1))
    rows[:, names.GRIPPER_COLUMN["left"]] = 0.0
    cell.submit(rows)
    assert set(cell.grippers) == {"left", "right"}
    cell.run(1.5)
    assert cell.grippers["left"] == pytest.approx(0.0, abs=2e-4)
    assert cell.grippers["right"] == pytest.approx(HOME[names.GRIPPER_COLUMN["right"]], abs=2e-4)
    assert cell.core.gripper_commands(cell.now) == {}


def test_fingers_that_should_close_slowly_are_told_how_fast(safety: SafetyFilter) -> None:
    cell = Cell(safety)
    rows = np.tile(HOME, (60, 1))
    column = names.GRIPPER_COLUMN["left"]
    rows[:, column] = HOME[column] - 0.002 * TICK * np.arange(60)
    cell.submit(rows)
    cell.run(1.0)
    assert cell.grippers["left"] < HOME[column] - 0.0015
    assert 0.001 <= max(cell.gripper_speeds) < 0.006


def test_a_grip_is_not_loosened_by_a_reset(safety: SafetyFilter) -> None:
    cell = Cell(safety)
    column = names.GRIPPER_COLUMN["left"]
    rows = np.tile(HOME, (60, 1))
    rows[:, column] = 0.015
    cell.submit(rows)
    cell.run(1.5)
    held = SceneObject("cube", "cube", "red", Pose((0, 0, -1)), (0.04,) * 3, held_by="left", pose_in_tcp=Pose((0, 0, 0)))
    cell.scene = Scene(objects=(held,))
    cell.core.stop("stop_requested", "a button", cell.now)
    assert cell.core.reset(cell.now)
    cell.held = None
    cell.positions = cell.positions.copy()
    cell.positions[column] = 0.02
    cell._look()
    still = np.tile(cell.positions, (50, 1))
    still[:, column] = 0.015
    assert cell.submit(still).accepted
    assert cell.grippers["left"] == pytest.approx(0.015, abs=2e-4)


def test_a_human_near_by_slows_what_is_under_way_and_refuses_when_too_near(safety: SafetyFilter) -> None:
    cell = Cell(safety)
    cell.submit(reach_over(far=0.6), 0.1)
    cell.run(0.7)

    def tool_speed() -> float:
        jacobian = RobotModel().tcp_jacobian(cell.positions, "left")
        return float(np.linalg.norm(jacobian[:3] @ cell.velocities[names.ARM_COLUMNS["left"]]))

    assert tool_speed() > 0.12
    cell.core.set_speed_scale(0.1)
    assert cell.core.check(cell.now)
    cell.send()
    cell.run(0.6)
    assert 0.02 < tool_speed() <= 0.1
    cell.core.set_speed_scale(0.0)
    cell.run(1.0)
    assert np.abs(cell.velocities).max() == 0.0
    refused = cell.submit(np.tile(cell.positions, (50, 1)))
    assert refused.rule == "S8"
    cell.core.set_speed_scale(1.0)
    assert cell.submit(np.tile(cell.positions, (50, 1))).accepted


def test_a_spoilt_scene_is_left_out(safety: SafetyFilter) -> None:
    cell = Cell(safety)
    good = SceneObject("cube", "cube", "red", Pose((0.5, 0.0, 0.02)), (0.04,) * 3)
    cell.core.update_scene(Scene(0.0, (good,)))
    for bad in (Pose((float("nan"), 0.0, 0.0)), Pose((0.5, 0.0, 0.0), (0.0, 0.0, 0.0, 0.0))):
        cell.core.update_scene(Scene(9.0, (SceneObject("bad", "cube", "red", bad, (0.04,) * 3),)))
    assert cell.core.submit(chunk(np.tile(HOME, (50, 1))), 0.0).accepted
    cell.core.update_state(HOME, np.zeros(14), 9.0)
    assert "scene is too old" in cell.core.submit(chunk(np.tile(HOME, (50, 1)), 9.0, 2), 9.0).reason
