from dataclasses import replace
from math import pi

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.perception.rectangle import Rectangle
from tandem.perception.settings import perception_settings
from tandem.perception.shapes import Detection
from tandem.perception.track import Track, glimpse, keep, see, start

SETTINGS = perception_settings()


def cube_at(x: float, y: float, yaw: float = 0.0, top: float = 0.04, side: float = 0.04) -> Detection:
    return Detection("cube", "red", Rectangle(x, y, yaw, side, side), top, side, side)


def tracked(*detections: Detection) -> Track:
    track = start(detections[0], "red_cube", 0.0, SETTINGS)
    for index, detection in enumerate(detections[1:], 1):
        track = see(track, detection, 0.1 * index, SETTINGS)
    return track


def test_rest_is_smoothed() -> None:
    rng = np.random.default_rng(1)
    track = tracked(*(cube_at(0.4 + rng.normal(0, 5e-4), 0.1 + rng.normal(0, 5e-4), rng.normal(0, 0.01)) for _ in range(12)))
    assert track.pose.position == pytest.approx((0.4, 0.1, 0.02), abs=4e-4)
    assert abs(track.pose.yaw) < 0.01
    assert track.confidence > 0.95


def test_one_stray_sighting_is_ignored_but_two_are_not() -> None:
    still = [cube_at(0.4, 0.1)] * 5
    assert tracked(*still, cube_at(0.407, 0.1)).pose.position[0] == pytest.approx(0.4)
    assert tracked(*still, cube_at(0.407, 0.1), cube_at(0.4072, 0.1)).pose.position[0] == pytest.approx(0.4072)


def test_a_clear_move_is_followed_at_once() -> None:
    assert tracked(*[cube_at(0.4, 0.1)] * 5, cube_at(0.43, 0.1)).pose.position[0] == pytest.approx(0.43)


@given(st.floats(-pi, pi), st.integers(-4, 4))
def test_a_square_seen_a_quarter_turn_on_has_not_turned(yaw: float, quarters: int) -> None:
    track = tracked(cube_at(0.4, 0.1, yaw))
    again = see(track, cube_at(0.4, 0.1, yaw + quarters * pi / 2), 0.1, SETTINGS)
    assert again.pose.yaw == pytest.approx(track.pose.yaw, abs=1e-6)
    assert abs(track.pose.yaw) <= pi / 4 + 1e-9


def test_turning_slowly_goes_on_past_an_eighth_of_a_turn() -> None:
    track = tracked(cube_at(0.4, 0.1, 0.7))
    for index in range(1, 8):
        track = see(track, cube_at(0.4, 0.1, 0.7 + 0.1 * index - pi / 2), 0.1 * index, SETTINGS)
    assert track.pose.yaw == pytest.approx(1.4, abs=0.11)


def test_an_oblong_keeps_its_longer_side() -> None:
    board = Detection("tray", "yellow", Rectangle(0.45, 0.0, 1.5, 0.30, 0.20), 0.056, 0.056, 0.008)
    track = see(
        start(board, "tray", 0.0, SETTINGS), replace(board, rectangle=Rectangle(0.45, 0.0, 1.5 - pi, 0.30, 0.20)), 0.1, SETTINGS
    )
    assert track.size == pytest.approx((0.30, 0.20, 0.056))
    assert track.pose.yaw == pytest.approx(1.5, abs=0.01)


def test_the_size_settles_at_the_median() -> None:
    sides = [0.040, 0.0402, 0.0398, 0.044, 0.040]
    assert tracked(*(cube_at(0.4, 0.1, side=side) for side in sides)).size[0] == pytest.approx(0.040)


def test_hidden_objects_stay_and_are_slowly_less_believed() -> None:
    track = tracked(*[cube_at(0.4, 0.1)] * 5)
    hidden = track
    for index in range(1, 11):
        hidden = keep(hidden, track.stamp + index, False, SETTINGS.tracking)
    assert not hidden.visible
    assert hidden.pose == track.pose
    assert hidden.last_seen == track.last_seen
    assert hidden.confidence == pytest.approx(track.confidence * 0.5 ** (10 / SETTINGS.tracking.hidden_half_life))


def test_a_glimpse_moves_an_object_but_does_not_make_it_sure() -> None:
    track = replace(tracked(cube_at(0.4, 0.1)), confidence=0.3)
    for index in range(20):
        track = glimpse(track, Rectangle(0.43, 0.1, 0.0, 0.04, 0.04), 0.04, 0.1 * index, SETTINGS)
    assert track.pose.position[0] == pytest.approx(0.43)
    assert 0.8 < track.confidence <= 0.85


def test_what_shows_only_by_its_sides_keeps_its_place() -> None:
    track = tracked(*[cube_at(0.4, 0.1)] * 3)
    seen = see(track, replace(cube_at(0.408, 0.1), assumed=True), 0.5, SETTINGS)
    assert seen.pose == track.pose
    assert seen.visible
