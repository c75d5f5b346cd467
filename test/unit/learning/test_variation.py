"""Ways in which a task is said, and things that it is about."""

from collections import Counter

import pytest

from tandem.cell.plan import Step, TaskPlan
from tandem.cell.scene import Scene
from tandem.language.parser import parse
from tandem.learning.evaluation import tasks
from tandem.learning.evaluation.plan_checks import conditions_of
from tandem.learning.evaluation.scenes import as_perceived
from tandem.learning.evaluation.tasks import Task, load_suite, suitable_scene, varied
from tandem.learning.evaluation.variation import said, variants_of, wordings_of
from tandem.sim.scenes import SceneSpec

SUITE = load_suite("tabletop")


def variant(task: Task, number: int, wording: int = 0) -> Task:
    return tasks._task(task.name, task.source, wordings_of(task.source)[wording], variants_of(task.source)[number])


def plan(text: str, scene: Scene) -> tuple[Step, ...]:
    parsed = parse(text, scene)
    assert isinstance(parsed, TaskPlan), f"{text}: {parsed}"
    return parsed.steps


def meant(steps: tuple[Step, ...], scene: SceneSpec) -> tuple[object, ...]:
    """What is to be done, whichever arm does it and in whichever order, where nothing is said of that."""
    ends = [
        (found.kind, {key: value for key, value in found.arguments.items() if key != "hands"})
        for found in conditions_of(steps, scene)
    ]
    return sorted((step.verb, step.object, step.relation, step.target) for step in steps), ends


@pytest.mark.parametrize("task", SUITE, ids=[task.name for task in SUITE])
def test_every_wording_means_the_same(task: Task) -> None:
    for number in range(len(variants_of(task.source))):
        ordinary = variant(task, number)
        scene = suitable_scene(ordinary, 3, number)
        wanted = meant(plan(ordinary.instruction, as_perceived(scene)), scene)
        for wording in range(1, len(wordings_of(task.source))):
            text = variant(task, number, wording).instruction
            assert meant(plan(text, as_perceived(scene)), scene) == wanted, text


@pytest.mark.parametrize("task", SUITE, ids=[task.name for task in SUITE])
def test_about_a_fifth_is_held_out(task: Task) -> None:
    for kinds in (wordings_of(task.source), variants_of(task.source)):
        share = sum(kind.held_out for kind in kinds) / len(kinds)
        assert len(kinds) == 1 or 0.1 <= share <= 0.3, (task.name, share)


@pytest.mark.parametrize("task", SUITE, ids=[task.name for task in SUITE])
def test_what_is_held_out_is_never_demonstrated_and_always_evaluated(task: Task) -> None:
    demonstrated = [varied(task, 1, index, "collect/", held_out=False) for index in range(200)]
    assert not any(one.wording.held_out or one.variant.held_out for one in demonstrated)
    shown = [kind for kind in wordings_of(task.source) if not kind.held_out]
    assert {one.wording.text for one in demonstrated} == {kind.text for kind in shown}
    evaluated = [varied(task, 1, index) for index in range(400)]
    counts = Counter(kind for one in evaluated for kind in one.told["held_out"])
    assert 0.1 <= counts["wording"] / 400 <= 0.3
    if len(variants_of(task.source)) > 1:
        assert 0.08 <= counts["variant"] / 400 <= 0.35


def test_a_variant_is_the_same_in_words_and_in_conditions() -> None:
    task = next(task for task in SUITE if task.name == "hand_over_blue_cube")
    mirrored = next(
        variant(task, number) for number, found in enumerate(variants_of(task.source)) if found.slots["giver"] == "right"
    )
    assert mirrored.instruction == "Hand the blue cube from the right hand to the left and put it in the bin on the left."
    assert mirrored.success[1].arguments == {"object": "blue_cube", "container": {"category": "bin", "side": "left"}}
    assert mirrored.requires[0].arguments == {"arm": "right", "object": "blue_cube"}
    assert mirrored.told["variant"] == {"object": "blue_cube", "giver": "right", "taker": "left"}


def test_combinations_of_equals_are_left_out() -> None:
    entry = {"instruction": "", "slots": {"a": ["x", "y"], "b": ["x", "y", "z"]}, "different": ["a", "b"]}
    assert [(found.slots["a"], found.slots["b"]) for found in variants_of(entry)] == [
        ("x", "y"),
        ("x", "z"),
        ("y", "x"),
        ("y", "z"),
    ]
    assert said("Put {a} there.", {"a": "red_cube"}) == "Put red cube there."


def test_says_what_is_wrong_with_a_slot() -> None:
    entry = {"instruction": "Take {it}.", "scene": "tabletop", "success": [{"rests_on_table": {"object": "red_cube"}}]}
    with pytest.raises(ValueError, match="task t: nothing is said of the slot 'it'"):
        tasks._ordinary("t", entry)
    kept_back = {"slots": {"it": ["red_cube"]}, "held_out": {"variants": [{"it": "red_cube"}]}}
    with pytest.raises(ValueError, match="nothing is left"):
        tasks._ordinary("t", entry | kept_back)
