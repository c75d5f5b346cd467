"""The search by OMPL."""

from itertools import pairwise

import numpy as np
import pytest

from tandem.cell import names
from tandem.cell.robot import home_positions
from tandem.cell.trajectory import Array
from tandem.motion import search
from tandem.motion.searcher import Query

HOME = home_positions()


def moved(**by_column: float) -> Array:
    goal = HOME.copy()
    for column, angle in by_column.items():
        goal[int(column[1:])] += angle
    return goal


def outside_ball(posture: Array) -> bool:
    """A ball in joint space in the middle of the straight way."""
    return bool(np.linalg.norm((posture - HOME)[:2] - [0.5, 0.0]) > 0.3)


def test_a_way_around_is_found_short_and_the_same_for_the_same_seed() -> None:
    found = search.search(Query(HOME, (moved(c0=1.0),), ("left",), outside_ball, lambda: False, seed=5))
    assert found is not None
    assert np.allclose(found[0], HOME)
    assert np.allclose(found[-1], moved(c0=1.0))
    assert np.allclose(found[:, names.ARM_COLUMNS["right"]], HOME[names.ARM_COLUMNS["right"]])
    dense = np.concatenate([np.linspace(a, b, 100) for a, b in pairwise(found)])
    assert np.linalg.norm((dense - HOME)[:, :2] - [0.5, 0.0], axis=1).min() > 0.28
    assert np.linalg.norm(np.diff(found, axis=0), axis=1).sum() < 2.4
    again = search.search(Query(HOME, (moved(c0=1.0),), ("left",), outside_ball, lambda: False, seed=5))
    assert np.array_equal(found, again)


def test_what_another_search_found_is_shortened_where_that_is_free() -> None:
    """By a corner far out, and by one that the ball asks for."""
    far, beside = moved(c0=0.2, c1=-1.0), moved(c0=0.5, c1=0.5)
    long = np.stack([HOME, far, moved(c0=0.2), beside, moved(c0=1.0)])
    query = Query(HOME, (moved(c0=1.0),), ("left",), outside_ball, lambda: False, seed=5)
    found = search.shortened(long, query)
    np.testing.assert_allclose(found[[0, -1]], long[[0, -1]], atol=1e-9)
    assert np.linalg.norm(np.diff(found, axis=0), axis=1).sum() < 1.5
    dense = np.concatenate([np.linspace(a, b, 100) for a, b in pairwise(found)])
    assert np.linalg.norm((dense - HOME)[:, :2] - [0.5, 0.0], axis=1).min() > 0.28


def test_any_of_the_goals_will_do() -> None:
    blocked, free = moved(c0=0.5), moved(c7=0.4)
    found = search.search(Query(HOME, (blocked, free), ("left", "right"), outside_ball, lambda: False, seed=1))
    assert found is not None
    assert np.allclose(found[-1], free)


def test_it_stops_when_told() -> None:
    asked = []

    def stop() -> bool:
        asked.append(True)
        return len(asked) > 50

    walled = search.search(Query(HOME, (moved(c0=1.0),), ("left",), lambda q: not 0.3 < q[0] - HOME[0] < 0.6, stop, seed=1))
    assert walled is None


@pytest.mark.parametrize("sides", [("left",), ("right",), ("left", "right")])
def test_settings_come_from_the_file_that_moveit_reads(sides: tuple[names.Side, ...]) -> None:
    found = search.settings(sides)
    assert found.reach == 1.0
    assert 0.02 < found.resolution < 0.08
