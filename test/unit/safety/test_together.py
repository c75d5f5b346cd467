"""S7: hands that hold one object keep their relative pose."""

import numpy as np
import pytest
from dense_checks import chunk

from tandem.cell import ik, names
from tandem.cell.chunk import Outcome, Verdict
from tandem.cell.pose import Pose
from tandem.cell.robot import RobotModel, home_positions
from tandem.cell.scene import Scene, SceneObject
from tandem.safety.executor import ExecutorCore
from tandem.safety.filter import SafetyFilter

ROBOT = RobotModel()
GRIP = 0.008


@pytest.fixture(scope="module")
def safety() -> SafetyFilter:
    return SafetyFilter()


def both_at(height: float, shift: float = 0.0, seed: np.ndarray | None = None) -> np.ndarray:
    """Both hands over the two ends of a tray, the right one shifted towards the left by ``shift``."""
    down = Pose.from_xyz_rpy((0, 0, 0), (np.pi, 0, 0)).quaternion
    goals: dict[names.Side, Pose] = {
        "left": Pose((0.45, 0.13, height), down),
        "right": Pose((0.45, -0.13 + shift, height), down),
    }
    joints = ik.solve_both(ROBOT, goals, home_positions() if seed is None else seed)
    assert joints is not None
    joints = joints.copy()
    joints[list(names.GRIPPER_COLUMN.values())] = GRIP
    return joints


def between(start: np.ndarray, end: np.ndarray, rows: int = 75) -> np.ndarray:
    s = np.linspace(0, 1, rows)[:, None]
    return start + (end - start) * s**4 * (35 - 84 * s + 70 * s**2 - 20 * s**3)


def ask(safety: SafetyFilter, rows: np.ndarray, held: bool = True) -> Verdict:
    core = ExecutorCore(safety)
    core.update_state(rows[0], np.zeros(14), 0.0)
    tray = SceneObject(
        "tray",
        "tray",
        "yellow",
        Pose((0.45, 0.0, 0.2), (0.0, 0.0, 0.7071, 0.7071)),
        (0.30, 0.20, 0.056),
        held_by="both" if held else "",
        pose_in_tcp=Pose((0.13, 0.0, 0.0)) if held else None,
    )
    core.update_scene(Scene(0.0, (tray,) if held else ()))
    allowed = (("tray", "left_gripper"), ("tray", "right_gripper"), ("tray", "left_arm"), ("tray", "right_arm"))
    return core.submit(chunk(rows, 0.05, allowed_contacts=allowed), 0.0)


def test_lifting_together_is_allowed_and_squeezing_is_not(safety: SafetyFilter) -> None:
    low = both_at(0.20)
    assert ask(safety, between(low, both_at(0.23, seed=low))).outcome is Outcome.PASSED
    squeezed = ask(safety, between(low, both_at(0.20, 0.05, seed=low)))
    assert squeezed.outcome in (Outcome.TRUNCATED, Outcome.REJECTED)
    assert squeezed.rule == "S7"
    assert "hands hold one object" in squeezed.reason


def test_apart_they_may_move_as_they_like(safety: SafetyFilter) -> None:
    low = both_at(0.20)
    assert ask(safety, between(low, both_at(0.20, 0.05, seed=low)), held=False).outcome is Outcome.PASSED


def test_a_hand_that_opens_may_leave(safety: SafetyFilter) -> None:
    low = both_at(0.20)
    rows = between(low, both_at(0.20, -0.05, seed=low), 75)
    rows = np.vstack([np.tile(low, (25, 1)), rows])
    rows[1:, names.GRIPPER_COLUMN["right"]] = 0.03
    assert ask(safety, rows).outcome is Outcome.PASSED


def test_drift_adds_up_over_chunks(safety: SafetyFilter) -> None:
    """Each chunk shifts the hands by less than the tolerance; together they may not shift by more than it."""
    core = ExecutorCore(safety)
    at = both_at(0.20)
    tray = SceneObject(
        "tray", "box", "yellow", Pose((0, 0, 1)), (0.02, 0.02, 0.02), held_by="both", pose_in_tcp=Pose((0, 0, 0.3))
    )
    outcomes = []
    for number in range(6):
        now = number * 2.0
        core.update_state(at, np.zeros(14), now)
        core.update_scene(Scene(now, (tray,)))
        further = both_at(0.20, 0.006 * (number + 1), seed=at)
        verdict = core.submit(chunk(between(at, further), now + 0.05, number), now)
        outcomes.append(verdict.rule)
        if not verdict.accepted:
            break
        core.window(now)
        for step in np.arange(now, now + 1.9, 0.1):
            core.window(float(step))
        at = further
    assert outcomes[:2] == ["", ""]
    assert "S7" in outcomes
