from dataclasses import replace

import numpy as np
import pytest
from box_world import GREY, RED, Block, World, cube
from hand_script import OPEN, joints, tcp, top_down

from tandem.cell.names import Side
from tandem.cell.robot import RobotModel, home_positions
from tandem.perception.self_filter import SelfFilter
from tandem.perception.view import look

PALM, FINGER = (0.130, 0.070, 0.095), (0.008, 0.022, 0.060)
"""Extents along the closing direction, across it, and along the approach [m]."""


@pytest.fixture(scope="module")
def self_filter() -> SelfFilter:
    return SelfFilter(RobotModel(), 0.012)


def gripper_blocks(positions: np.ndarray, side: Side) -> list[Block]:
    """The palm and the fingers of a hand that points down, as its description draws them."""
    at = tcp(positions, side)
    travel, yaw = positions[6 if side == "left" else 13], float(np.arctan2(at.matrix[1, 1], at.matrix[0, 1]))
    closing = np.array([np.cos(yaw), np.sin(yaw), 0.0])
    palm = np.add(at.position, (0.0, 0.0, 0.050 + PALM[2] / 2))
    blocks = [Block(tuple(palm), PALM, yaw, GREY)]
    for sign in (1, -1):
        middle = np.add(at.position, (0.0, 0.0, -0.010 + FINGER[2] / 2)) + sign * (travel + 0.008) * closing
        blocks.append(Block(tuple(middle), FINGER, yaw, GREY))
    return blocks


@pytest.mark.parametrize("closing", [np.pi / 2, 1.0])
def test_the_hand_is_marked_and_what_stands_beside_it_is_not(self_filter: SelfFilter, closing: float) -> None:
    positions = joints({"left": top_down(0.45, 0.10, 0.15, closing)}, {"left": OPEN})
    view = look(World([*gripper_blocks(positions, "left"), cube(0.45, -0.05, 0.2, RED)]).image())
    marked = self_filter.mask(view, positions)
    high = view.heights > 0.12
    assert high.sum() > 1000
    assert marked[high].mean() > 0.995
    standing = (view.heights > 0.005) & (view.points[1] < 0.0)
    assert not marked[standing].any()


def test_the_table_is_not_marked_below_a_hand_that_is_elsewhere(self_filter: SelfFilter) -> None:
    view = look(World([cube(0.45, 0.0, 0.0, RED)]).image())
    assert not self_filter.mask(view, home_positions())[100:400, 100:540].any()


def test_a_finger_is_found_where_its_own_joint_puts_it(self_filter: SelfFilter) -> None:
    opened, closed = (joints({"left": top_down(0.45, 0.10, 0.15)}, {"left": travel}) for travel in (OPEN, 0.0))
    low = [replace(block, centre=(*block.centre[:2], block.centre[2] - 0.02)) for block in gripper_blocks(opened, "left")[1:]]
    view = look(World(low).image())  # their upper faces well below the palm
    fingers = view.heights > 0.12
    assert self_filter.mask(view, opened)[fingers].mean() > 0.9
    assert self_filter.mask(view, closed)[fingers].mean() < 0.1
