from dataclasses import replace

import numpy as np
import pytest
from box_world import BLUE, GREEN, RED, Block, World, cube, open_bin

from tandem.perception.faces import Face, find_faces, flat
from tandem.perception.settings import perception_settings
from tandem.perception.view import look

SETTINGS = perception_settings()
WHOLE = (slice(0, 480), slice(0, 640))


def faces_of(world: World, robot: np.ndarray | None = None) -> list[Face]:
    view = look(world.image())
    return find_faces(view, np.zeros_like(view.valid) if robot is None else robot, SETTINGS)


@pytest.mark.parametrize(("x", "y"), [(0.46, 0.0), (0.30, 0.30), (0.60, -0.30)])
def test_the_upper_face_is_found_without_the_walls_that_show(x: float, y: float) -> None:
    (face,) = faces_of(World([cube(x, y, 0.4, RED)]))
    assert face.colour == "red"
    assert face.fit.complete
    assert face.height == pytest.approx(0.04, abs=5e-4)
    assert (face.rectangle.x, face.rectangle.y) == pytest.approx((x, y), abs=1e-3)
    assert face.rectangle.length == pytest.approx(0.04, abs=1e-3)
    assert face.fill == pytest.approx(1.0, abs=0.06)


def test_touching_objects_of_one_height_are_told_apart_by_colour() -> None:
    faces = faces_of(World([cube(0.45, 0.0, 0.0, RED), cube(0.45, 0.04, 0.0, GREEN)]))
    assert sorted(face.colour for face in faces) == ["green", "red"]
    assert all(face.rectangle.length == pytest.approx(0.04, abs=1.5e-3) for face in faces)


def test_objects_of_one_colour_are_told_apart_by_height() -> None:
    faces = faces_of(World([*open_bin(0.45, 0.0, 0.3, GREEN), cube(0.46, 0.01, 0.8, GREEN, bottom=0.006)]))
    heights = sorted(round(face.height, 3) for face in faces)
    assert heights == [0.046, 0.060]
    rim = max(faces, key=lambda face: face.height)
    assert rim.fill < 0.25


def test_the_border_to_something_in_front_is_not_trusted() -> None:
    faces = faces_of(World([cube(0.46, 0.0, 0.0, RED), Block((0.475, 0.0, 0.20), (0.02, 0.10, 0.02), 0.0, BLUE)]))
    red = next(face for face in faces if face.colour == "red")
    assert not red.fit.complete
    assert not red.trusted.all()
    assert red.trusted.sum() > 0.5 * len(red.trusted)


def test_the_robot_and_its_shadowing_border_are_left_out() -> None:
    world = World([cube(0.46, 0.0, 0.0, RED)])
    view = look(world.image())
    robot = np.zeros_like(view.valid)
    robot[:, 320:] = True
    (face,) = faces_of(world, robot)
    assert not face.fit.complete
    assert face.area == pytest.approx(0.0008, rel=0.2)


def test_only_the_workspace_is_looked_at() -> None:
    small = replace(SETTINGS, workspace=replace(SETTINGS.workspace, y=(-0.1, 0.1)))
    view = look(World([cube(0.46, 0.2, 0.0, RED), cube(0.46, 0.0, 0.0, BLUE)]).image())
    assert [face.colour for face in find_faces(view, np.zeros_like(view.valid), small)] == ["blue"]


def test_walls_are_not_flat() -> None:
    view = look(World([Block((0.46, 0.35, 0.05), (0.1, 0.1, 0.1), 0.3, RED)]).image())
    level = flat(view, SETTINGS.depth.flat_slope, WHOLE)
    wall = (view.heights > 0.01) & (view.heights < 0.09)
    assert wall.sum() > 300
    assert level[wall].mean() < 0.05
    assert level[view.heights > 0.0995].mean() > 0.95


@pytest.mark.parametrize(
    "window", [(slice(100, 300), slice(200, 500)), (slice(0, 50), slice(0, 640)), (slice(470, 480), slice(630, 640))]
)
def test_what_is_flat_does_not_depend_on_the_window(window: tuple[slice, slice]) -> None:
    blocks = [cube(0.46, 0.0, 0.0, RED), Block((0.46, 0.35, 0.05), (0.1, 0.1, 0.1), 0.3, RED)]
    view = look(World(blocks, depth_noise=0.001).image())
    whole = flat(view, SETTINGS.depth.flat_slope, WHOLE)
    np.testing.assert_array_equal(flat(view, SETTINGS.depth.flat_slope, window), whole[window])
