"""The suites of the BusyBox."""

from collections.abc import Sequence

import pytest
from made_up_reports import made_up

from tandem.learning.evaluation.conditions import unmet
from tandem.learning.evaluation.recording import Recording
from tandem.learning.evaluation.report import eval_report
from tandem.learning.evaluation.tasks import is_randomised, load_suite, suitable_scene, varied
from tandem.learning.reports.compare import compare
from tandem.learning.reports.page import eval_page

SUITES = ("busybox-canonical", "busybox-semi", "busybox-full")
PUBLISHED = ["push_button", "pull_wire", "move_slider", "turn_knob", "flip_switch", "move_box"]


@pytest.mark.parametrize("suite", SUITES)
def test_the_published_six_count_and_the_rest_is_apart(suite: str) -> None:
    tasks = load_suite(suite)
    assert [task.name for task in tasks if not task.apart] == PUBLISHED
    assert {task.name: task.limit_s for task in tasks} == dict.fromkeys([*PUBLISHED, "rotate_box"], 30.0) | {"insert_wire": 45.0}
    assert {task.scene for task in tasks} == {suite.replace("-", "_")}
    assert is_randomised(suite)
    assert not is_randomised("tabletop")


@pytest.mark.parametrize("suite", SUITES)
def test_episodes_begin_with_the_goal_to_do_and_nothing_else_wrong(suite: str) -> None:
    for task in load_suite(suite):
        for index in range(4):
            episode = varied(task, 37, index)
            start = Recording.at_start(suitable_scene(episode, 37, index))
            goal, *others = (unmet(condition, start) for condition in episode.success)
            assert goal
            assert not any(others)


def test_the_shoved_suite_has_what_is_done_on_parts_of_a_shuffled_box() -> None:
    tasks = load_suite("busybox-shoved")
    assert [task.name for task in tasks] == [*PUBLISHED[:-1], "insert_wire"]
    assert {(task.scene, task.shove_m) for task in tasks} == {("busybox_full", 0.05)}
    assert {task.shove_m for task in load_suite("busybox-full")} == {0.0}


def test_all_ways_of_saying_come_with_all_things_that_are_meant() -> None:
    pushed = {varied(load_suite("busybox-full")[0], 1, index).instruction for index in range(300)}
    assert {f"Push the {colour} button." for colour in ("red", "blue", "green", "yellow")} <= pushed
    assert "Push the red button with the left gripper." in pushed
    moved = {varied(load_suite("busybox-full")[5], 1, index).instruction for index in range(100)}
    assert {"Move the box away.", "Move the box closer.", "Move the box to the left.", "Move the box to the right."} <= moved


def test_what_is_apart_is_told_and_not_counted() -> None:
    def row(task: str, success: bool, apart: bool) -> dict[str, object]:
        told: dict[str, object] = {"task": task, "instruction": "", "success": success, "unintended_contacts": 0}
        return told | {"interventions": 0, "duration_s": 4.0, "time_to_success_s": 3.0 if success else None, "apart": apart}

    rows: Sequence[dict[str, object]] = [
        *(row("push_button", True, False) for _ in range(4)),
        *(row("insert_wire", False, True) for _ in range(4)),
    ]
    report = eval_report("busybox-full", "skills", 37, list(rows), 1.0)
    assert report["success_rate"] == 1.0
    assert report["tasks"]["insert_wire"]["rate"] == 0.0
    assert report["tasks"]["insert_wire"]["apart"]
    assert not report["tasks"]["push_button"]["apart"]
    assert report["tasks"]["push_button"]["median_time_to_success_s"] == 3.0
    assert report["tasks"]["insert_wire"]["median_time_to_success_s"] is None


def test_pages_and_comparisons_leave_out_what_is_apart() -> None:
    rows = [{**row, "apart": row["task"] == "insert_the_peg"} for row in made_up(n=10)["episodes"]]
    report = eval_report("busybox-full", "skills", 0, rows, 1.0)
    successes = sum(row["success"] for row in rows if not row["apart"])
    page = eval_page(report)
    assert f"<b>{successes} of 20</b> episodes succeeded" in page
    assert "10 more are counted apart" in page
    assert compare([report, report], ["one", "other"]).entries[1].whole.share.n == 20
