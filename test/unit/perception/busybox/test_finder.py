import numpy as np
import pytest
from box_blocks import any_placement, blocks
from box_world import BLUE, GREY, RED, Block, World, cube, open_bin, tray

from tandem.perception.busybox.finder import AWAY, BoxSighting, find_box, inside_box
from tandem.perception.busybox.outline import Placement
from tandem.perception.settings import perception_settings
from tandem.perception.view import View, look

SETTINGS = perception_settings()


def view_of(world: list[Block], noise: float = 0.0, seed: int = 0) -> View:
    return look(World(world, depth_noise=noise, seed=seed).image())


def find(world: list[Block], expected: Placement | None = None, noise: float = 0.0, seed: int = 0) -> BoxSighting | None:
    view = view_of(world, noise, seed)
    return find_box(view, np.zeros(view.valid.shape, dtype=bool), SETTINGS, expected)


def assert_at(found: BoxSighting | None, true: Placement, mm: float = 0.5, degrees: float = 0.15) -> None:
    assert found is not None
    assert 1e3 * np.hypot(found.placement.x - true.x, found.placement.y - true.y) < mm
    assert abs(np.rad2deg(found.placement.yaw - true.yaw)) < degrees


@pytest.mark.parametrize("seed", range(6))
def test_anywhere_and_however_turned(seed: int) -> None:
    true = any_placement(np.random.default_rng(seed))
    found = find([*blocks(true), cube(0.72, 0.40, 0.2, RED)], noise=0.001, seed=seed)
    assert_at(found, true)
    assert found is not None
    assert found.top == pytest.approx(0.075, abs=5e-4)
    assert found.covered > 0.9


def test_of_its_two_headings_the_one_with_its_upper_row_away_is_taken_unless_another_was_seen_before() -> None:
    true = Placement(0.45, 0.0, AWAY + 0.3)
    turned = Placement(true.x, true.y, true.yaw + np.pi)
    assert_at(find(blocks(turned)), true)
    assert_at(find(blocks(true), expected=turned), turned)


def test_half_under_an_arm_it_is_found_again_where_it_was_expected() -> None:
    true = Placement(0.46, 0.02, AWAY + 0.1)
    arm = Block((0.46, 0.08, 0.35), (0.5, 0.12, 0.08), 0.4, GREY)
    found = find([*blocks(true), arm], expected=true.moved(0.006, -0.004, 0.02))
    assert_at(found, true, mm=1.0, degrees=0.3)


def test_nothing_else_passes_for_the_box() -> None:
    assert find([]) is None
    lifted = tray(0.45, -0.1, 1.5, (238, 190, 40), bottom=0.066)
    stacked = Block((0.45, 0.25, 0.0375), (0.2, 0.15, 0.075), 0.3, BLUE)
    assert find([*open_bin(0.40, 0.30, 0.1, BLUE), *lifted]) is None
    assert find([stacked]) is None


def test_what_is_on_the_box_belongs_to_it_and_what_stands_beside_it_does_not() -> None:
    true = Placement(0.46, 0.0, AWAY)
    beside = cube(0.46, 0.27, 0.0, RED)
    view = view_of([*blocks(true), beside])
    inside = inside_box(view, true, 0.075, SETTINGS.busybox.margin)
    heights = view.heights
    red = (view.frame.rgb[..., 0] > 150) & (view.frame.rgb[..., 1] < 90) & (heights > 0.03)
    assert red.any()
    assert not (inside & red).any()
    assert inside[(heights > 0.07) & ~red].all()


@pytest.mark.parametrize("seed", range(6))
def test_shoved_under_an_arm_it_is_found_or_not_but_never_taken_to_be_elsewhere(seed: int) -> None:
    rng = np.random.default_rng(seed)
    true = any_placement(rng, turn=0.4)
    angle, far = rng.uniform(0.0, 2 * np.pi), rng.uniform(0.02, 0.06)
    before = Placement(true.x + far * np.cos(angle), true.y + far * np.sin(angle), true.yaw + rng.uniform(-0.15, 0.15))
    arms = [
        Block(
            (true.x + rng.uniform(-0.1, 0.05), true.y + rng.uniform(-0.15, 0.15), 0.3),
            (0.35, 0.11, 0.08),
            rng.uniform(-1, 1),
            GREY,
        )
        for _ in range(1 + seed % 2)
    ]
    view = view_of([*blocks(true), *arms])
    found = find_box(view, view.heights > 0.2, SETTINGS, before)
    if seed % 2 == 0:
        assert_at(found, true, mm=1.0, degrees=0.3)
    elif found is not None:
        assert_at(found, true, mm=2.0, degrees=0.5)
