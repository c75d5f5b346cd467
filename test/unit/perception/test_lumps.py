import numpy as np
import pytest
from box_world import BLUE, GREEN, Block, World, cube, open_bin

from tandem.perception.lumps import find_lump
from tandem.perception.rectangle import Rectangle
from tandem.perception.settings import perception_settings
from tandem.perception.shapes import Detection
from tandem.perception.track import Track, start
from tandem.perception.view import look

SETTINGS = perception_settings()
BIN = start(Detection("bin", "green", Rectangle(0.45, 0.2, 0.1, 0.16, 0.16), 0.06, 0.06, 0.006), "green_bin", 0.0, SETTINGS)


def cube_track(x: float, y: float) -> Track:
    found = Detection("cube", "green", Rectangle(x, y, 0.1, 0.04, 0.04), 0.046, 0.04, 0.04)
    return start(found, "green_cube", 0.0, SETTINGS)


def lump(blocks: list[Block], track: Track, others: list[Track]) -> tuple[float, float, float] | None:
    view = look(World(blocks).image())
    found = find_lump(view, np.zeros_like(view.valid), track, others, SETTINGS)
    return None if found is None else (found[0].x, found[0].y, found[1])


def test_a_cube_that_leans_in_a_bin_of_its_colour() -> None:
    leaning = Block((0.46, 0.21, 0.034), (0.04, 0.04, 0.04), 0.3, GREEN, tilt=0.45)
    place = lump([*open_bin(0.45, 0.2, 0.1, GREEN), leaning], cube_track(0.44, 0.19), [BIN])
    assert place is not None
    assert place[:2] == pytest.approx((0.46, 0.21), abs=0.01)
    assert place[2] == pytest.approx(0.058, abs=0.008)


def test_an_empty_bin_of_its_colour_is_no_cube() -> None:
    assert lump(open_bin(0.45, 0.2, 0.1, GREEN), cube_track(0.44, 0.19), [BIN]) is None


def test_neither_is_its_twin_nor_a_cube_of_another_colour() -> None:
    twin = cube_track(0.48, 0.19)
    assert lump([cube(0.48, 0.19, 0.1, GREEN, bottom=0.006)], cube_track(0.44, 0.19), [twin]) is None
    assert lump([cube(0.44, 0.19, 0.1, BLUE)], cube_track(0.44, 0.19), []) is None


def test_too_much_of_its_colour_is_something_else() -> None:
    slab = Block((0.44, 0.19, 0.02), (0.11, 0.11, 0.04), 0.0, GREEN)
    assert lump([slab], cube_track(0.44, 0.19), []) is None


def test_nothing_is_left() -> None:
    assert lump([], cube_track(0.44, 0.19), []) is None
