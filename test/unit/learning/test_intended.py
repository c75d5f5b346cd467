from made_up import at_rest, grip, moved, spec, tabletop, touch, with_contacts

from tandem.cell.plan import Step
from tandem.learning.evaluation.intended import StepWindow, unintended
from tandem.learning.evaluation.recording import Recording

SCENE = tabletop()
PICK = StepWindow(Step("pick", "left", object="red_cube"), 1.0, 4.0)
PLACE = StepWindow(Step("place", "left", object="red_cube", target="blue_bin", relation="in"), 4.0, 10.0)
PLAN = [PICK, PLACE]


def clean_run() -> Recording:
    x, y, _ = spec(SCENE, "blue_bin").pose.position
    recording = moved(at_rest(SCENE), "red_cube", (0.4, 0.0, 0.2), 2.5, 6.0)
    recording = moved(recording, "red_cube", (x, y, 0.026), 6.0)
    recording = Recording(
        recording.scene,
        recording.times,
        recording.joints,
        recording.poses,
        tuple(event for event in recording.contacts if "red_cube" not in (event.first, event.second)),
    )
    return with_contacts(
        recording,
        touch("red_cube", "table", 0.0, 2.5),
        *grip("left", "red_cube", 2.0, 6.0),
        touch("blue_bin", "red_cube", 6.0, 10.0),
    )


def texts(recording: Recording) -> list[str]:
    return [entry.text for entry in unintended(recording, PLAN)]


def test_a_clean_run_has_none() -> None:
    assert texts(clean_run()) == []


def test_robot_links_may_touch_nothing_else() -> None:
    for other in ("table", "blue_bin", "green_cube", "right_forearm_link"):
        run = with_contacts(clean_run(), touch("left_finger_a_link", other, 5.0, 5.1))
        assert len(texts(run)) == 1, other
    arm = with_contacts(clean_run(), touch("left_wrist_1_link", "red_cube", 2.2, 2.3))
    assert len(texts(arm)) == 1


def test_fingers_may_not_touch_the_object_before_its_step() -> None:
    early = with_contacts(clean_run(), touch("left_finger_b_link", "red_cube", 0.5, 0.6))
    wrong_hand = with_contacts(clean_run(), touch("right_finger_b_link", "red_cube", 3.0, 3.1))
    assert len(texts(early)) == len(texts(wrong_hand)) == 1


def test_what_is_carried_counts_as_part_of_the_robot() -> None:
    run = with_contacts(clean_run(), touch("green_cube", "red_cube", 4.5, 4.6))
    assert texts(run) == ["green_cube touched red_cube with 1.0 N"]


def test_a_slip_of_a_finger_is_no_new_contact() -> None:
    home = [PICK, StepWindow(Step("home", "left"), 4.0, 10.0)]
    run = with_contacts(
        at_rest(SCENE),
        *grip("left", "red_cube", 2.0, 5.0),
        touch("left_finger_a_link", "red_cube", 5.15, 8.0),
    )
    assert unintended(run, home) == ()
    let_go = with_contacts(at_rest(SCENE), *grip("left", "red_cube", 2.0, 5.0), touch("left_finger_a_link", "red_cube", 7.0, 8.0))
    assert len(unintended(let_go, home)) == 1


def test_bystanders_may_not_be_moved() -> None:
    x, y, z = spec(SCENE, "green_cube").pose.position
    assert texts(moved(clean_run(), "green_cube", (x + 0.012, y, z), 5.0)) == ["green_cube was moved by 12 mm"]
    assert texts(moved(clean_run(), "green_cube", (x + 0.008, y, z), 5.0)) == []
    x, y, z = spec(SCENE, "blue_bin").pose.position
    assert texts(moved(clean_run(), "blue_bin", (x + 0.012, y, z), 5.0)) == ["blue_bin was moved by 12 mm"]


def test_a_hand_over_names_both_hands() -> None:
    hand_over = StepWindow(Step("hand_over", "left", object="red_cube", target="right"), 4.0, 10.0)
    recording = with_contacts(at_rest(SCENE), *grip("left", "red_cube", 2.0, 7.0), *grip("right", "red_cube", 6.0, 9.0))
    assert unintended(recording, [PICK, hand_over]) == ()
    fingers = with_contacts(recording, touch("left_finger_a_link", "right_finger_a_link", 6.5, 6.6))
    assert len(unintended(fingers, [PICK, hand_over])) == 1
