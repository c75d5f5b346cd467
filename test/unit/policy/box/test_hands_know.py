"""What hands know of what they hide."""

import numpy as np
from at_the_box import look, scene, tips, unseen

from tandem.cell.busybox.state import BoxState
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.policy.box.aims import Aim
from tandem.policy.box.hands_know import HandsKnow
from tandem.policy.box.looks import Look
from tandem.policy.vla import frames

SLIDE = Step("slide", "left", "box/sliders/top", setting="4")
TURN = Step("turn", "right", "box/knob/knob", setting="3")
PRESS = Step("press", "left", "box/buttons/green")
FLIP = Step("flip", "left", "box/switches/top", setting="on")


def aim(step: Step) -> Aim:
    found = Aim.of(scene(), step)
    assert found is not None
    return found


def at_x(know: HandsKnow, seen: Look, step: Step) -> float:
    """Where the top slider's cap is known to be in its module."""
    item = know.part(seen, aim(step))
    assert item is not None
    frame = tips(seen.scene, "sliders", 0.0, 0.0, 0.0)
    return float(np.linalg.norm(np.subtract(item.pose.position, frame.position)[:2]))


def test_a_cap_between_the_fingers_moves_with_them_and_stays_where_they_leave_it_until_it_is_seen() -> None:
    know, hidden, told = HandsKnow(), unseen(scene(), SLIDE.object), aim(SLIDE)
    for step, x in enumerate((-0.03, -0.02, 0.0, 0.015)):
        hand = tips(hidden, "sliders", x, 0.028, 0.006)
        item = know.part(look(0.1 * step, hidden, {"left": hand}, pressed={"left": 20.0}), told)
        assert item is not None
        assert item.held_by == "left"
        beside = tips(hidden, "sliders", x, 0.028, 0.0075).position[:2]
        np.testing.assert_allclose(item.pose.position[:2], beside, atol=1e-6)
        assert know.reached(look(0.1 * step, hidden, {"left": hand}), told, item) == (x == 0.015)
    gone = know.part(look(0.5, hidden, {}), told)
    assert gone is not None
    assert not gone.held_by
    np.testing.assert_allclose(gone.pose.position[:2], beside, atol=1e-6)
    seen = scene(BoxState(sliders=(2, 1)), stamp=2.0)
    again = know.part(look(2.0, seen, {}), told)
    assert again is not None
    np.testing.assert_allclose(again.pose.position, seen[SLIDE.object].pose.position, atol=1e-9)
    assert not know.reached(look(2.0, seen, {}), told, again), "it slipped back, which is seen"


def test_a_finger_on_one_side_holds_nothing_and_neither_does_a_hand_elsewhere() -> None:
    hidden, told = unseen(scene(), SLIDE.object), aim(SLIDE)
    near, far = tips(hidden, "sliders", -0.03, 0.028, 0.006), tips(hidden, "sliders", -0.03, -0.028, 0.006)
    for hand, press in ((near, 0.0), (far, 20.0)):
        item = HandsKnow().part(look(0.0, hidden, {"left": hand}, pressed={"left": press}), told)
        assert item is not None
        assert not item.held_by


def test_a_knob_turns_with_the_hand() -> None:
    know, hidden, told = HandsKnow(), unseen(scene(), TURN.object), aim(TURN)
    for index, angle in enumerate(np.linspace(0.0, -2 * np.pi / 3, 9)):
        hand = tips(hidden, "knob", 0.0, 0.0, 0.006, float(angle))
        item = know.part(look(0.1 * index, hidden, {"right": hand}, pressed={"right": 20.0}), told)
    assert item is not None
    wanted = told.goal(hidden)
    assert wanted is not None
    apart = frames.rotation_vectors((wanted.pose.inverse @ item.pose).matrix)
    assert np.linalg.norm(apart) < 1e-6, "by 120 degrees clockwise, from 1 to 3"


def test_a_button_counts_as_pressed_once_fingers_feel_it_down_and_then_for_good() -> None:
    know, shown, told = HandsKnow(), scene(), aim(PRESS)
    over = tips(shown, "buttons", 0.0232, 0.0, 0.011)
    down = tips(shown, "buttons", 0.0232, 0.0, 0.0065)
    for hand, push, pressed in ((over, 0.0, False), (down, 0.2, False), (over, 2.0, False), (down, 2.4, True), (over, 0.0, True)):
        item = know.part(look(0.0, shown, {"left": hand}, pushed={"left": push}), told)
        assert item is not None
        assert know.done is pressed
        assert know.reached(look(0.0, shown, {"left": hand}), told, item) is pressed
    other = tips(shown, "buttons", -0.0232, 0.0, 0.0065)
    fresh = HandsKnow()
    fresh.part(look(0.0, shown, {"left": other}, pushed={"left": 9.0}), told)
    assert not fresh.done, "another button was pressed"


def test_a_lever_goes_over_when_fingers_have_come_past_its_middle_from_the_side_to_which_it_leaned() -> None:
    shown, told = unseen(scene(), FLIP.object), aim(FLIP)
    before, past = tips(shown, "switches", -0.030, 0.027, 0.011), tips(shown, "switches", -0.0105, 0.027, 0.011)
    know = HandsKnow()
    for hand, over in ((before, False), (past, True)):
        item = know.part(look(0.0, shown, {"left": hand}), told)
        assert item is not None
        assert know.reached(look(0.0, shown, {"left": hand}), told, item) is over
    wrong = HandsKnow()
    wrong.part(look(0.0, shown, {"left": tips(shown, "switches", 0.012, 0.027, 0.011)}), told)
    assert not wrong.done, "the hand came down on the other side"


def test_nothing_is_known_without_touch() -> None:
    hidden, told = unseen(scene(), SLIDE.object), aim(SLIDE)
    hand: dict = {"left": tips(hidden, "sliders", -0.03, 0.028, 0.006), "right": Pose((0.0, 0.0, 0.5))}
    item = HandsKnow().part(Look(0.0, hidden, hand), told)
    assert item == hidden[SLIDE.object]
