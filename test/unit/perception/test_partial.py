import numpy as np
import pytest
from box_world import BLUE, GREY, RED, Block, World, cube, open_bin, prop

from tandem.perception.faces import find_faces
from tandem.perception.partial import fit_partly
from tandem.perception.settings import perception_settings
from tandem.perception.shapes import detect
from tandem.perception.track import Track, start
from tandem.perception.view import look

SETTINGS = perception_settings()


def known(world: World, category: str) -> Track:
    view = look(world.image())
    robot = np.zeros_like(view.valid)
    found = next(item for item in detect(view, robot, find_faces(view, robot, SETTINGS), SETTINGS) if item.category == category)
    return start(found, category, 0.0, SETTINGS)


def partly(track: Track, world: World) -> tuple[float, float, float] | None:
    view = look(world.image())
    found = fit_partly(track, find_faces(view, np.zeros_like(view.valid), SETTINGS), SETTINGS)
    return None if found is None else (found[0].x, found[0].y, found[1])


def test_a_half_hidden_cube_that_was_nudged() -> None:
    track = known(World([cube(0.46, 0.1, 0.0, RED)]), "cube")
    beam = Block((0.485, 0.11, 0.25), (0.02, 0.20, 0.02), 0.0, GREY)
    assert partly(track, World([cube(0.464, 0.096, 0.05, RED), beam])) == pytest.approx((0.464, 0.096, 0.04), abs=1e-3)


def test_a_bin_of_which_a_corner_shows() -> None:
    track = known(World(open_bin(0.46, 0.1, 0.1, BLUE)), "bin")
    plate = Block((0.50, 0.14, 0.30), (0.17, 0.17, 0.02), 0.1, GREY)
    assert partly(track, World([*open_bin(0.465, 0.104, 0.1, BLUE), plate])) == pytest.approx((0.465, 0.104, 0.06), abs=2e-3)


def test_a_tray_whose_handles_are_covered() -> None:
    yellow = (238, 190, 40)
    track = known(World(prop("tray", 0.45, 0.0, 1.5, yellow)), "tray")
    palms = [Block((0.45, s * 0.135, 0.15), (0.07, 0.13, 0.05), 0.0, GREY) for s in (-1, 1)]
    assert partly(track, World([*prop("tray", 0.45, 0.0, 1.5, yellow), *palms])) == pytest.approx((0.45, 0.0, 0.056), abs=1e-3)


def test_the_strip_of_a_lower_cube_beside_the_upper_one() -> None:
    track = known(World([cube(0.46, 0.1, 0.0, BLUE)]), "cube")
    place = partly(track, World([cube(0.46, 0.1, 0.0, BLUE), cube(0.468, 0.107, 0.1, RED, bottom=0.04)]))
    assert place == pytest.approx((0.46, 0.1, 0.04), abs=1.5e-3)


def test_too_little_to_tell() -> None:
    track = known(World([cube(0.46, 0.0, 0.0, RED)]), "cube")
    assert partly(track, World([])) is None
    beam = Block((0.46, 0.0, 0.25), (0.026, 0.10, 0.02), 0.0, GREY)
    assert partly(track, World([cube(0.46, 0.0, 0.0, RED), beam])) is None  # both ends, but little of the other two sides


def test_slivers_that_a_passing_arm_leaves_do_not_pull_it_askew() -> None:
    track = known(World([cube(0.36, -0.1, 0.69, RED)]), "cube")
    for step in range(12):
        beam = Block((0.36, -0.16 + 0.01 * step, 0.25), (0.30, 0.06, 0.02), 0.4, GREY)
        place = partly(track, World([cube(0.36, -0.1, 0.69, RED), beam]))
        assert place is None or place == pytest.approx((0.36, -0.1, 0.04), abs=1e-3)
