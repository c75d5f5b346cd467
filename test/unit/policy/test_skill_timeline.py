import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tandem.cell import names
from tandem.cell.limits import joint_limits
from tandem.cell.robot import home_positions
from tandem.cell.trajectory import Trajectory
from tandem.policy.skills.gripping import FingerMotion
from tandem.policy.skills.timeline import ROW_S, Leg, Timeline, at_even_pace, rows, still, with_fingers

HOME = home_positions()


def closing(side: names.Side = "left", last: float = 0.017) -> Leg:
    motion = FingerMotion.between(side, float(HOME[names.GRIPPER_COLUMN[side]]), last)
    return Leg(with_fingers(still(HOME, 0.0), {side: motion}), ((f"{side}_fingers", "red_cube"),), "closing")


def moved(by: float, seconds: float = 1.0) -> Leg:
    """The first joint moves evenly; its velocity doesn't matter here."""
    times = rows(round(seconds / ROW_S) + 1)
    positions = np.tile(HOME, (len(times), 1))
    positions[:, 0] += by * times / seconds
    velocities = np.zeros_like(positions)
    velocities[:, 0] = by / seconds
    return Leg(Trajectory(times, positions, velocities, np.zeros_like(positions)), (), "moving")


def test_legs_follow_one_another_without_a_gap() -> None:
    line = Timeline.starting(3.0, (moved(0.4), closing(), closing("right")))
    for before, after in zip(line.legs, line.legs[1:], strict=False):
        assert before.trajectory.end == after.trajectory.start
    assert line.start == 3.0
    assert line.legs[0].trajectory.duration == 1.0


@given(st.floats(0.0, 6.0), st.floats(0.0, 6.0))
def test_windows_taken_at_any_time_agree(first: float, second: float) -> None:
    line = Timeline.starting(2.0, (moved(0.4), closing()))
    a, b = (line.grid(time) + rows(50) for time in (first, second))
    shared_a, shared_b = np.round(a / ROW_S).astype(int), np.round(b / ROW_S).astype(int)
    _, in_a, in_b = np.intersect1d(shared_a, shared_b, return_indices=True)
    assert np.allclose(line.at(a)[in_a], line.at(b)[in_b], atol=1e-9)


@given(st.floats(-3.0, 10.0))
def test_grid_meets_samples_and_is_not_before(time: float) -> None:
    line = Timeline.starting(2.003, (moved(0.4),))
    met = line.grid(time)
    assert -1e-6 <= met - time < ROW_S + 1e-6
    assert abs((met - line.start) / ROW_S - round((met - line.start) / ROW_S)) < 1e-6


def test_still_before_the_start_and_after_the_end() -> None:
    line = Timeline.starting(2.0, (moved(0.4),))
    assert np.allclose(line.at(np.array([0.0, 1.99])), HOME)
    assert np.allclose(line.at(np.array([3.0, 9.0]))[:, 0], HOME[0] + 0.4)


def test_contacts_are_those_of_the_legs_in_the_window_only() -> None:
    line = Timeline.starting(0.0, (moved(0.4), closing()))
    assert line.contacts(0.0, 0.5) == ()
    assert line.contacts(0.5, 1.2) == (("left_fingers", "red_cube"),)
    assert line.contacts(5.0, 6.0) == (("left_fingers", "red_cube"),)


def test_finds_where_slowed_arms_are() -> None:
    line = Timeline.starting(0.0, (moved(0.4),))
    late = line.at(np.array([0.5]))[0]
    assert abs(line.behind(late, 0.8, 2.0) - 0.3) < 0.011


def test_resumes_with_the_first_leg_that_has_not_been_finished() -> None:
    line = Timeline.starting(0.0, (moved(0.4), closing()))
    at_the_end = line.goal
    assert line.nearest_leg(line.at(np.array([0.4]))[0], 0.4) == 0
    assert line.nearest_leg(line.at(np.array([0.4]))[0], 1.2) == 0
    assert line.nearest_leg(at_the_end, 0.2) == 0


@given(st.floats(0.0, 0.0425), st.floats(0.0, 0.0425), st.sampled_from(names.SIDES))
def test_fingers_keep_their_limits_and_end_where_they_should(first: float, last: float, side: names.Side) -> None:
    motion = FingerMotion.between(side, first, last)
    fine = np.linspace(0.0, motion.duration, 400)
    travel, velocity, acceleration = motion.sample(fine)
    limits, column = joint_limits(), names.GRIPPER_COLUMN[side]
    assert travel[-1] == np.float64(last) or abs(travel[-1] - last) < 1e-9
    assert np.abs(velocity).max() <= limits.velocity[column]
    assert np.abs(acceleration).max() <= limits.acceleration[column]
    if motion.duration:
        jerk = np.gradient(acceleration, fine[1] - fine[0])
        assert np.abs(jerk).max() <= limits.jerk[column]


def test_arms_wait_for_slower_fingers() -> None:
    leg = closing()
    assert leg.trajectory.duration > 0.3
    assert np.allclose(leg.trajectory.positions[-1][names.ARM_COLUMNS["left"]], HOME[names.ARM_COLUMNS["left"]])
    assert abs(leg.trajectory.positions[-1][names.GRIPPER_COLUMN["left"]] - 0.017) < 1e-9


def test_at_an_even_pace_it_takes_as_long_as_it_should_on_the_same_path() -> None:
    fast = moved(0.4).trajectory
    slow = at_even_pace(fast, 8.0)
    assert slow.duration == 8.0
    assert np.array_equal(slow.positions[[0, -1]], fast.positions[[0, -1]])
    pace = np.diff(slow.positions[:, 0]) / ROW_S
    assert pace.min() >= 0.0
    assert pace.max() < 1.1 * 0.4 / 8.0
    middle = (slow.times > 1.0) & (slow.times < 7.0)
    assert np.ptp(slow.velocities[middle, 0]) < 1e-3
    assert np.allclose(slow.velocities[[0, -1]], 0.0)
    assert at_even_pace(fast, 0.5) is fast, "nothing gets faster"
