import numpy as np
import pytest
from box_blocks import blocks
from box_world import GREY, Block, World

from tandem.perception.busybox.finder import AWAY, find_box
from tandem.perception.busybox.outline import Placement
from tandem.perception.busybox.place import BoxPlace, begin, follow, miss
from tandem.perception.settings import perception_settings
from tandem.perception.view import look

SETTINGS = perception_settings()
RULES = SETTINGS.busybox
COVER = Block((0.46, 0.0, 0.60), (0.50, 0.60, 0.02), 0.0, GREY)


def see(place: BoxPlace | None, world: list[Block], stamp: float, noise: float = 0.0) -> BoxPlace | None:
    view = look(World(world, depth_noise=noise, seed=int(10 * stamp)).image(stamp))
    robot = view.heights > 0.3
    found = find_box(view, robot, SETTINGS, place.placement if place is not None else None)
    if found is None:
        return None if place is None else miss(place, view, robot, RULES)
    return begin(found, stamp) if place is None else follow(place, found, stamp, RULES)


def test_at_rest_it_is_steady_in_noise() -> None:
    true, place, seen = Placement(0.46, 0.03, AWAY + 0.1), None, []
    for index in range(14):
        place = see(place, blocks(true), 0.1 * index, noise=0.002)
        assert place is not None
        seen.append((place.placement.x, place.placement.y, np.rad2deg(place.placement.yaw)))
    steady = np.array(seen[8:])
    assert np.std(steady, axis=0).max() < 0.05  # the heading [deg]; places far less
    assert np.std(steady[:, :2], axis=0).max() < 1e-4


def test_pushed_it_is_followed_through_more_than_a_quarter_turn() -> None:
    place = None
    for index in range(25):
        true = Placement(0.42 + 0.004 * index, -0.05 + 0.003 * index, AWAY + 0.075 * index)
        place = see(place, blocks(true), 0.1 * index)
        assert place is not None
        assert np.hypot(place.placement.x - true.x, place.placement.y - true.y) < 1e-3
        assert np.rad2deg(place.placement.yaw - true.yaw) == pytest.approx(0.0, abs=0.3)


def test_pushed_a_little_it_is_there_after_three_looks() -> None:
    place, after = None, Placement(0.461, 0.031, AWAY)
    for index in range(9):
        place = see(place, blocks(Placement(0.46, 0.03, AWAY)), 0.1 * index, noise=0.001)
    for index in range(9, 12):
        place = see(place, blocks(after), 0.1 * index, noise=0.001)
    assert place is not None
    assert not place.moved
    assert np.hypot(place.placement.x - after.x, place.placement.y - after.y) < 4e-4


def test_shoved_aside_it_is_there_at_the_next_look() -> None:
    place = see(None, blocks(Placement(0.44, 0.0, AWAY)), 0.0)
    after = Placement(0.48, 0.05, AWAY + 0.5)
    place = see(place, blocks(after), 0.1)
    assert place is not None
    assert place.moved
    assert np.hypot(place.placement.x - after.x, place.placement.y - after.y) < 1e-3


def test_hidden_it_keeps_its_place_and_taken_away_it_is_gone() -> None:
    true = Placement(0.46, 0.0, AWAY)
    place = see(None, blocks(true), 0.0)
    assert place is not None
    for index in range(1, 6):
        hidden = see(place, [*blocks(true), COVER], 0.1 * index)
        assert hidden is not None
        assert not hidden.visible
        assert hidden.placement == place.placement
        assert hidden.last_seen == 0.0
    away: BoxPlace | None = place
    for index in range(6, 6 + RULES.empty_images):
        assert away is not None
        away = see(away, [], 0.1 * index)
    assert away is None
