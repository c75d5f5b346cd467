"""What is said of a plug by the height that it reaches and by what the network tells."""

import numpy as np
import pytest

from tandem.cell.busybox import parts
from tandem.perception.busybox.answers import COUNT, PLUGS
from tandem.perception.busybox.patches import SIDE, Patch, grid
from tandem.perception.busybox.states import read

RED_TOP = 4  # of `answers.PLUGS`: black, blue, red, white, the top one of each first


def state_of_the_red_plug(height: float, told: float) -> str:
    """Of a plug upright over its jack that reaches so high above the face [m]; its being in has those log odds by the network."""
    x, y = grid()
    at = parts.plug("red", "top")
    relief = np.where(np.hypot(x - at[0], y - at[1]) < 0.005, height, 0.0).astype(np.float32)
    patch = Patch(np.full((SIDE, SIDE, 3), 128, np.uint8), relief, np.ones((SIDE, SIDE), dtype=bool))
    numbers = np.zeros(COUNT, np.float32)
    numbers[PLUGS][RED_TOP] = told
    return next(reading.state for reading in read("wires", patch, numbers) if reading.name == "box/wires/red/top")


@pytest.mark.parametrize("height", [0.022, 0.025, 0.0285])
def test_a_plug_as_high_as_one_that_is_in_is_in(height: float) -> None:
    assert state_of_the_red_plug(height, told=8.0) == "in"
    assert state_of_the_red_plug(height, told=0.4) == "in"


@pytest.mark.parametrize(("height", "told"), [(0.0332, 0.4), (0.036, 6.6), (0.035, 2.0)])
def test_a_plug_on_its_rim_is_out(height: float, told: float) -> None:
    assert state_of_the_red_plug(height, told) == "out"


def test_a_plug_that_was_pulled_half_way_is_in_as_long_as_the_network_is_sure() -> None:
    assert state_of_the_red_plug(0.025 + 0.007, told=8.0) == "in"
