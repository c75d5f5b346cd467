"""The gripper controller behaves as ros2_control's parallel gripper controller."""

import numpy as np
import pytest

from tandem.cell.limits import joint_limits
from tandem.sim.gripper_controller import GripperController, GripperGoal, GripperHandle

DT = 0.002
OPEN = 0.0425


def _follow(controller: GripperController, start: float, seconds: float, blocked_at: float = 0.0) -> list[float]:
    """Run with fingers that follow at once, but can't close farther than ``blocked_at``; their positions."""
    found, last = [], None
    for time in np.arange(start, start + seconds, DT):
        position = max(controller_set_point(controller), blocked_at) if last is None else last
        velocity = 0.0 if not found else (position - found[-1]) / DT
        command = controller.update(float(time), DT, position, velocity, 5.0)
        found.append(position)
        last = max(command.position, blocked_at)
    return found


def controller_set_point(controller: GripperController) -> float:
    return controller.update(0.0, 0.0, OPEN, 0.0, 0.0).position


def _settled(goal: GripperGoal, blocked_at: float = 0.0) -> tuple[GripperHandle, list[float]]:
    controller = GripperController("left", OPEN)
    handle = controller.accept(goal, 0.0)
    return handle, _follow(controller, 0.0, 1.0, blocked_at)


def test_it_reaches_the_goal_within_its_limits() -> None:
    handle, positions = _settled(GripperGoal(0.01))
    assert (handle.reached_goal, handle.stalled) == (True, False)
    assert positions[-1] == pytest.approx(0.01)
    velocity = np.diff(positions) / DT
    assert np.abs(velocity).max() <= joint_limits().velocity[6] * 1.001
    assert np.abs(np.diff(velocity)).max() / DT <= joint_limits().acceleration[6] * 1.6


def test_a_slower_goal_is_slower() -> None:
    _, positions = _settled(GripperGoal(0.0, max_velocity=0.03))
    assert np.abs(np.diff(positions)).max() / DT <= 0.03 * 1.001


def test_an_object_between_the_fingers_stalls_it() -> None:
    handle, positions = _settled(GripperGoal(0.0), blocked_at=0.02)
    assert (handle.reached_goal, handle.stalled) == (False, True)
    assert handle.position == pytest.approx(0.02)
    assert positions[-1] == 0.02


def test_blocked_fingers_open_again_without_delay() -> None:
    controller = GripperController("left", OPEN)
    controller.accept(GripperGoal(0.0), 0.0)
    _follow(controller, 0.0, 1.0, blocked_at=0.02)
    command = controller.update(1.0, DT, 0.02, 0.0, 40.0)
    assert 0.02 - command.position < 0.004


def test_effort_is_limited_by_the_goal_and_by_the_gripper() -> None:
    controller = GripperController("left", OPEN)
    full = controller.update(0.0, DT, OPEN, 0.0, 0.0).max_effort
    controller.accept(GripperGoal(0.0, max_effort=10.0), 0.0)
    assert controller.update(0.0, DT, OPEN, 0.0, 0.0).max_effort == 10.0
    controller.accept(GripperGoal(0.0, max_effort=10 * full), 0.0)
    assert controller.update(0.0, DT, OPEN, 0.0, 0.0).max_effort == full


def test_a_new_goal_replaces_the_old_one() -> None:
    controller = GripperController("left", OPEN)
    first = controller.accept(GripperGoal(0.0), 0.0)
    _follow(controller, 0.0, 0.1)
    second = controller.accept(GripperGoal(OPEN), 0.1)
    assert first.replaced
    _follow(controller, 0.1, 1.0)
    assert second.reached_goal


def test_cancel_stops_where_it_is() -> None:
    controller = GripperController("left", OPEN)
    handle = controller.accept(GripperGoal(0.0), 0.0)
    before = _follow(controller, 0.0, 0.15)[-1]
    controller.cancel()
    after = _follow(controller, 0.15, 0.5)[-1]
    assert handle.replaced
    assert abs(after - before) < 0.008


@pytest.mark.parametrize("goal", [GripperGoal(float("nan")), GripperGoal(0.01, -1.0), GripperGoal(0.01, 0.0, float("inf"))])
def test_senseless_goals_are_refused(goal: GripperGoal) -> None:
    controller = GripperController("left", OPEN)
    with pytest.raises(ValueError, match="gripper goal"):
        controller.accept(goal, 0.0)
    assert controller.goal.position == OPEN
