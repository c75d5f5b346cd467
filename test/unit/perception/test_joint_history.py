import numpy as np
import pytest

from tandem.perception.joint_history import JointHistory


def test_between_states_it_is_linear_and_outside_the_nearest() -> None:
    history = JointHistory(2.0)
    for stamp in (1.0, 1.1, 1.3):
        history.add(stamp, np.full(14, stamp), np.full(14, 10 * stamp))
    assert history.at(1.2)[0] == pytest.approx(np.full(14, 1.2))
    assert history.at(1.05)[1] == pytest.approx(np.full(14, 10.5))
    assert history.at(0.5)[0] == pytest.approx(np.full(14, 1.0))
    assert history.at(9.0)[0] == pytest.approx(np.full(14, 1.3))


def test_it_forgets_old_states_and_ignores_late_ones() -> None:
    history = JointHistory(0.5)
    history.add(1.0, np.zeros(14), np.zeros(14))
    history.add(2.0, np.ones(14), np.ones(14))
    history.add(1.8, np.full(14, 7.0), np.zeros(14))
    assert history.at(1.0)[0] == pytest.approx(np.ones(14))


def test_a_clock_that_was_set_back_starts_it_afresh() -> None:
    history = JointHistory(0.5)
    history.add(100.0, np.ones(14), np.zeros(14))
    history.add(0.0, np.zeros(14), np.zeros(14))
    assert history.at(50.0)[0] == pytest.approx(np.zeros(14))


def test_what_it_remembers_does_not_change_with_the_callers_array() -> None:
    history, positions = JointHistory(0.5), np.zeros(14)
    history.add(0.0, positions, positions)
    positions += 1
    assert history.at(0.0)[0] == pytest.approx(np.zeros(14))


def test_nothing_remembered_is_said() -> None:
    with pytest.raises(LookupError):
        JointHistory(1.0).at(0.0)
