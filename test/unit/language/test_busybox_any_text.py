"""Whatever is said where there is a BusyBox: no exception, no plan that can't be, nothing forbidden; cubes are as before."""

import pytest
from any_text import DENIALS, NONSENSE, check, check_denied, check_senseless_end
from busybox_scenes import BOX_SCENES, a_box
from hypothesis import given, settings
from hypothesis import strategies as st
from language_scenes import SCENES
from sentence_tables import Group, ordered, table

from tandem.cell.busybox.parts import part_named
from tandem.cell.plan import Question, Refusal, Step, TaskPlan
from tandem.cell.scene import Scene
from tandem.language.lexicon import lexicon_with_box
from tandem.language.parser import parse

DENIED_IN_PART = (", but ", "the left arm ")
"""What follows ``but`` isn't denied with what stands before; of a hand that acts only the hand is denied."""

ORDERED = ordered(table("busybox_sentences.yaml"))

COMMON = (
    "press", "pull", "turn", "slide", "flip", "move", "insert", "the", "red", "blue", "top", "bottom", "button", "slider", "knob",
    "switch", "wire", "box", "to", "3", "on", "off", "position", "left", "right", "clockwise", "and", "then", "it", "all", "with",
    "hand", ",", ".", "not", "one", "two",
)  # fmt: skip
words = st.sampled_from(sorted(lexicon_with_box().vocabulary))
salad = st.lists(st.one_of(st.sampled_from(COMMON), st.sampled_from(COMMON), words), max_size=20).map(" ".join)
scenes = st.sampled_from(sorted(BOX_SCENES)).map(BOX_SCENES.__getitem__)

SETTINGS = {"slide": tuple("12345"), "turn": tuple("123456"), "flip": ("on", "off")}
MODULES = {"press": "buttons", "slide": "sliders", "turn": "knob", "flip": "switches", "pull": "wires", "plug": "wires"}


def check_box_step(step: Step, states: dict[str, str]) -> None:
    """A step on the box is whole, of the right part, and changes something."""
    match step.verb:
        case "press" | "slide" | "turn" | "flip" | "pull" | "plug":
            assert part_named(step.object).module == MODULES[step.verb]
            assert step.arm in ("left", "right")
            assert step.relation == step.target == ""
            assert (step.setting in SETTINGS[step.verb]) if step.verb in SETTINGS else step.setting == ""
            after = {"pull": "out", "plug": "in", "press": "up"}.get(step.verb, step.setting)
            assert step.verb == "press" or states[step.object] != after
            states[step.object] = after
        case "move":
            assert (step.object, step.relation in ("away", "closer", "left", "right")) == ("box", True)
        case "rotate":
            assert (step.object, step.relation in ("clockwise", "counterclockwise")) == ("box", True)
        case "move_hand":
            assert step.arm in ("left", "right")
            assert step.relation in ("away", "closer", "left", "right")


def check_with_box(text: str, scene: Scene) -> None:
    parsed = check(text, scene)
    if isinstance(parsed, TaskPlan):
        states = {item.name: item.state for item in scene}
        for step in parsed.steps:
            check_box_step(step, states)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(text=salad, scene=scenes)
def test_any_words(text: str, scene: Scene) -> None:
    check_with_box(text, scene)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(orders=st.lists(st.sampled_from(ORDERED), min_size=1, max_size=3), scene=scenes)
def test_any_orders_after_one_another(orders: list[tuple[str, str]], scene: Scene) -> None:
    check_with_box(", then ".join(text for _, text in orders), scene)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(order=st.sampled_from(ORDERED), nonsense=st.sampled_from((*NONSENSE, "unless it is red", "to 3 or 4")))
def test_an_order_with_a_senseless_end_is_refused_whole(order: tuple[str, str], nonsense: str) -> None:
    scene, text = order
    check_senseless_end(text, nonsense, BOX_SCENES[scene])


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    order=st.sampled_from(ORDERED).filter(lambda order: not any(words in order[1] for words in DENIED_IN_PART)),
    denial=st.sampled_from(DENIALS),
)
def test_an_order_that_is_denied_is_not_carried_out(order: tuple[str, str], denial: str) -> None:
    scene, text = order
    check_denied(text, denial, BOX_SCENES[scene])


SPEAK_OF_BUTTONS = ("press the green button",)


@pytest.mark.parametrize("group", table("sentences.yaml"), ids=lambda group: f"{group['scene']}: {group['say'][0]}")
def test_sentences_about_other_things_are_as_before(group: Group) -> None:
    """A box that stands out of reach changes nothing of what becomes of them."""
    scene = SCENES[group["scene"]]
    with_box = Scene(scene.stamp, (*scene.objects, *a_box(at=(0.85, 0.75)).objects))
    for text in group["say"]:
        before, now = parse(text, scene), parse(text, with_box)
        assert type(before) is type(now), (text, before, now)
        if isinstance(before, TaskPlan) and isinstance(now, TaskPlan):
            assert before.steps == now.steps
        if isinstance(before, Question) and isinstance(now, Question):
            assert set(before.candidates) <= set(now.candidates) <= {*before.candidates, "box"}
        if isinstance(before, Refusal) and isinstance(now, Refusal) and text not in SPEAK_OF_BUTTONS:
            assert before.code == now.code
