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
from tandem.policy.skills.gripping import LIGHTLY, SQUEEZE

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


def _kept(travel: tuple[float, ...], held_by: HeldBy = "left", category: str = "cube") -> list[float]:
    rows = _rows(*travel)
    kept = grip_kept(rows, _seen(held_by, category))
    for side in names.SIDES:
        np.testing.assert_array_equal(kept[:, names.ARM_COLUMNS[side]], rows[:, names.ARM_COLUMNS[side]])
    return [float(value) for value in kept[:, LEFT]]


@pytest.mark.parametrize("held_by", ["left", "both"])
def test_fingers_that_waver_keep_pressing(held_by: HeldBy) -> None:
    assert _kept((0.017, 0.0195, 0.0235, 0.018), held_by) == pytest.approx([HALF - SQUEEZE] * 4)


def test_a_model_may_press_harder() -> None:
    assert _kept((0.010, 0.012)) == [0.010, 0.012]


def test_what_is_fragile_is_held_lightly() -> None:
    assert _kept((0.0201, 0.0195), category="egg") == pytest.approx([HALF - LIGHTLY, 0.0195])


def test_from_where_fingers_spread_until_they_are_open_the_model_has_them() -> None:
    spreading = (0.0175, 0.0178, 0.0205, 0.023, 0.026)
    assert _kept((0.019, 0.018, *spreading)) == pytest.approx([HALF - SQUEEZE, HALF - SQUEEZE, *spreading])
    assert _kept((0.017, 0.018, 0.0206)) == [0.017, 0.018, 0.0206], "they spread already, however slowly"
    assert _kept((0.021, 0.024)) == [0.021, 0.024], "they are open"


@pytest.mark.parametrize("held_by", ["", "right"])
def test_an_empty_hand_is_left_to_the_model(held_by: HeldBy) -> None:
    assert _kept((0.017, 0.0195, 0.0212), held_by) == [0.017, 0.0195, 0.0212]
