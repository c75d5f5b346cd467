"""Geometric paths."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.motion import path

seeds = st.integers(0, 10_000)


def polyline(seed: int, count: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1, 1, (count, 14))


def distance_to_polyline(points: np.ndarray, corners: np.ndarray) -> np.ndarray:
    nearest = np.full(len(points), np.inf)
    for start, end in pairwise(corners):
        way = end - start
        share = np.clip((points - start) @ way / (way @ way), 0, 1)
        nearest = np.minimum(nearest, np.linalg.norm(points - start - share[:, None] * way, axis=1))
    return nearest


@settings(max_examples=30, deadline=None, derandomize=True)
@given(seed=seeds, count=st.integers(2, 7), pieces=st.integers(2, 6))
def test_blended_paths_join_the_ends_and_are_smooth(seed: int, count: int, pieces: int) -> None:
    corners = polyline(seed, count)
    curve = path.blended(corners, pieces)
    assert np.allclose(curve(0.0), corners[0])
    assert np.allclose(curve(1.0), corners[-1])
    s = np.linspace(0, 1, 4001)
    curvature = curve(s, 2)
    assert np.abs(np.diff(curvature, axis=0)).max() <= 2e-3 * max(1.0, np.abs(curve(s, 3)).max())


def test_more_pieces_keep_nearer_to_the_polyline() -> None:
    corners = polyline(3, 5)
    s = np.linspace(0, 1, 500)
    away = [distance_to_polyline(path.blended(corners, pieces)(s), corners).max() for pieces in (2, 3, 5, 9, 30)]
    assert np.all(np.diff(away) < 0)
    assert away[-1] < 0.1 * away[0]


def test_a_path_goes_through_its_points_even_where_two_coincide() -> None:
    points = polyline(5, 8)
    curve = path.through(np.insert(points, 3, points[3], axis=0))
    s = np.linspace(0, 1, 20_001)
    for point in points:
        assert np.linalg.norm(curve(s) - point, axis=1).min() < 5e-3


def test_a_line_is_straight() -> None:
    first, last = polyline(7, 2)
    line = path.line(first, last)
    assert np.allclose(line(0.25), 0.75 * first + 0.25 * last)
    assert np.allclose(line(0.5, 1), last - first)
    assert np.allclose(line(0.5, 2), 0)
