"""Goals are turned as demonstrations turned them."""

import numpy as np
from reaching import reaching
from scipy.spatial.transform import Rotation

from tandem.cell.robot import RobotModel
from tandem.learning.training.hindsight import with_goals_as_reached
from tandem.policy import grounding
from tandem.policy.vla import features
from tandem.policy.vla.poses import tcp_poses

_HELD, _TARGET_HELD = grounding.COLUMNS.index("held_left"), grounding.COLUMNS.index("held_right")


def _carried(let_go: int | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows, attempts and hands of a reach during which the left hand holds the object until it lets go, if it does."""
    frames = reaching(1)
    tcp = tcp_poses(RobotModel(), frames.state)
    rows = frames.grounding.copy()
    rows[:, grounding.GOAL] = rows[:, 0]
    end = len(rows) if let_go is None else let_go + 1
    rows[:end, 0, _HELD] = 1.0
    turn = slice(grounding.COLUMNS.index("qx"), grounding.COLUMNS.index("qw") + 1)
    rows[:end, 0, turn] = Rotation.from_matrix(tcp[:end, 0, :3, :3]).as_quat()
    rows[end:, 0, turn] = rows[end - 1, 0, turn]
    return rows, np.zeros(len(rows), dtype=np.int64), tcp


def test_a_goal_is_turned_as_the_hand_was_that_let_go() -> None:
    rows, attempts, tcp = _carried(20)
    made = with_goals_as_reached(rows, attempts, tcp)
    turned = features.object_poses(made[:, [grounding.GOAL]].astype(float))[:, 0, :3, :3]
    np.testing.assert_allclose(turned, tcp[20:21, 0, :3, :3].repeat(len(rows), 0), atol=1e-5)
    others = [row for row in range(grounding.OBJECTS) if row != grounding.GOAL]
    np.testing.assert_array_equal(made[:, others], rows[:, others])


def test_what_is_not_put_anywhere_has_no_goal() -> None:
    kept = with_goals_as_reached(*_carried(None))
    assert not kept[:, grounding.GOAL].any()
    rows, attempts, tcp = _carried(20)
    rows[:, grounding.TARGET, _TARGET_HELD] = 1.0
    assert not with_goals_as_reached(rows, attempts, tcp)[:, grounding.GOAL].any(), "a socket in the other hand moves"


def test_steps_are_looked_at_one_by_one() -> None:
    rows, attempts, tcp = _carried(20)
    later = attempts.copy()
    later[10:] = 1
    made = with_goals_as_reached(rows, later, tcp)
    assert not made[:10, grounding.GOAL].any()
    assert made[10:, grounding.GOAL, 0].all()


def test_goals_on_the_busybox_stay_whatever_is_held_or_not() -> None:
    for let_go in (None, 20):
        rows, attempts, tcp = _carried(let_go)
        for flag in ("is_object", "is_goal"):
            rows[:, grounding.GOAL, grounding.COLUMNS.index(flag)] = 1.0
        np.testing.assert_array_equal(with_goals_as_reached(rows, attempts, tcp), rows)
