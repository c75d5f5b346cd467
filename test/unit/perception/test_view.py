from dataclasses import replace

import numpy as np
import pytest
from box_world import RED, World, cube

from tandem.cell.pose import Pose
from tandem.perception.view import look


def test_points_lie_where_things_stand() -> None:
    view = look(World([cube(0.40, 0.10, 0.0, RED)]).image())
    u, v, depth = view.project(np.array([[0.40, 0.10, 0.04]]))
    row, column = round(v[0]), round(u[0])
    assert depth[0] == pytest.approx(1.11)
    assert view.points[:, row, column] == pytest.approx([0.40, 0.10, 0.04], abs=0.002)
    assert view.on_plane(u, v, 0.04)[0] == pytest.approx([0.40, 0.10])


def test_an_offset_of_the_depth_is_corrected_by_the_table() -> None:
    frame = World([cube(0.40, 0.10, 0.0, RED)]).image()
    view = look(replace(frame, depth=frame.depth - np.float32(0.004)))
    assert float(view.heights.max()) == pytest.approx(0.04, abs=3e-4)
    assert abs(float(np.median(view.heights))) < 3e-4


def test_the_noise_of_the_heights_is_measured() -> None:
    assert look(World([]).image()).noise < 1e-4
    noisy = look(World([], depth_noise=0.003).image())
    assert noisy.noise == pytest.approx(float(np.std(noisy.heights)), rel=0.15)


@pytest.mark.parametrize("tilt", [0.0, 0.6])
def test_pixels_add_up_to_the_area_of_a_face(tilt: float) -> None:
    pose = Pose.from_matrix(World([]).image().pose.matrix @ Pose.from_xyz_rpy((0, 0, 0), (tilt, 0.0, 0.0)).matrix)
    x, y = look(World([]).image(pose=pose)).on_plane(np.array([320.0]), np.array([240.0]), 0.0)[0]
    view = look(World([cube(x, y, 0.3, RED)]).image(pose=pose))
    rows, columns = np.nonzero(view.heights > 0.0395)
    assert view.pixel_area(0.04, rows, columns) == pytest.approx(0.0016, rel=0.06)


def test_unknown_depth_is_no_place() -> None:
    frame = World([cube(0.40, 0.10, 0.0, RED)]).image()
    depth = frame.depth.copy()
    depth[:50], depth[50:60] = 0.0, np.nan
    view = look(replace(frame, depth=depth))
    assert not view.valid[:60].any()
    assert np.all(view.heights[:58] == 0.0)


def test_arrays_that_do_not_fit_are_refused() -> None:
    frame = World([]).image()
    with pytest.raises(ValueError, match="overhead_camera"):
        look(replace(frame, depth=frame.depth[:-1]))


def test_a_window_is_around_all_within_an_area() -> None:
    view = look(World([cube(0.40, 0.10, 0.0, RED)]).image())
    corners = np.array([[0.38, 0.08], [0.38, 0.12], [0.42, 0.12], [0.42, 0.08]])
    rows, columns = view.window(corners, 0.0, 0.04)
    shown = np.argwhere(view.heights > 0.02)
    top, left = shown.min(axis=0)
    bottom, right = shown.max(axis=0)
    assert 0 <= top - rows.start <= 3
    assert 0 <= left - columns.start <= 3
    assert 1 <= rows.stop - bottom <= 4
    assert 1 <= columns.stop - right <= 4


def test_a_window_outside_of_the_image_is_a_pixel_at_its_border_and_the_whole_image_behind_the_camera() -> None:
    view = look(World([]).image())
    height, width = view.valid.shape
    away = np.array([[9.0, -9.0], [9.1, -9.0]])
    assert view.window(away, 0.0, 0.1) == (slice(0, 1), slice(width - 1, width))
    assert view.window(away, 0.0, 2.0) == (slice(0, height), slice(0, width))
