"""What hands may touch of the BusyBox."""

from dataclasses import replace

import pytest
from made_up import moved, touch, with_contacts
from made_up_boxes import box_scene, resting

from tandem.cell.plan import Step
from tandem.learning.evaluation.intended import StepWindow, unintended
from tandem.learning.evaluation.recording import Recording
from tandem.sim.contacts import ContactEvent

START = replace(resting(box_scene()), contacts=(touch("table", "box", 0.0, 9.96),))


def strays(step: Step, *contacts: ContactEvent, recording: Recording = START) -> list[str]:
    return [entry.text for entry in unintended(with_contacts(recording, *contacts), [StepWindow(step, 1.0, 9.0)])]


@pytest.mark.parametrize(
    ("step", "bodies"),
    [
        (Step("press", "left", "box/buttons/red"), ("box/buttons/red", "box/buttons")),
        (Step("slide", "left", "box/sliders/top", setting="3"), ("box/sliders/top", "box/sliders")),
        (Step("turn", "left", "box/knob/knob", setting="3"), ("box/knob/knob", "box/knob")),
        (Step("flip", "left", "box/switches/top", setting="on"), ("box/switches/top", "box/switches")),
        (Step("pull", "left", "box/wires/red"), ("box/wires/red/top", "box/wires/red/cable2", "box/wires/blue/cable3")),
        (Step("plug", "left", "box/wires/red"), ("box/wires/red/bottom", "box/wires")),
        (Step("move", "left", "box", relation="away"), ("box", "box/knob", "box/handles/left")),
        (Step("rotate", "both", "box", relation="clockwise"), ("box/handles/right", "box/display")),
    ],
)
def test_the_hand_at_work_touches_its_part_and_the_face_around_it(step: Step, bodies: tuple[str, ...]) -> None:
    assert strays(step, *(touch("left_finger_a_link", body, 2.0, 3.0) for body in bodies)) == []
    assert len(strays(step, touch("left_wrist_1_link", bodies[0], 2.0, 3.0))) == 1
    assert len(strays(step, touch("left_finger_a_link", bodies[0], 0.2, 0.4))) == 1


@pytest.mark.parametrize(
    ("step", "body"),
    [
        (Step("press", "left", "box/buttons/red"), "box/buttons/blue"),
        (Step("press", "left", "box/buttons/red"), "box/switches"),
        (Step("slide", "left", "box/sliders/top", setting="3"), "box/sliders/bottom"),
        (Step("pull", "left", "box/wires/red"), "box/wires/blue/top"),
        (Step("move", "left", "box", relation="away"), "box/switches/top"),
        (Step("view", "left", "box"), "box"),
        (Step("move_hand", "left", relation="left"), "box/knob"),
        (Step("home", "left"), "box/knob/knob"),
    ],
)
def test_other_parts_are_not_its_business(step: Step, body: str) -> None:
    assert len(strays(step, touch("left_finger_b_link", body, 2.0, 3.0))) == 1


def test_the_other_hand_may_hold_the_box_and_touch_no_part() -> None:
    step = Step("flip", "left", "box/switches/top", setting="on")
    assert strays(step, touch("right_finger_a_link", "box/handles/right", 2.0, 3.0)) == []
    assert strays(step, touch("right_finger_a_link", "box/display", 2.0, 3.0)) == []
    assert len(strays(step, touch("right_finger_a_link", "box/switches/top", 2.0, 3.0))) == 1
    move = Step("move", "left", "box", relation="away")
    assert len(strays(move, touch("right_finger_a_link", "box/handles/right", 2.0, 3.0))) == 1


def test_fingers_of_either_hand_may_brush_against_loops_of_cable_where_the_box_is_touched() -> None:
    turn, view = Step("turn", "left", "box/knob/knob", setting="3"), Step("view", "left", "box")
    for finger in ("left_finger_a_link", "right_finger_b_link"):
        assert strays(turn, touch(finger, "box/wires/red/cable2", 2.0, 3.0, 4.0)) == []
        assert len(strays(turn, touch(finger, "box/wires/red/cable2", 2.0, 3.0, 6.0))) == 1
        assert len(strays(turn, touch(finger, "box/wires/red/top", 2.0, 3.0, 4.0))) == 1
        assert len(strays(view, touch(finger, "box/wires/red/cable2", 2.0, 3.0, 4.0))) == 1
    assert len(strays(turn, touch("right_wrist_1_link", "box/wires/red/cable2", 2.0, 3.0, 4.0))) == 1


def test_the_box_may_shift_a_little_under_a_hand_and_not_by_itself() -> None:
    x, y, z = START.pose("box", 0).position
    press, home = Step("press", "left", "box/buttons/red"), Step("home", "both")
    little, far = (moved(START, "box", (x, y + way, z), 4.0) for way in (0.02, 0.04))
    assert strays(press, recording=little) == []
    assert strays(press, recording=far) == ["box was moved by 40 mm"]
    assert strays(home, recording=little) == ["box was moved by 20 mm"]
    assert strays(Step("move", "both", "box", relation="left"), recording=far) == []


def test_parts_of_the_box_on_each_other_are_nobodys_contact() -> None:
    step = Step("pull", "left", "box/wires/red")
    assert (
        strays(step, touch("box/wires", "box/wires/red/top", 4.0, 5.0), touch("box/display", "box/wires/red/cable0", 4.0, 5.0))
        == []
    )
