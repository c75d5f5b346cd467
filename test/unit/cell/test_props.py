"""Shapes of the props."""

import numpy as np
import pytest

from tandem.cell import props
from tandem.cell.props import Primitive


def _corners(primitive: Primitive) -> np.ndarray:
    pose, size = primitive
    signs = np.array(np.meshgrid([-1, 1], [-1, 1], [-1, 1])).reshape(3, -1).T
    return signs * np.array(size) / 2 @ pose.rotation.T + pose.position


@pytest.mark.parametrize("category", ["cube", "bin", "tray", "box", "peg", "socket"])
@pytest.mark.parametrize("size", [(0.3, 0.2, 0.056), (0.16, 0.16, 0.06), (0.18, 0.31, 0.05)])
def test_the_boxes_fill_the_bounding_box_and_stay_inside(category: str, size: tuple[float, float, float]) -> None:
    corners = np.concatenate([_corners(primitive) for primitive in props.primitives(category, size)])
    np.testing.assert_allclose(corners.max(axis=0), np.array(size) / 2, atol=1e-12)
    np.testing.assert_allclose(corners.min(axis=0), -np.array(size) / 2, atol=1e-12)


def test_a_bin_is_open_at_the_top() -> None:
    size = props.default_size("bin")
    for primitive in props.primitives("bin", size):
        corners = _corners(primitive)
        covers_middle = (corners.min(axis=0)[:2] < 0).all() and (corners.max(axis=0)[:2] > 0).all()
        assert not covers_middle or corners[:, 2].max() < -size[2] / 2 + 0.01


@pytest.mark.parametrize("size", [(0.3, 0.2, 0.056), (0.2, 0.3, 0.056)])
def test_an_open_gripper_straddles_each_handle_without_touching_the_tray(size: tuple[float, float, float]) -> None:
    """Fingers 12 x 22 mm, 85 mm apart when open, fingertips 10 mm below the tcp, the palm 50 mm above it."""
    long = 0 if size[0] >= size[1] else 1
    for bar, extents in props.handle_bars(size):
        assert extents[long] < 0.05 < extents[1 - long]
        tip = bar.position[2] - 0.010
        assert bar.position[2] + 0.050 > size[2] / 2 + 0.02
        for sign in (1, -1):
            inner, outer = (bar.position[long] + sign * reach for reach in (0.0425, 0.0545))
            low, high = min(inner, outer), max(inner, outer)
            for primitive in props.primitives("tray", size):
                corners = _corners(primitive)
                beside = corners[:, long].min() >= high or corners[:, long].max() <= low
                below = corners[:, 2].max() < tip - 0.005
                assert beside or below


def test_handles_are_among_the_boxes_of_the_tray() -> None:
    size = props.default_size("tray")
    assert set(props.handle_bars(size)) <= set(props.primitives("tray", size))
