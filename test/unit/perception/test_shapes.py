import numpy as np
import pytest
from box_world import BLUE, GREEN, GREY, RED, TABLE, Block, World, cube, open_bin, prop, tray

from tandem.cell.pose import Pose
from tandem.cell.props import default_size
from tandem.cell.socket import hole_frame
from tandem.perception.faces import find_faces
from tandem.perception.settings import perception_settings
from tandem.perception.shapes import Detection, detect
from tandem.perception.view import look

YELLOW = (238, 190, 40)


def detections(world: World) -> list[Detection]:
    view = look(world.image())
    robot = np.zeros_like(view.valid)
    settings = perception_settings()
    return detect(view, robot, find_faces(view, robot, settings), settings)


def kinds(world: World) -> list[tuple[str, str]]:
    return sorted((found.category, found.colour) for found in detections(world))


def test_a_table_with_nothing_on_it() -> None:
    assert detections(World([])) == []


@pytest.mark.parametrize("noise", [0.0, 0.001, 0.002])
@pytest.mark.parametrize("light", [0.5, 1.0])
def test_everything_is_told_apart(noise: float, light: float) -> None:
    blocks = [cube(0.40, 0.0, 0.3, RED), *open_bin(0.45, 0.25, 0.1, BLUE), *tray(0.50, -0.25, 1.4, YELLOW)]
    blocks.append(Block((0.32, -0.1, 0.03), (0.08, 0.05, 0.06), 0.5, GREEN))
    world = World(blocks, depth_noise=noise, light=light)
    assert kinds(world) == [("bin", "blue"), ("box", "green"), ("cube", "red"), ("tray", "yellow")]


def test_another_table_changes_nothing() -> None:
    blocks = [cube(0.40, 0.0, 0.3, RED), *open_bin(0.45, 0.25, 0.1, BLUE)]
    for table in (TABLE, (150, 120, 90), (90, 95, 100)):
        assert kinds(World(blocks, table=table)) == [("bin", "blue"), ("cube", "red")]


@pytest.mark.parametrize("colour", [BLUE, GREEN])
def test_a_cube_in_a_bin_of_its_own_colour(colour: tuple[int, int, int]) -> None:
    found = detections(World([*open_bin(0.45, 0.2, 0.1, colour), cube(0.47, 0.22, 0.9, colour, bottom=0.006)]))
    assert sorted(item.category for item in found) == ["bin", "cube"]
    inside = next(item for item in found if item.category == "cube")
    assert inside.bottom == pytest.approx(0.006, abs=1.5e-3)
    bin_ = next(item for item in found if item.category == "bin")
    assert bin_.deck == pytest.approx(0.006, abs=1.5e-3)


def test_three_cubes_in_one_bin() -> None:
    blocks = [cube(x, y, yaw, rgb, bottom=0.006) for x, y, yaw, rgb in
              ((0.42, 0.17, 0.1, RED), (0.47, 0.23, 0.4, GREEN), (0.48, 0.16, 0.9, BLUE))]  # fmt: skip
    assert kinds(World([*open_bin(0.45, 0.2, 0.1, GREEN), *blocks])) == [
        ("bin", "green"), ("cube", "blue"), ("cube", "green"), ("cube", "red"),
    ]  # fmt: skip


def test_under_a_stacked_cube_the_sides_of_the_lower_one_show() -> None:
    found = detections(World([cube(0.35, 0.3, 0.1, GREEN), cube(0.35, 0.3, 0.15, RED, bottom=0.04)]))
    assert [(item.colour, item.category, item.assumed) for item in found] == [("green", "cube", True), ("red", "cube", False)]
    assert found[1].bottom == pytest.approx(0.04, abs=2e-3)


def test_a_tall_box_is_no_stack() -> None:
    (found,) = detections(World([Block((0.35, 0.3, 0.04), (0.04, 0.04, 0.08), 0.1, RED)]))
    assert found.category == "box"
    assert found.height == pytest.approx(0.08, abs=1e-3)


