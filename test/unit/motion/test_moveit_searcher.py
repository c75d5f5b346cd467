"""How MoveIt's process is looked after, with another program in its place; MoveIt itself is for the contract tests."""

import time
from collections.abc import Iterator

import numpy as np
import pytest
from moveit_stand_in import serve

from tandem.cell import names
from tandem.cell.robot import home_positions
from tandem.cell.scene import Scene
from tandem.motion.failure import PlanFailure
from tandem.motion.protocol import PlanError, PlanRequest
from tandem.motion.searcher import Query
from tandem.nodes.moveit.planner import MoveItSearcher

HOME = home_positions()
GOAL = HOME + 0.1 * np.isin(np.arange(names.DOF), np.arange(names.DOF)[names.ARM_COLUMNS["left"]])
REQUEST = PlanRequest(start=HOME, scene=Scene(), allowed_contacts=(("left_gripper", "red_cube"),))


@pytest.fixture
def searcher(request: pytest.FixtureRequest) -> Iterator[MoveItSearcher]:
    planner = getattr(request, "param", "RRTConnect")
    made = MoveItSearcher("cell_1", {"hardware": "mock"}, planner=planner, serve=serve)
    made.set_world(REQUEST, [("left_finger_a_link", "blue_cube")])
    yield made
    made.close()


def searched(searcher: MoveItSearcher, stop: bool = False) -> np.ndarray | None:
    return searcher.search(Query(HOME, (GOAL,), ("left",), lambda posture: True, lambda: stop, seconds=5.0))


def test_the_world_is_told_with_what_may_touch(searcher: MoveItSearcher) -> None:
    assert searcher.first_hit(HOME[None]) == 2


def test_a_path_comes_back_without_postures_on_the_way(searcher: MoveItSearcher) -> None:
    path = searched(searcher)
    assert path is not None
    np.testing.assert_allclose(path, [HOME, GOAL])


@pytest.mark.parametrize("searcher", ["hangs"], indirect=True)
def test_a_search_is_given_up_at_once_and_the_next_request_begins_anew(searcher: MoveItSearcher) -> None:
    begun = time.monotonic()
    assert searched(searcher, stop=True) is None
    assert time.monotonic() - begun < 3.0
    assert searcher.first_hit(HOME[None]) == 2, "a new process knows the world"


@pytest.mark.parametrize("searcher", ["dies"], indirect=True)
def test_a_crash_is_told_and_survived(searcher: MoveItSearcher) -> None:
    with pytest.raises(PlanFailure, match="exit code 11") as failure:
        searched(searcher)
    assert failure.value.error is PlanError.NO_PATH
    assert searcher.first_hit(HOME[None]) == 2
