"""The arm controller behaves as ros2_control's joint trajectory controller."""

import numpy as np
import pytest

from tandem.cell import names
from tandem.cell.limits import joint_limits
from tandem.sim.controllers import ArmController
from tandem.sim.trajectory_goal import GoalRefused, JointTrajectory, Tolerances, TrajectoryError

JOINTS = names.ARM_JOINTS["left"]
HOME = np.array([0.3, -2.0, 2.0, -1.5, -1.5, 0.1])
DT = 0.002


def _to(goal: np.ndarray, duration: float = 1.0, stamp: float = 0.0) -> JointTrajectory:
    return JointTrajectory(JOINTS, np.array([duration]), goal[None], np.zeros((1, 6)), np.zeros((1, 6)), stamp)


def _follow(controller: ArmController, start: float, seconds: float, lag: float = 0.0) -> np.ndarray:
    """Run with joints that follow at once, off by ``lag``; the desired positions, shape (N, 6)."""
    rows = []
    for time in np.arange(start, start + seconds, DT):
        desired = controller.sample(float(time))
        rows.append(controller.update(float(time), desired.position + lag, desired.velocity).position)
    return np.array(rows)


def test_it_holds_without_a_trajectory() -> None:
    controller = ArmController("left", HOME)
    sample = controller.sample(5.0)
    np.testing.assert_array_equal(sample.position, HOME)
    assert not sample.velocity.any()


def test_it_reaches_the_goal_smoothly_succeeds_and_holds() -> None:
    controller = ArmController("left", HOME)
    handle = controller.accept(_to(HOME + 0.4), 1.0)
    path = _follow(controller, 1.0, 1.2)
    assert (handle.status, handle.code) == ("succeeded", TrajectoryError.SUCCESSFUL)
    np.testing.assert_allclose(path[-1], HOME + 0.4)
    assert np.abs(np.diff(path, n=2, axis=0)).max() / DT**2 < 4.0
    np.testing.assert_allclose(controller.sample(50.0).position, HOME + 0.4)


def test_positions_alone_are_joined_by_straight_lines() -> None:
    controller = ArmController("left", HOME)
    controller.accept(JointTrajectory(JOINTS, np.array([1.0, 2.0]), np.array([HOME + 1.0, HOME])), 0.0)
    np.testing.assert_allclose(controller.sample(0.25).position, HOME + 0.25)
    np.testing.assert_allclose(controller.sample(1.5).velocity, -1.0)


def test_a_replacement_goes_on_from_the_desired_state() -> None:
    controller = ArmController("left", HOME)
    first = controller.accept(_to(HOME + 1.0), 0.0)
    _follow(controller, 0.0, 0.5)
    before = controller.sample(0.5)
    second = controller.accept(_to(HOME - 0.5), 0.5)
    after = controller.sample(0.5)
    for name in ("position", "velocity", "acceleration"):
        np.testing.assert_allclose(getattr(after, name), getattr(before, name), atol=1e-9)
    assert (first.status, second.status) == ("cancelled", "active")


def test_a_window_of_the_same_motion_changes_nothing() -> None:
    """The executor sends the next part of one motion again and again, with the time it began."""
    times = np.linspace(0.0, 2.0, 101)
    wave = 0.2 * (1 - np.cos(np.pi * times))[:, None]
    speed = 0.2 * np.pi * np.sin(np.pi * times)[:, None]
    bend = 0.2 * np.pi**2 * np.cos(np.pi * times)[:, None]
    whole = JointTrajectory(JOINTS, times + 1.0, HOME + wave, speed * np.ones(6), bend * np.ones(6), 10.0)
    controller, reference = ArmController("left", HOME), ArmController("left", HOME)
    for item in (controller, reference):
        item.accept(whole, 10.0)
    for now in (11.2, 11.7, 12.3):
        controller.accept(whole, now)
        for ahead in (0.0, 0.013, 0.1):
            np.testing.assert_allclose(
                controller.sample(now + ahead).position, reference.sample(now + ahead).position, atol=1e-12
            )


def test_a_refused_trajectory_leaves_the_running_one() -> None:
    controller = ArmController("left", HOME)
    handle = controller.accept(_to(HOME + 1.0), 0.0)
    with pytest.raises(GoalRefused):
        controller.accept(_to(HOME, stamp=1e-3), 5.0)
    assert controller.handle is handle
    assert handle.status == "active"


def test_leaving_the_path_aborts_and_brings_the_arm_to_rest() -> None:
    controller = ArmController("left", HOME)
    handle = controller.accept(_to(HOME + 1.0), 0.0, Tolerances(path={JOINTS[2]: 0.05}))
    _follow(controller, 0.0, 0.5)
    assert handle.status == "active"
    path = _follow(controller, 0.5, 1.0, lag=0.1)
    assert (handle.status, handle.code) == ("aborted", TrajectoryError.PATH_TOLERANCE_VIOLATED)
    assert JOINTS[2] in handle.message
    assert np.abs(path[-1] - path[-100]).max() < 1e-9


def test_missing_the_goal_aborts_after_the_goal_time() -> None:
    controller = ArmController("left", HOME)
    handle = controller.accept(_to(HOME + 0.2), 0.0, Tolerances(goal_time=0.3))
    _follow(controller, 0.0, 1.2, lag=0.05)
    assert handle.status == "active"
    _follow(controller, 1.2, 0.2, lag=0.05)
    assert (handle.status, handle.code) == ("aborted", TrajectoryError.GOAL_TOLERANCE_VIOLATED)


def test_a_lifted_tolerance_is_not_judged() -> None:
    controller = ArmController("left", HOME)
    handle = controller.accept(_to(HOME + 0.2), 0.0, Tolerances(goal=dict.fromkeys(JOINTS, -1.0), goal_time=0.3))
    _follow(controller, 0.0, 1.1, lag=0.05)
    assert handle.status == "succeeded"


def test_cancel_decelerates_within_the_limits_and_holds() -> None:
    controller = ArmController("left", HOME)
    handle = controller.accept(_to(HOME + 1.0), 0.0)
    _follow(controller, 0.0, 0.5)
    controller.cancel(0.5)
    assert handle.status == "cancelled"
    path = _follow(controller, 0.5, 1.0)
    acceleration = np.abs(np.diff(path, n=2, axis=0)).max(axis=0) / DT**2
    assert np.all(acceleration <= joint_limits().acceleration[:6] * 1.001)
    assert not controller.sample(1.6).velocity.any()
    np.testing.assert_allclose(controller.sample(9.0).position, path[-1])


def test_after_a_cancel_a_new_trajectory_starts_from_the_braking_arm() -> None:
    controller = ArmController("left", HOME)
    controller.accept(_to(HOME + 1.0), 0.0)
    controller.cancel(0.5)
    before = controller.sample(0.55)
    controller.accept(_to(HOME), 0.55)
    np.testing.assert_allclose(controller.sample(0.55).velocity, before.velocity, atol=1e-9)
    _follow(controller, 0.55, 1.1)
    np.testing.assert_allclose(controller.sample(2.0).position, HOME)


def test_a_trajectory_from_the_topic_is_not_judged() -> None:
    controller = ArmController("left", HOME)
    handle = controller.accept(_to(HOME + 0.2), 0.0, Tolerances(path=dict.fromkeys(JOINTS, 1e-3)), monitored=False)
    _follow(controller, 0.0, 1.1, lag=0.5)
    assert handle.status == "succeeded"