def test_a_flat_square_is_no_cube() -> None:
    (found,) = detections(World([Block((0.45, 0.0, 0.01), (0.04, 0.04, 0.02), 0.1, RED)]))
    assert found.category == "box"


def test_a_tray_and_what_lies_on_it() -> None:
    found = detections(World([*tray(0.45, 0.0, 1.5, YELLOW), cube(0.45, 0.03, 0.4, RED, bottom=0.008)]))
    assert sorted(item.category for item in found) == ["cube", "tray"]
    board = next(item for item in found if item.category == "tray")
    assert (board.rectangle.length, board.rectangle.width) == pytest.approx((0.30, 0.20), abs=2e-3)
    assert (board.height, board.deck) == pytest.approx((0.056, 0.008), abs=1.5e-3)


def test_a_rim_cut_in_two_is_still_a_bin() -> None:
    bar = Block((0.45, 0.2, 0.15), (0.012, 0.30, 0.012), 0.0, GREY)
    assert ("bin", "blue") in kinds(World([*open_bin(0.45, 0.2, 0.0, BLUE), bar]))


def test_what_is_cut_off_by_the_border_of_the_image_is_not_detected() -> None:
    settings = perception_settings()
    view = look(World([cube(0.46, 0.0, 0.0, RED)]).image())
    robot = np.zeros_like(view.valid)
    robot[:240] = True
    assert detect(view, robot, find_faces(view, robot, settings), settings) == []


@pytest.mark.parametrize("noise", [0.0, 0.002])
@pytest.mark.parametrize("yaw", [-2.9, -1.6, -0.4, 0.0, 0.7, 1.5, 3.0])
def test_a_socket_is_known_by_its_hole_and_headed_towards_it(yaw: float, noise: float) -> None:
    world = World([*prop("socket", 0.44, 0.16, yaw, YELLOW), *prop("peg", 0.40, -0.12, 0.3, RED)], depth_noise=noise)
    found = {item.category: item for item in detections(world)}
    assert set(found) == {"socket", "peg"}
    socket, peg = found["socket"].rectangle, found["peg"].rectangle
    assert (socket.x, socket.y) == pytest.approx((0.44, 0.16), abs=1.5e-3)
    assert np.cos(socket.yaw - yaw) > 0.999
    assert (socket.length, socket.width, found["socket"].height) == pytest.approx((0.18, 0.05, 0.05), abs=2e-3)
    assert (peg.x, peg.y, found["peg"].height) == pytest.approx((0.40, -0.12, 0.09), abs=1.5e-3)


def test_a_long_block_without_a_hole_is_no_socket_and_a_low_one_no_peg() -> None:
    blocks = [
        Block((0.44, 0.16, 0.025), (0.18, 0.05, 0.05), 0.4, YELLOW),
        Block((0.4, -0.1, 0.02), (0.024, 0.024, 0.04), 0.0, RED),
    ]
    assert kinds(World(blocks)) == [("box", "red"), ("box", "yellow")]


def test_a_peg_in_a_socket_stands_on_its_floor() -> None:
    """Both in the air as well, where nothing tells how high they are but their upper faces."""
    place = Pose.from_xyz_rpy((0.44, 0.0, 0.225), (0.0, 0.0, -1.5))
    size = default_size("socket")
    middle = (place @ hole_frame(size) @ Pose((0.0, 0.0, 0.045))).position
    world = World([*prop("socket", 0.44, 0.0, -1.5, YELLOW, bottom=0.2), Block(middle, (0.024, 0.024, 0.09), 0.1, RED)])
    peg = next(item for item in detections(world) if item.category == "peg")
    assert peg.height == pytest.approx(0.09, abs=2e-3)
    assert peg.top == pytest.approx(middle[2] + 0.045, abs=2e-3)
