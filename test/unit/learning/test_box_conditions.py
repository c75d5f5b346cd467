"""The BusyBox's conditions on episodes that are made up."""

import numpy as np
import pytest
from made_up import moved
from made_up_boxes import HALF, box_scene, flipped, plug_at, pressed, resting, slid, turned

from tandem.cell.busybox.state import BoxState
from tandem.cell.pose import Pose
from tandem.learning.evaluation.conditions import Condition, unmet
from tandem.learning.evaluation.judgement import time_to_success
from tandem.learning.evaluation.recording import Recording
from tandem.learning.evaluation.scenes import as_perceived

SCENE = box_scene()
START = resting(SCENE)


def state() -> BoxState:
    setup = SCENE.objects[0].setup
    assert setup is not None
    return setup.state


def at(part: str, wanted: str) -> Condition:
    return Condition("box_at", {"object": "box", "part": part, "state": wanted})


ELSE = Condition("box_otherwise_unchanged", {"object": "box", "part": "box/sliders/top"})


def test_a_slider_must_be_in_its_detent() -> None:
    there = 5 if state().sliders[0] != 5 else 1
    condition = at("box/sliders/top", str(there))
    assert f"not {there}" in unmet(condition, START)
    assert unmet(condition, slid(START, 0, there)) == ""
    assert "beside" in unmet(condition, slid(START, 0, there, -0.006 if there == 5 else 0.006))
    assert unmet(condition, slid(START, 1, there)) != ""


def test_a_knob_is_at_its_number_however_often_it_went_round() -> None:
    there = state().knob % 6 + 1
    condition = at("box/knob/knob", str(there))
    assert unmet(condition, START) != ""
    assert unmet(condition, turned(START, there)) == ""
    assert unmet(condition, turned(START, there, 2 * np.pi)) == ""
    assert "degrees beside" in unmet(condition, turned(START, there, np.radians(20)))


def test_a_switch() -> None:
    on = not state().switches[1]
    condition = at("box/switches/bottom", "on" if on else "off")
    assert unmet(condition, START) != ""
    assert unmet(condition, flipped(START, 1, on)) == ""
    assert unmet(condition, flipped(START, 0, not state().switches[0])) != ""


def test_a_wire_is_out_when_one_plug_has_left_and_in_when_both_are_deep() -> None:
    out, plugged = at("box/wires/red", "out"), at("box/wires/red", "in")
    assert unmet(out, START) != ""
    assert unmet(plugged, START) == ""
    loose = plug_at(START, "red", 1, 0.0)
    assert unmet(out, loose) == ""
    assert unmet(plugged, loose) != ""
    half = plug_at(START, "red", 1, 0.005)
    assert unmet(out, half) != ""
    assert "5 mm deep" in unmet(plugged, half)
    assert unmet(out, plug_at(START, "blue", 0, 0.0)) != ""


def test_a_button_counts_when_it_was_down_even_shortly() -> None:
    condition = Condition("box_pressed", {"object": "box", "part": "box/buttons/green"})
    assert unmet(condition, START) != ""
    assert unmet(condition, pressed(START, "green")) == ""
    assert unmet(condition, pressed(START, "green", depth=0.001)) != ""
    assert unmet(condition, pressed(START, "red")) != ""


def test_nothing_else_may_change() -> None:
    assert unmet(ELSE, slid(START, 0, 3)) == ""
    assert "box/knob/knob changed" in unmet(ELSE, turned(START, state().knob % 6 + 1))
    assert "box/wires/white changed" in unmet(ELSE, plug_at(START, "white", 0, 0.0))
    assert "box/buttons/blue was pressed" in unmet(ELSE, pressed(START, "blue"))
    own = Condition("box_otherwise_unchanged", {"object": "box", "part": "box/buttons/blue"})
    assert unmet(own, pressed(START, "blue")) == ""


@pytest.mark.parametrize(("way", "step"), [("away", (1, 0)), ("closer", (-1, 0)), ("left", (0, 1)), ("right", (0, -1))])
def test_a_box_is_moved_far_enough_in_the_right_direction_and_stands(way: str, step: tuple[int, int]) -> None:
    condition = Condition("box_moved", {"object": "box", "direction": way, "distance": 0.03})
    x, y, z = SCENE.objects[0].pose.position

    def there(distance: float, up: float = 0.0, since: float = HALF) -> Recording:
        return moved(START, "box", (x + distance * step[0], y + distance * step[1], z + up), since)

    assert unmet(condition, START) != ""
    assert unmet(condition, there(0.02)) != ""
    assert unmet(condition, there(0.035)) == ""
    assert unmet(condition, there(-0.035)) != ""
    assert "stand" in unmet(condition, there(0.035, up=0.03))
    assert "moves" in unmet(condition, there(0.035, since=9.8))


@pytest.mark.parametrize(("way", "sign"), [("clockwise", -1), ("counterclockwise", 1)])
def test_a_box_is_rotated_the_right_way_round(way: str, sign: int) -> None:
    condition = Condition("box_rotated", {"object": "box", "direction": way, "angle_deg": 10.0})

    def turned_by(degrees: float) -> Recording:
        pose = SCENE.objects[0].pose @ Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, 0.0, np.radians(degrees)))
        recording = moved(START, "box", pose.position, HALF)
        recording.poses["box"][recording.times >= HALF, 3:] = pose.quaternion
        return recording

    assert unmet(condition, START) != ""
    assert unmet(condition, turned_by(12.0 * sign)) == ""
    assert unmet(condition, turned_by(8.0 * sign)) != ""
    assert unmet(condition, turned_by(-30.0 * sign)) != ""


def test_success_is_counted_from_when_it_came_to_stay() -> None:
    there = 5 if state().sliders[0] != 5 else 1
    conditions = (at("box/sliders/top", str(there)), ELSE)
    assert time_to_success(START, conditions) is None
    time = time_to_success(slid(START, 0, there), conditions)
    assert time == pytest.approx(HALF, abs=0.25)


def test_a_perfect_perception_would_tell_all_parts() -> None:
    scene = as_perceived(SCENE)
    for name in ("box", "box/sliders/top", "box/knob/knob", "box/wires/red", "box/handles/left"):
        assert name in scene
    assert scene["box/sliders/top"].state == str(state().sliders[0])
    assert scene["box"].pose.position == pytest.approx(SCENE.objects[0].pose.position)
