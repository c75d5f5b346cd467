import numpy as np
import pytest
from box_blocks import blocks
from box_world import GREY, Block, World

from tandem.cell.busybox.layout import CELLS, canonical
from tandem.perception.busybox.measure import slider_cap
from tandem.perception.busybox.outline import Placement
from tandem.perception.busybox.patches import Patch, cut, grid
from tandem.perception.view import look

TRUE = Placement(0.50, 0.14, -1.25)
SLIDERS = CELLS.index(canonical()["sliders"].cell)
BUTTONS = CELLS.index(canonical()["buttons"].cell)


def patches(*more: Block, robot_above: float | None = None) -> list[Patch]:
    view = look(World([*blocks(TRUE), *more]).image())
    robot = view.heights > robot_above if robot_above is not None else np.zeros(view.valid.shape, dtype=bool)
    return cut(view, robot, TRUE, 0.075, CELLS)


def test_a_cap_is_seen_where_it_stands_though_the_camera_sees_it_from_the_side() -> None:
    patch = patches()[SLIDERS]
    for row, y in (("top", 0.028), ("bottom", -0.028)):
        cap = slider_cap(patch, row, 0.0)  # type: ignore[arg-type]
        assert cap is not None
        assert cap.x == pytest.approx(-0.030, abs=1e-3)
        x, columns = grid()
        middle = (np.abs(x + 0.030) < 0.006) & (np.abs(columns - y) < 0.004)
        assert np.all(np.abs(patch.relief[middle] - 0.014) < 1.5e-3)  # the block's face is 1 mm above the cell's
        assert np.all(patch.rgb[middle].min(axis=1) > 180)


def test_the_face_is_level_and_seen() -> None:
    patch = patches()[CELLS.index(canonical()["display"].cell)]
    assert patch.share == 1.0
    assert np.abs(patch.relief).max() < 1e-3


def test_what_an_arm_hides_is_not_seen() -> None:
    over = TRUE.to_world(np.array([[-0.1, -0.05]]))[0]  # above the lower left cell
    arm = Block((float(over[0]), float(over[1]), 0.30), (0.10, 0.06, 0.05), 0.3, GREY)
    open_, hidden = patches()[BUTTONS], patches(arm, robot_above=0.2)[BUTTONS]
    assert open_.share > 0.97
    assert hidden.share < 0.8


def test_turned_upright() -> None:
    told = np.arange(64 * 64 * 3, dtype=np.int64).reshape(64, 64, 3).astype(np.uint8)
    patch = Patch(told, told[..., 0].astype(np.float32), told[..., 0] > 10)
    again = patch.upright(1).upright(3)
    assert np.array_equal(again.rgb, patch.rgb)
    # A module turned a quarter counterclockwise has its print's top to the left.
    marked = np.zeros((64, 64, 3), np.uint8)
    marked[20:40, :4] = 255
    assert Patch(marked, marked[..., 0].astype(np.float32), marked[..., 0] >= 0).upright(1).rgb[:4, 20:44].max() == 255
