from typing import Any

from tandem.learning.reports.causes import causes, general


def failed(task: str, unmet: str, ending: str, reason: str) -> dict[str, Any]:
    return {
        "task": task,
        "success": False,
        "failure": f"{unmet} ({ending}: {reason})",
        "unmet": unmet,
        "reason": reason,
        "ending": ending,
        "perceived_success": ending == "done",
    }


def test_numbers_colours_and_sides_are_left_open() -> None:
    one = general("the left arm is 23.5 mm from red_cube, not 10")
    assert one == general("the right arm is -4 mm from blue_cube, not 1e-3")
    assert "…" in one


def test_parts_of_a_busybox_are_told_by_their_kind() -> None:
    assert general("box/wires/red is in, not out") == general("box/wires/black is in, not out") == "a wire is in, not out"
    assert general("box/switches/top is on, not off") == "a switch is on, not off"
    assert general("box/knob/knob is 2, not 5") == "a knob is …, not …"
    assert general("left_finger_a_link touched box/wires/blue/top") == "one_finger_a_link touched a wire"


def test_the_same_thing_said_of_other_objects_is_one_kind() -> None:
    rows = [
        failed("a", "red_cube is 41 mm off", "step_failed", "no grasp of the red cube after 3 attempts"),
        failed("b", "blue_cube is 9 mm off", "step_failed", "no grasp of the blue cube after 2 attempts"),
        failed("a", "red_cube is 41 mm off", "stopped", "force: 43 N on the left wrist"),
        {"task": "a", "success": True, "failure": ""},
    ]
    first, second = causes(rows)
    assert (len(first.rows), first.tasks, first.noticed) == (2, {"a": 1, "b": 1}, True)
    assert first.words == "step failed: no grasp of the cube after … attempts"
    assert second.words == "stopped: force: … N on the one wrist"


def test_what_the_cell_believes_to_be_done_is_told_by_what_is_wrong_in_the_world() -> None:
    (cause,) = causes([failed("a", "red_cube is 41 mm off", "done", "")])
    assert (cause.words, cause.noticed) == ("cube is … mm off".replace("cube", "cube"), False)
    assert cause.as_json()["example"] == "red_cube is 41 mm off (done: )"


def test_rows_of_older_reports_and_those_that_broke_off_have_a_cause_as_well() -> None:
    rows = [
        {"task": "a", "success": False, "failure": "broke off: KeyError('x')"},
        {"task": "b", "success": False, "failure": "it fell"},
    ]
    assert [cause.words for cause in causes(rows)] == ["broke off: KeyError('x')", "it fell"]
