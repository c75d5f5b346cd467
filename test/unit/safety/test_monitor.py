"""What the monitor finds wrong, and that it doesn't let go of it by itself."""

import numpy as np
import pytest

from tandem.cell import description
from tandem.cell.robot import RobotModel, home_positions
from tandem.safety.monitor import Monitor

STILL = np.zeros(14)


@pytest.fixture
def monitor() -> Monitor:
    monitor = Monitor(required_nodes=("executor", "perception"))
    monitor.start(10.0)
    alive(monitor, 10.0)
    return monitor


def alive(monitor: Monitor, now: float, *silent: str, fault: str = "") -> None:
    for node in ("executor", "perception"):
        if node not in silent:
            monitor.heartbeat(node, now, fault=fault if node == "executor" else "")
    monitor.joint_state(home_positions(), STILL, now)


def test_all_is_well_while_everyone_is_heard(monitor: Monitor) -> None:
    for tick in range(100):
        alive(monitor, 10.0 + tick * 0.1)
        state = monitor.state(10.0 + tick * 0.1)
        assert not state.stopped
        assert state.speed_scale == 1.0
        assert state.human_distance == float("inf")


def test_before_it_is_started_nobody_is_missed() -> None:
    assert not Monitor(required_nodes=("executor",)).state(100.0).stopped


def test_a_lost_node_is_named_and_stays_latched_when_it_returns(monitor: Monitor) -> None:
    for tick in range(1, 20):
        alive(monitor, 10.0 + tick * 0.1, "perception")
    state = monitor.state(11.9)
    assert (state.stopped, state.cause, state.lost_nodes) == (True, "node_lost", ("perception",))
    assert "perception" in state.reason
    assert "executor" not in state.reason
    refused, why = monitor.reset(11.9)
    assert not refused
    assert "perception" in why
    alive(monitor, 12.0)
    assert monitor.state(12.0).stopped
    assert monitor.state(12.0).lost_nodes == ()
    assert monitor.reset(12.0)[0]
    assert not monitor.state(12.0).stopped


def test_what_was_never_heard_of_is_waited_for() -> None:
    monitor = Monitor(required_nodes=("executor",))
    monitor.start(10.0)
    assert monitor.state(10.0).waiting_for == ("executor", "joint states")
    assert not monitor.state(10.5).stopped
    assert not monitor.reset(10.5)[0]
    monitor.heartbeat("executor", 10.6)
    assert monitor.state(10.6).waiting_for == ("joint states",)
    monitor.joint_state(home_positions(), STILL, 10.7)
    assert monitor.state(10.7).waiting_for == ()
    assert monitor.reset(10.7)[0]


def test_the_first_cause_wins(monitor: Monitor) -> None:
    monitor.request_stop("the button was pressed", 10.1)
    monitor.wrench("left", np.array([0.0, 0.0, 500.0]), 10.2)
    state = monitor.state(20.0)
    assert (state.cause, state.reason) == ("stop_requested", "the button was pressed")


def test_force_stops_and_can_be_reset_only_when_it_is_gone(monitor: Monitor) -> None:
    limit = float(description.settings("safety.yaml")["force_limit_n"])
    monitor.wrench("right", np.array([0.6, 0.0, 0.79]) * limit, 10.1)
    assert not monitor.state(10.1).stopped
    monitor.wrench("right", np.array([0.61, 0.0, 0.8]) * limit * 1.02, 10.2)
    state = monitor.state(10.2)
    assert state.cause == "force_limit"
    assert "right wrist" in state.reason
    assert not monitor.reset(10.3)[0]
    monitor.wrench("right", np.array([0.0, 0.0, 9.0]), 10.4)
    assert monitor.state(10.4).stopped
    assert monitor.reset(10.4)[0]
    monitor.wrench("left", np.array([np.nan, 0.0, 0.0]), 10.5)
    assert monitor.state(10.5).cause == "force_limit", "a force that isn't a number is no all-clear"


def test_joint_states_that_stop_coming(monitor: Monitor) -> None:
    for tick in range(1, 20):
        for node in ("executor", "perception"):
            monitor.heartbeat(node, 10.0 + tick * 0.1)
    assert monitor.state(11.9).cause == "stale_joint_states"
    monitor.joint_state(home_positions() * np.nan, STILL, 11.9)
    assert not monitor.reset(11.9)[0]
    alive(monitor, 12.0)
    assert monitor.reset(12.0)[0]


def test_a_fault_that_a_node_reports_is_latched_and_forgiven_for_a_while_after_a_reset(monitor: Monitor) -> None:
    alive(monitor, 10.1, fault="tracking_error: left_elbow_joint is 0.31 rad from where it was sent")
    state = monitor.state(10.1)
    assert (state.cause, state.reason) == ("tracking_error", "left_elbow_joint is 0.31 rad from where it was sent")
    assert monitor.reset(10.2)[0]
    alive(monitor, 10.3, fault="tracking_error: left_elbow_joint is 0.31 rad from where it was sent")
    assert not monitor.state(10.3).stopped, "the executor goes on only once it has heard of the reset"
    alive(monitor, 10.4)
    alive(monitor, 10.5, fault="something else broke")
    state = monitor.state(10.5)
    assert state.cause == "node_fault"
    assert "executor" in state.reason
    assert monitor.reset(10.6)[0]
    for tick in range(20):
        alive(monitor, 10.6 + tick * 0.1, fault="something else broke")
    assert monitor.state(12.5).stopped


def test_humans_slow_the_arms_and_stop_them(monitor: Monitor) -> None:
    tcp = np.array(RobotModel().tcp_pose(home_positions(), "left").position)
    scales = []
    for number, away in enumerate((4.0, 1.4, 1.0, 0.8)):
        now = 10.1 + number * 0.1
        alive(monitor, now)
        monitor.humans([tuple(tcp + np.array([away, 0.0, 0.0])), (9.0, 9.0, 1.0)], now)
        state = monitor.state(now)
        assert state.human_distance <= away
        scales.append(state.speed_scale)
    assert scales == sorted(scales, reverse=True)
    assert scales[0] == 1.0
    assert 0 < scales[-1] < 1.0
    assert not monitor.state(10.4).stopped
    monitor.humans([tuple(tcp + np.array([0.3, 0.0, 0.0]))], 10.5)
    alive(monitor, 10.5)
    assert monitor.state(10.5).cause == "human_near"
    assert not monitor.reset(10.6)[0]
    monitor.humans([], 10.7)
    assert monitor.reset(10.7)[0]


def test_humans_that_are_not_heard_of_again_are_forgotten(monitor: Monitor) -> None:
    tcp = np.array(RobotModel().tcp_pose(home_positions(), "left").position)
    monitor.humans([tuple(tcp + np.array([1.0, 0.0, 0.0]))], 10.0)
    keep = float(description.settings("safety.yaml")["human"]["keep_s"])
    alive(monitor, 10.0 + keep)
    assert monitor.state(10.0 + keep).speed_scale < 1.0
    alive(monitor, 10.1 + keep)
    assert monitor.state(10.1 + keep).speed_scale == 1.0
