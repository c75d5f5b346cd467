from math import pi

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.perception.rectangle import Rectangle, explained, fit_rectangle, nearest_turn, smallest_rectangle


def outline_of(rectangle: Rectangle, spacing: float = 0.0018, hidden: tuple[int, ...] = (), noise: float = 0.0) -> np.ndarray:
    """Points along the sides (+length, -length, +width, -width) but the hidden ones, with the way out."""
    rng = np.random.default_rng(3)
    rows = []
    for index, (axis, sign) in enumerate(((0, 1), (0, -1), (1, 1), (1, -1))):
        if index in hidden:
            continue
        half = rectangle.half
        along = np.arange(-half[1 - axis], half[1 - axis], spacing)
        local = np.zeros((len(along), 2))
        local[:, axis], local[:, 1 - axis] = sign * half[axis] + noise * rng.standard_normal(len(along)), along
        out = np.zeros((len(along), 2))
        out[:, axis] = sign
        turned = Rectangle(0.0, 0.0, rectangle.yaw, 1.0, 1.0).to_world(out)
        rows.append(np.hstack([rectangle.to_world(local), turned]))
    return np.concatenate(rows)


@given(
    st.floats(0.2, 0.7), st.floats(-0.4, 0.4), st.floats(-pi, pi), st.floats(0.03, 0.3), st.floats(0.02, 0.2)
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_any_rectangle_is_found_from_its_outline(x: float, y: float, yaw: float, length: float, width: float) -> None:
    true = Rectangle(x, y, yaw, max(length, width), min(length, width))
    outline = outline_of(true)
    fit = fit_rectangle(outline, smallest_rectangle(outline[:, :2]), 0.004, 0.6)
    assert fit.complete
    assert fit.rectangle.distance(true) < 5e-4
    assert sorted([fit.rectangle.length, fit.rectangle.width]) == pytest.approx(sorted([length, width]), abs=1e-3)
    turn = nearest_turn(fit.rectangle.long_first().yaw - true.long_first().yaw, 0.0, pi / 2)
    assert abs(turn) < np.deg2rad(2.0)


def test_a_known_size_places_a_rectangle_by_two_of_its_sides() -> None:
    true = Rectangle(0.45, 0.1, 0.3, 0.16, 0.16)
    start = Rectangle(0.447, 0.104, 0.33, 0.16, 0.16)
    fit = fit_rectangle(outline_of(true, hidden=(1, 3)), start, 0.005, 0.4, keep_size=True)
    assert fit.located
    assert not fit.complete
    assert fit.rectangle.distance(true) < 5e-4
    assert fit.rectangle.length == pytest.approx(0.16)


def test_two_opposite_sides_do_not_place_a_rectangle() -> None:
    true = Rectangle(0.45, 0.1, 0.3, 0.16, 0.16)
    assert not fit_rectangle(outline_of(true, hidden=(2, 3)), true, 0.005, 0.4, keep_size=True).located


def test_the_inner_edge_of_a_frame_does_not_pull_the_fit_inwards() -> None:
    outer, inner = Rectangle(0.5, 0.0, 0.2, 0.16, 0.16), Rectangle(0.5, 0.0, 0.2, 0.148, 0.148)
    inwards = outline_of(inner)
    inwards[:, 2:] *= -1
    outline = np.vstack([outline_of(outer), inwards])
    fit = fit_rectangle(outline, smallest_rectangle(outline[:, :2]), 0.004, 0.6)
    assert fit.rectangle.length == pytest.approx(0.16, abs=5e-4)


def test_noise_of_half_a_pixel_averages_out() -> None:
    true = Rectangle(0.4, 0.1, 0.5, 0.04, 0.04)
    outline = outline_of(true, noise=0.0009)
    fit = fit_rectangle(outline, smallest_rectangle(outline[:, :2]), 0.004, 0.6)
    assert fit.rectangle.distance(true) < 1e-3


@given(st.floats(-20, 20), st.floats(-20, 20), st.sampled_from([pi / 2, pi, 2 * pi]))
def test_nearest_turn_is_near_and_the_same_direction(angle: float, reference: float, period: float) -> None:
    turned = nearest_turn(angle, reference, period)
    assert abs(turned - reference) <= period / 2 + 1e-9
    assert (turned - angle) / period == pytest.approx(round((turned - angle) / period), abs=1e-6)


def test_long_first_makes_the_length_the_longer_side() -> None:
    turned = Rectangle(0.0, 0.0, 0.1, 0.2, 0.3).long_first()
    assert (turned.length, turned.width) == (0.3, 0.2)
    assert turned.yaw == pytest.approx(0.1 + pi / 2 - pi) or turned.yaw == pytest.approx(0.1 + pi / 2)


def test_only_the_right_rectangle_explains_an_outline() -> None:
    true = Rectangle(0.45, 0.1, 0.3, 0.16, 0.16)
    inwards = outline_of(Rectangle(0.45, 0.1, 0.3, 0.148, 0.148))
    inwards[:, 2:] *= -1
    outline = np.vstack([outline_of(true, hidden=(0,)), inwards])
    assert explained(outline, true, 0.002) > 0.99
    assert explained(outline, Rectangle(0.454, 0.1, 0.3, 0.16, 0.16), 0.002) < 0.7
    assert explained(outline, Rectangle(0.45, 0.1, 0.4, 0.16, 0.16), 0.002) < 0.7
