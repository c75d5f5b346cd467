"""Slowed down, demonstrations go the same way and say the same of every moment of it."""

import numpy as np
import pytest
from reaching import HELD, reaching

from tandem.learning.training.passages import Frames
from tandem.learning.training.retiming import retimed
from tandem.policy import grounding
from tandem.policy.vla.poses import tcp_poses

SLOW_MPS = 0.12
_X = grounding.COLUMNS.index("x")
_TURN = slice(grounding.COLUMNS.index("qx"), grounding.COLUMNS.index("qw") + 1)


@pytest.fixture(scope="module")
def both() -> tuple[Frames, Frames]:
    frames = reaching(3)
    frames.grounding[:, 0, _X] += 0.001 * np.arange(len(frames.state)) % 0.02
    return frames, retimed(frames, SLOW_MPS, 0.1)


def _places(joints: np.ndarray) -> np.ndarray:
    from tandem.cell.robot import RobotModel

    return np.asarray(tcp_poses(RobotModel(), joints)[..., :3, 3])


def test_no_hand_is_faster(both: tuple[Frames, Frames]) -> None:
    frames, slow = both
    assert len(slow.state) > 1.5 * len(frames.state)
    same = np.diff(slow.episode) == 0
    steps = np.linalg.norm(np.diff(_places(slow.state), axis=0), axis=-1).max(axis=-1)[same]
    assert steps.max() < 1.1 * SLOW_MPS * 0.1


def test_what_is_slow_enough_stays_as_it_is() -> None:
    frames = reaching(2)
    same = retimed(frames, 10.0, 0.1)
    for name, values in vars(frames).items():
        np.testing.assert_allclose(getattr(same, name), values, atol=1e-6, err_msg=name)


def test_a_frames_action_is_where_the_next_one_is(both: tuple[Frames, Frames]) -> None:
    """The made-up arms follow at once, so what is commanded for the next frame is where they then are."""
    _, slow = both
    same = np.diff(slow.episode) == 0
    np.testing.assert_allclose(slow.action[:-1][same], slow.state[1:][same], atol=2e-3)


def test_time_that_remains_is_counted_anew(both: tuple[Frames, Frames]) -> None:
    _, slow = both
    for episode in range(3):
        mine = slow.remaining[slow.episode == episode]
        moving = mine[: len(mine) - HELD]
        np.testing.assert_allclose(np.diff(moving), -0.1, atol=1e-4)
        assert moving[-1] == pytest.approx(0.1, abs=1e-4)
        assert (mine[-HELD:] < 1e-6).all()


def test_original_frames_are_among_them_and_lend_their_images(both: tuple[Frames, Frames]) -> None:
    frames, slow = both
    assert set(slow.picture) == set(frames.picture)
    assert (np.diff(slow.picture) >= 0).all()
    firsts = np.unique(slow.picture, return_index=True)[1]
    np.testing.assert_allclose(slow.state[firsts], frames.state, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(slow.grounding[:, 0, _TURN], axis=-1), 1.0, atol=1e-5)
