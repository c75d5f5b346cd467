import pytest

from tandem.cell.plan import TaskPlan
from tandem.language.parser import parse
from tandem.learning.evaluation.scenes import as_perceived, scene_for_instruction, seed_with_work
from tandem.learning.evaluation.tasks import load_suite, suitable_scene
from tandem.sim.scenes import scene_for


@pytest.mark.parametrize(
    ("text", "scene"),
    [
        ("Put the red cube in the blue bin.", "tabletop"),
        ("Pick up the cube.", "tabletop"),
        ("Lift the tray with both hands and hold it.", "tabletop_tray"),
        ("Raise the platter.", "tabletop_tray"),
        ("Juggle three chainsaws.", "tabletop"),
        ("Turn the knob to position 5.", "busybox_canonical"),
        ("Move the box to the left.", "busybox_canonical"),
        ("Push the box closer.", "busybox_canonical"),
        ("Put the red box in the blue bin.", "tabletop"),
        ("Pick up the box.", "tabletop"),
    ],
)
def test_a_sentence_gets_a_scene_in_which_it_can_be_done(text: str, scene: str) -> None:
    assert scene_for_instruction(text, seed=4) == scene


def test_a_sentence_gets_a_seed_that_leaves_something_to_do() -> None:
    name = scene_for_instruction("Plug the red wire in.")
    seed = seed_with_work("Plug the red wire in.", name)
    assert state_of("box/wires/red", name, seed) == "out"
    assert all(state_of("box/wires/red", name, earlier) == "in" for earlier in range(seed))
    assert seed_with_work("Pull the red wire out.", name) == 0 or state_of("box/wires/red", name, 0) == "out"
    assert seed_with_work("Lift the tray with both hands and hold it.", "tabletop_tray") == 0
    assert seed_with_work("Juggle three chainsaws.", "tabletop") == 0


def state_of(part: str, name: str, seed: int) -> str:
    return next(item.state for item in as_perceived(scene_for(name, seed)) if item.name == part)


def test_names_are_those_that_perception_gives() -> None:
    assert "tray" in as_perceived(scene_for("tabletop_tray", 1))
    names = [item.name for item in as_perceived(scene_for("tabletop", 1))]
    assert names == sorted(names)
    assert "red_cube" in names


def test_every_task_of_a_suite_is_understood_as_a_plan() -> None:
    for task in load_suite("tabletop"):
        for index in range(5):
            assert isinstance(parse(task.instruction, as_perceived(suitable_scene(task, 1, index))), TaskPlan), task.name
