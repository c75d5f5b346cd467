"""What becomes of a grip while a model's fingers waver, and when it opens them."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from things import standing

from tandem.cell import names
from tandem.cell.observation import Observation
from tandem.cell.robot import home_positions
from tandem.cell.scene import HeldBy, Scene
from tandem.policy.chunks.grip import grip_kept
from tandem.policy.skills.gripping import SQUEEZE

Array = NDArray[np.float64]

LEFT = names.GRIPPER_COLUMN["left"]
HALF = 0.020


def _seen(held_by: HeldBy, category: str = "cube") -> Observation:
    thing = replace(standing("red_cube", 0.42, 0.05), held_by=held_by, category=category)
    positions = home_positions().copy()
    positions[LEFT] = HALF
    return Observation(0.0, positions, np.zeros(names.DOF), Scene(0.0, (thing,)))


def _rows(*travel: float) -> Array:
    rows = np.tile(home_positions(), (len(travel), 1))
    rows[:, LEFT] = travel
    return rows


def _kept(
    travel: tuple[float, ...], held_by: HeldBy = "left", category: str = "cube", sent: float = HALF - SQUEEZE
) -> list[float]:
    rows, where = _rows(*travel), home_positions().copy()
    where[LEFT] = sent
    kept = grip_kept(rows, where, _seen(held_by, category))
    for side in names.SIDES:
        np.testing.assert_array_equal(kept[:, names.ARM_COLUMNS[side]], rows[:, names.ARM_COLUMNS[side]])
    return [float(value) for value in kept[:, LEFT]]


@pytest.mark.parametrize("held_by", ["left", "both"])
def test_fingers_that_waver_keep_pressing(held_by: HeldBy) -> None:
    assert _kept((0.017, 0.0195, 0.0235, 0.018), held_by) == pytest.approx([HALF - SQUEEZE] * 4)


def test_a_model_may_press_harder() -> None:
    assert _kept((0.010, 0.012)) == [0.010, 0.012]


@pytest.mark.parametrize(
    ("travel", "sent"),
    [
        ((0.016, 0.0175, 0.0205, 0.026), HALF - SQUEEZE),  # they open within this answer
        ((0.0190, 0.0193, 0.0191, 0.0195), 0.0189),  # they are about to let go, and the model waits a moment
        ((0.021, 0.024), 0.021),  # they have let go
    ],
)
def test_fingers_that_open_are_the_models(travel: tuple[float, ...], sent: float) -> None:
    assert _kept(travel, sent=sent) == list(travel)


def test_how_lightly_something_fragile_is_held_is_the_models_business() -> None:
    assert _kept((0.0199, 0.0195), category="egg", sent=0.0195) == [0.0199, 0.0195]


@pytest.mark.parametrize("held_by", ["", "right"])
def test_an_empty_hand_is_left_to_the_model(held_by: HeldBy) -> None:
    assert _kept((0.017, 0.0195, 0.0212), held_by) == [0.017, 0.0195, 0.0212]
