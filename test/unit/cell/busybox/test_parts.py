"""The box's parts, and what their states mean."""

from math import pi

import pytest

from tandem.cell.busybox.parts import PARTS, centre, is_part, part_named
from tandem.cell.busybox.state import BoxState, knob_angle, knob_number, lever_tilt, slider_number, slider_x


def test_names() -> None:
    assert len(PARTS) == 13
    assert part_named("box/switches/top").category == "switch"
    assert not is_part("box/sliders")


@pytest.mark.parametrize("number", range(1, 7))
def test_knob_numbers_and_angles_agree(number: int) -> None:
    assert knob_number(knob_angle(number)) == number
    assert knob_number(knob_angle(number) + 0.4) == number
    assert -pi < knob_angle(number) <= pi


def test_the_knob_counts_clockwise() -> None:
    assert knob_angle(1) == 0.0
    assert knob_angle(2) == pytest.approx(-pi / 3)


@pytest.mark.parametrize("number", range(1, 6))
def test_slider_numbers_and_places_agree(number: int) -> None:
    assert slider_number(slider_x(number) + 0.006) == number


def test_on_is_to_the_right() -> None:
    off, on = BoxState(), BoxState(switches=(True, True))
    assert lever_tilt(True) > 0
    assert centre(part_named("box/switches/top"), on)[0] > 0 > centre(part_named("box/switches/top"), off)[0]


def test_states_in_words() -> None:
    state = BoxState((2, 5), 4, (True, False), ((True, True), (True, False), (True, True), (True, True)), frozenset({"red"}))
    told = {name: state.of(f"box/{name}") for name in ("sliders/top", "sliders/bottom", "knob/knob", "switches/bottom")}
    assert list(told.values()) == ["2", "5", "4", "off"]
    assert [state.of(f"box/wires/{colour}") for colour in ("black", "blue")] == ["in", "out"]
    assert [state.of(f"box/buttons/{colour}") for colour in ("red", "green")] == ["down", "up"]
    with pytest.raises(KeyError):
        state.of("box/display/display")


def test_a_pressed_button_is_lower() -> None:
    part = part_named("box/buttons/red")
    assert centre(part, BoxState(buttons=frozenset({"red"})))[2] < centre(part, BoxState())[2]
