"""Requests before anything is computed."""

import numpy as np
import pytest

from tandem.cell.pose import Pose
from tandem.cell.robot import home_positions
from tandem.motion.failure import PlanFailure
from tandem.motion.protocol import PlanError, PlanRequest
from tandem.motion.request import checked_start, outside_limits, sides

HOME = home_positions()
GOAL = Pose((0.45, 0.1, 0.2), (1.0, 0.0, 0.0, 0.0))


def test_sides_are_named_left_first() -> None:
    request = PlanRequest(start=HOME, tcp_goals={"right": GOAL}, joint_goals={"left": tuple(HOME[:6])})
    assert sides(request) == ("left", "right")


def test_a_measured_start_a_little_outside_its_limits_is_taken_to_them() -> None:
    start = HOME.copy()
    start[6] += 0.0005
    start[13] = -0.0005
    checked = checked_start(PlanRequest(start=start, tcp_goals={"left": GOAL}))
    assert checked[6] == pytest.approx(0.0425)
    assert checked[13] == 0.0
    assert outside_limits(checked) == ""


def test_the_joint_that_is_outside_is_named_with_its_range() -> None:
    start = HOME.copy()
    start[8] = 0.9
    with pytest.raises(PlanFailure, match=r"right_shoulder_lift_joint is 0\.900, outside of -3\.142 to 0\.300") as failure:
        checked_start(PlanRequest(start=start, tcp_goals={"left": GOAL}))
    assert failure.value.error is PlanError.START_OUTSIDE_LIMITS


@pytest.mark.parametrize("start", [np.full(14, np.inf), np.zeros(3)])
def test_a_start_without_sense_is_refused(start: np.ndarray) -> None:
    with pytest.raises(PlanFailure, match="14 finite"):
        checked_start(PlanRequest(start=start, tcp_goals={"left": GOAL}))
