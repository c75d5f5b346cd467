"""Demonstrations cut into what can be learned from."""

from dataclasses import replace

import numpy as np
import pytest
from reaching import HELD, LENGTH, reaching

from tandem.cell import names
from tandem.learning.training.passages import Passages


def test_every_frame_of_clean_demonstrations_is_kept_and_ends_at_its_episodes_last() -> None:
    passages = Passages.of(reaching(3))
    assert len(passages) == 3 * (LENGTH + HELD)
    assert passages.complete.all()
    np.testing.assert_array_equal(passages.kept[passages.last], np.repeat((LENGTH + HELD) * np.arange(1, 4) - 1, LENGTH + HELD))
    assert (passages.before[[0, LENGTH + HELD]] == -1).all()
    assert passages.before[1] == 0


def test_mistakes_are_left_out_and_what_leads_to_them_has_no_known_end() -> None:
    frames = reaching(1)
    frames.mistake[8:12] = True
    passages = Passages.of(frames)
    assert not set(range(8, 12)) & set(passages.kept)
    assert not passages.complete[passages.kept < 8].any()
    assert passages.complete[passages.kept >= 12].all()
    assert (passages.kept[passages.last[passages.kept < 8]] == 7).all()


def test_waiting_is_cut_but_not_the_rest_at_the_end() -> None:
    frames = reaching(1)
    action, state = frames.action.copy(), frames.state.copy()
    action[6:14], state[6:14] = action[6], state[6]
    passages = Passages.of(replace(frames, action=action, state=state))
    kept = set(passages.kept)
    assert {6, 7, 8} <= kept
    assert not {10, 11, 12, 13} & kept
    assert set(range(LENGTH, LENGTH + HELD)) <= kept


def test_slow_motions_are_not_taken_for_waiting() -> None:
    frames = reaching(1)
    action = frames.action.copy()
    action[6:14] = action[6] + 0.001 * np.arange(8)[:, None]  # each step is too small to count
    assert set(range(6, 14)) <= set(Passages.of(replace(frames, action=action)).kept)


def test_columns_of_different_lengths_are_refused() -> None:
    frames = reaching(1)
    with pytest.raises(ValueError, match="differ in length"):
        replace(frames, task=frames.task[:-1])


def test_fingers_that_still_close_are_waited_for() -> None:
    frames = reaching(1)
    action, state = frames.action.copy(), frames.state.copy()
    action[6:14] = action[6]
    state[6:14] = state[6]
    state[6:14, names.GRIPPER_COLUMN["left"]] = np.linspace(0.04, 0.02, 8)
    assert set(range(6, 14)) <= set(Passages.of(replace(frames, action=action, state=state)).kept)
