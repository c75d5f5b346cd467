"""How a round thing lies between the fingers, from the forces on their pads."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.cell import names
from tandem.cell.observation import Observation
from tandem.cell.scene import Scene
from tandem.policy.skills.box.felt_line import felt_line

ROWS, COLUMNS, SKIN_M = 8, 4, 0.006
X = ((np.arange(COLUMNS) + 0.5) / COLUMNS * 0.022 - 0.011)[None, :]
Z = (-0.022 + (np.arange(ROWS) + 0.5) / ROWS * 0.032)[:, None]


def pressed(*points: tuple[float, float], force: float = 25.0, noise: float = 0.0, seed: int = 0) -> Observation:
    """Forces at points of both pads, in the tcp's x and z [m], as their skins carry them on."""
    image = np.zeros((ROWS, COLUMNS))
    for x, z in points:
        weights = np.exp(-((X - x) ** 2 + (Z - z) ** 2) / (2 * SKIN_M**2))
        image += force / len(points) * weights / weights.sum()
    image += noise * np.random.default_rng(seed).standard_normal(image.shape)
    pads = np.zeros((2, ROWS, COLUMNS, 3))
    pads[..., 0] = image
    return Observation(0.0, np.zeros(names.DOF), np.zeros(names.DOF), Scene(), tactile={"left": pads})


@given(
    x=st.floats(-0.006, 0.006),
    z=st.floats(-0.008, 0.004),
    slope_deg=st.floats(-60.0, 60.0),
    half=st.floats(0.006, 0.009),
    seed=st.integers(0, 99),
)
@settings(max_examples=60, deadline=None)
def test_a_line_is_felt_where_it_is_and_as_it_slopes(x: float, z: float, slope_deg: float, half: float, seed: int) -> None:
    slope = np.radians(slope_deg)
    along = np.array([np.sin(slope), np.cos(slope)])
    ends = [(x + sign * half * along[0], z + sign * half * along[1]) for sign in (1.0, -1.0)]
    line = felt_line(pressed(*ends, noise=0.01, seed=seed), "left")
    assert line is not None
    assert line.direction[1] <= 0.0
    square = np.array([along[1], -along[0]])
    assert abs(line.direction @ square) < np.sin(np.radians(6.0))
    assert abs((line.place - (x, z)) @ square) < 0.0015


def test_nothing_is_told_without_touch_or_of_what_hardly_presses() -> None:
    bare = Observation(0.0, np.zeros(names.DOF), np.zeros(names.DOF), Scene())
    assert felt_line(bare, "left") is None
    assert felt_line(pressed((0.0, 0.0), force=1.0), "left") is None


def test_what_presses_at_both_edges_is_no_line() -> None:
    corners = [(-0.010, -0.020), (0.010, -0.020), (-0.010, 0.008), (0.010, 0.008)]
    assert felt_line(pressed(*corners), "left") is None
