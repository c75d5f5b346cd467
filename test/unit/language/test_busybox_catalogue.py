"""The published catalogue in every layout, and places that are told by where parts are seen to be."""

from itertools import product

import numpy as np
import pytest
from busybox_scenes import BOX_SCENES, STATE, a_box, shuffled

from tandem.cell.plan import Question, TaskPlan
from tandem.cell.scene import Scene, SceneObject
from tandem.cell.scene_json import scene_from_json, scene_to_json
from tandem.language.parser import parse

SIDES = ("left", "right")
DIRECTIONS = {"away": "away", "closer": "closer", "to the left": "left", "to the right": "right"}


def catalogue() -> dict[str, tuple[str, ...]]:
    """Sentence to (verb, arm or empty, object, relation, setting)."""
    told: dict[str, tuple[str, ...]] = {}
    for colour in ("red", "blue", "green", "yellow"):
        told[f"Push the {colour} button."] = ("press", "", f"box/buttons/{colour}", "", "")
    for row, number in product(("top", "bottom"), "12345"):
        told[f"Move the {row} slider to position {number}."] = ("slide", "", f"box/sliders/{row}", "", number)
    for number in "123456":
        told[f"Turn the knob to position {number}."] = ("turn", "", "box/knob/knob", "", number)
    for row, state, side in product(("top", "bottom"), ("on", "off"), SIDES):
        told[f"Flip the {row} switch {state} with the {side} gripper."] = ("flip", side, f"box/switches/{row}", "", state)
    for colour in ("red", "black", "blue", "white"):
        told[f"Pull the {colour} wire."] = ("pull", "", f"box/wires/{colour}", "", "")
        told[f"Insert the {colour} wire."] = ("plug", "", f"box/wires/{colour}", "", "")
    for said, way in DIRECTIONS.items():
        told[f"Move the box {said}."] = ("move", "", "box", way, "")
    for way in ("clockwise", "counterclockwise"):
        told[f"Rotate the box {way}."] = ("rotate", "", "box", way, "")
    told["Return to the home position."] = ("home", "both", "", "", "")
    told["View the box from the top."] = ("view", "", "box", "", "")
    for verb, side in product(("Open", "Close"), SIDES):
        told[f"{verb} {side} gripper."] = (verb.lower(), side, "", "", "")
    for verb in ("Open", "Close"):
        told[f"{verb} both grippers."] = (verb.lower(), "both", "", "", "")
    for side, way in product(SIDES, SIDES):
        told[f"Move the {side} gripper to the {way}."] = ("move_hand", side, "", way, "")
    return told


CATALOGUE = catalogue()

WITH_A_HAND = ("Push", "Move the top", "Move the bottom", "Turn", "Pull", "Insert")


def what_holds(told: tuple[str, ...], scene: Scene) -> bool:
    verb, _, name, _, setting = told
    wanted = {"pull": "out", "plug": "in"}.get(verb, setting)
    return bool(wanted) and scene[name].state == wanted


def test_there_are_54() -> None:
    assert len(CATALOGUE) == 54


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("text", CATALOGUE)
def test_the_catalogue(text: str, seed: int) -> None:
    scene, told = shuffled(seed), CATALOGUE[text]
    parsed = parse(text, scene)
    assert isinstance(parsed, TaskPlan), parsed
    if what_holds(told, scene):
        assert parsed.steps == ()
        return
    (step,) = parsed.steps
    assert (step.verb, step.arm if told[1] else "", step.object, step.relation, step.setting) == told


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("text", [text for text in CATALOGUE if text.startswith(WITH_A_HAND)])
def test_with_a_hand_that_is_named(text: str, side: str) -> None:
    scene, told = BOX_SCENES["box"], CATALOGUE[text]
    for said in (f"{text[:-1]} with the {side} gripper.", f"With the {side} gripper, {text[0].lower()}{text[1:]}"):
        parsed = parse(said, scene)
        assert isinstance(parsed, TaskPlan), parsed
        assert [step.arm for step in parsed.steps] == ([] if what_holds(told, scene) else [side])


