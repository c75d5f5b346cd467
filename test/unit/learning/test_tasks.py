from pathlib import Path

import pytest

from tandem.cell import description
from tandem.learning.evaluation import tasks
from tandem.learning.evaluation.conditions import KINDS, unmet
from tandem.learning.evaluation.recording import Recording
from tandem.learning.evaluation.seeds import episode_seed
from tandem.learning.evaluation.tasks import load_suite, suitable_scene, suite_names


def test_every_suite_loads_and_its_scenes_have_what_it_talks_about() -> None:
    assert "tabletop" in suite_names()
    for suite in suite_names():
        for task in load_suite(suite):
            scene = suitable_scene(task, 0, 0)
            assert scene.name == task.scene
            assert task.success
            assert all(condition.kind in KINDS for condition in task.success)


def test_scenes_of_a_task_differ_and_can_be_repeated() -> None:
    task = load_suite("tabletop")[0]
    seeds = [suitable_scene(task, 7, index).seed for index in range(10)]
    assert len(set(seeds)) == 10
    assert seeds[3] == suitable_scene(task, 7, 3).seed


def test_no_scene_has_the_task_done_already() -> None:
    task = next(task for task in load_suite("tabletop") if task.name == "green_cube_left_of_red")
    scenes = [suitable_scene(task, 0, index) for index in range(20)]
    assert all(unmet(task.success[0], Recording.at_start(scene)) for scene in scenes)
    first_tries = [episode_seed(0, task.name, index) for index in range(20)]
    assert [scene.seed for scene in scenes] != first_tries


def test_says_what_is_wrong_with_a_suite(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeyError, match="tabletop"):
        load_suite("no_such_suite")
    entry = {"instruction": "Go", "scene": "tabletop", "success": [{"rests_inn": {"object": "red_cube"}}]}
    monkeypatch.setattr(description, "settings", lambda name: {"tasks": {"wrong": entry}})
    monkeypatch.setattr(tasks, "suite_names", lambda: ("mine",))
    with pytest.raises(ValueError, match="task wrong: rests_inn"):
        load_suite("mine")
    entry |= {"success": [{"rests_on": {"object": "red_cube", "support": "green_cube"}}], "demonstrations": 0}
    with pytest.raises(ValueError, match="task wrong: demonstrations must be a whole number"):
        load_suite("mine")


def test_a_requirement_that_no_scene_meets_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    task = load_suite("tabletop")[2]
    assert task.requires
    monkeypatch.setattr(tasks, "can_reach", lambda arm, place: False)
    with pytest.raises(RuntimeError, match="no suitable scene"):
        suitable_scene(task, 0, 0)


def test_suites_are_files() -> None:
    assert Path(str(tasks.paths.config("tasks/tabletop.yaml"))).is_file()
