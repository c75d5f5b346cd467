"""The protective separation distance and its inverse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.cell import description
from tandem.safety.speed_separation import SpeedSeparation

SEPARATION = SpeedSeparation(1.6, 0.1, 2.0, 0.2, 0.1, 1.0)


def test_a_worked_example() -> None:
    # 1.6 (0.1 + 0.25) + 0.5 * 0.1 + 0.5^2 / 4 + 0.3
    assert SEPARATION.protective_distance(0.5) == pytest.approx(0.56 + 0.05 + 0.0625 + 0.3)


@given(speed=st.floats(0.0, 3.0))
def test_the_allowed_speed_is_the_inverse(speed: float) -> None:
    assert SEPARATION.allowed_speed(SEPARATION.protective_distance(speed)) == pytest.approx(speed, abs=1e-9)


@given(distance=st.floats(0.0, 10.0))
def test_the_scale_never_allows_more_than_the_distance_does(distance: float) -> None:
    scale = SEPARATION.speed_scale(distance)
    assert 0.0 <= scale <= 1.0
    if scale > 0:
        assert SEPARATION.protective_distance(scale * SEPARATION.full_speed) <= distance + 1e-9


def test_nobody_there_and_too_near() -> None:
    assert SEPARATION.speed_scale(float("inf")) == 1.0
    assert SEPARATION.speed_scale(SEPARATION.protective_distance(0.0)) == 0.0
    assert SEPARATION.speed_scale(0.0) == 0.0


def test_the_configured_figures_are_read() -> None:
    configured = SpeedSeparation.from_settings(description.settings("safety.yaml")["human"], 1.0)
    assert configured.human_speed == description.settings("safety.yaml")["human"]["human_speed"]
    assert configured.full_speed == 1.0
