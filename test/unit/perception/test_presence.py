import numpy as np
import pytest
from box_world import BLUE, GREEN, GREY, RED, Block, World, cube, open_bin

from tandem.perception.presence import Presence, look_for
from tandem.perception.rectangle import Rectangle
from tandem.perception.settings import perception_settings
from tandem.perception.shapes import Detection
from tandem.perception.track import start
from tandem.perception.view import look

SETTINGS = perception_settings()
RED_CUBE = start(Detection("cube", "red", Rectangle(0.46, 0.1, 0.3, 0.04, 0.04), 0.04, 0.04, 0.04), "red_cube", 0.0, SETTINGS)
BLUE_BIN = start(Detection("bin", "blue", Rectangle(0.46, 0.1, 0.3, 0.16, 0.16), 0.06, 0.06, 0.006), "blue_bin", 0.0, SETTINGS)


def presence(world: World, robot_from_column: int | None = None) -> Presence:
    view = look(world.image())
    robot = np.zeros_like(view.valid)
    if robot_from_column is not None:
        robot[:, :robot_from_column] = True
    return look_for(view, robot, RED_CUBE, SETTINGS)


def test_what_stands_there_is_there() -> None:
    assert presence(World([cube(0.46, 0.1, 0.3, RED)])).there == 1.0


def test_a_cleared_place_is_empty() -> None:
    assert presence(World([cube(0.46, -0.1, 0.3, RED)])).empty == 1.0


@pytest.mark.parametrize("rgb", [GREEN, BLUE])
def test_another_object_in_the_place_means_that_it_is_gone(rgb: tuple[int, int, int]) -> None:
    assert presence(World([cube(0.46, 0.1, 0.3, rgb)])).empty == 1.0


def test_something_above_hides_it_whatever_its_colour() -> None:
    plate = Block((0.46, 0.1, 0.3), (0.2, 0.2, 0.01), 0.0, GREY)
    assert presence(World([plate])).hidden == 1.0
    assert presence(World([cube(0.46, 0.1, 0.3, RED), cube(0.46, 0.1, 0.3, RED, bottom=0.04)])).hidden == 1.0


def test_the_robot_hides_it_even_at_its_height() -> None:
    assert presence(World([cube(0.46, 0.1, 0.3, RED)]), robot_from_column=640).hidden == 1.0


def test_a_bin_is_looked_for_at_its_rim() -> None:
    view = look(World([*open_bin(0.46, 0.1, 0.3, BLUE), cube(0.46, 0.1, 0.3, RED, bottom=0.006)]).image())
    assert look_for(view, np.zeros_like(view.valid), BLUE_BIN, SETTINGS).there > 0.95


def test_outside_of_the_image_nothing_can_be_said() -> None:
    far = start(Detection("cube", "red", Rectangle(2.0, 0.1, 0.3, 0.04, 0.04), 0.04, 0.04, 0.04), "red_cube", 0.0, SETTINGS)
    view = look(World([]).image())
    assert look_for(view, np.zeros_like(view.valid), far, SETTINGS).hidden == 1.0