@pytest.mark.parametrize("text", CATALOGUE)
def test_what_a_step_says_can_be_said(text: str) -> None:
    """The words of a step are understood again, and mean the same."""
    scene = BOX_SCENES["box"]
    first = parse(text, scene)
    assert isinstance(first, TaskPlan)
    for step in first.steps:
        again = parse(step.text, scene)
        assert isinstance(again, TaskPlan), again
        assert again.steps == (step,)


def outermost(scene: Scene, category: str, axis: int, sign: float) -> list[str]:
    """Names in order; of sliders and switches not where the cap or lever is now, which says nothing of where they belong."""

    def key(item: SceneObject) -> float:
        return sign * item.pose.position[axis]

    return [item.name for item in sorted((item for item in scene if item.category == category), key=key)]


def gaps(scene: Scene, names: list[str], axis: int) -> np.ndarray:
    return np.abs(np.diff([scene[name].pose.position[axis] for name in names]))


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize(
    ("said", "axis", "sign", "index"),
    [
        ("the leftmost", 1, -1.0, 0),
        ("the rightmost", 1, 1.0, 0),
        ("the {} nearest to me", 0, 1.0, 0),
        ("the {} farthest from you", 0, -1.0, 0),
        ("the second {} from the left", 1, -1.0, 1),
        ("the 3rd {} from the right", 1, 1.0, 2),
    ],
)
def test_buttons_and_wires_by_place(said: str, axis: int, sign: float, index: int, seed: int) -> None:
    scene = shuffled(seed)
    for verb, category in (("press", "button"), ("pull", "wire")):
        names = outermost(scene, category, axis, sign)
        if gaps(scene, names, axis).min() < 0.007:
            continue
        what = said.format(category) if "{}" in said else f"{said} {category}"
        parsed = parse(f"{verb} {what}", scene)
        assert isinstance(parsed, TaskPlan), parsed
        meant = names[index]
        assert [step.object for step in parsed.steps] == ([] if scene[meant].state == "out" else [meant])


@pytest.mark.parametrize("seed", range(20))
def test_top_and_bottom_are_those_of_the_print(seed: int) -> None:
    scene = shuffled(seed)
    for row in ("top", "bottom"):
        for text, name in (
            (f"move the {row} slider one position further", f"box/sliders/{row}"),
            (f"flip the {row} switch", f"box/switches/{row}"),
            (f"press the {row} button", f"box/buttons/{'red' if row == 'top' else 'yellow'}"),
        ):
            parsed = parse(text, scene)
            if scene[name].state == "5":
                assert not isinstance(parsed, TaskPlan)
                continue
            assert isinstance(parsed, TaskPlan), parsed
            assert [step.object for step in parsed.steps] == [name]


def test_what_differs_too_little_by_place_is_asked_for() -> None:
    """The box turned by a quarter has its wires one behind the other: none is the leftmost."""
    parsed = parse("pull the leftmost wire", a_box(turned=np.pi / 2))
    assert isinstance(parsed, Question)
    assert len(parsed.candidates) == 4


def test_a_state_that_is_not_seen_is_set_but_not_counted_from() -> None:
    scene = a_box(now=STATE)
    hidden = Scene(0.0, tuple(SceneObject(**{**vars(item), "state": ""}) for item in scene))
    absolute, relative = (parse(f"turn the knob {how}", hidden) for how in ("to position 3", "one position clockwise"))
    assert isinstance(absolute, TaskPlan)
    assert [step.setting for step in absolute.steps] == ["3"]
    assert not isinstance(relative, TaskPlan)


def test_scenes_with_a_box_come_back_from_json_as_they_were() -> None:
    assert scene_from_json(scene_to_json(BOX_SCENES["box"])) == BOX_SCENES["box"]
