"""Whatever is said: no exception, no plan that can't be, no plan for what was forbidden."""

from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from language_scenes import SCENES

from tandem.cell.plan import Question, Refusal, TaskPlan
from tandem.cell.relations import RELATIONS, TABLE
from tandem.cell.scene import Scene
from tandem.language.lexicon import lexicon
from tandem.language.parser import MOST_WORDS, parse

GROUPS = yaml.safe_load((Path(__file__).parent / "sentences.yaml").read_text(encoding="utf-8"))
SAID = [(group["scene"], text) for group in GROUPS for text in group["say"]]
ORDERED = [(group["scene"], text) for group in GROUPS if group.get("plan") for text in group["say"]]

words = st.sampled_from(sorted(lexicon().vocabulary))
COMMON = (
    "put",
    "the",
    "red",
    "green",
    "blue",
    "cube",
    "bin",
    "left",
    "right",
    "hand",
    "in",
    "on",
    "to",
    "of",
    "and",
    "then",
    "it",
    "all",
)
common = st.sampled_from((*COMMON, "with", ",", ".", "not", "lift", "hold"))
salad = st.lists(st.one_of(common, common, words), max_size=30).map(" ".join)
scenes = st.sampled_from(sorted(SCENES)).map(SCENES.__getitem__)


def check_plan(plan: TaskPlan, scene: Scene) -> None:
    """Every step is whole, names what is there, and can follow the one before."""
    held: dict[str, str] = {item.name: item.held_by for item in scene}
    for step in plan.steps:
        assert step.text
        assert step.object == "" or step.object in scene
        assert step.target in ("", TABLE, "left", "right") or step.target in scene
        assert step.object != step.target or not step.object
        match step.verb:
            case "pick":
                assert step.arm in ("left", "right")
                assert step.arm not in held.values()
                assert not held[step.object]
                held[step.object] = step.arm
            case "place":
                assert step.relation in RELATIONS
                assert held[step.object] == step.arm
                held[step.object] = ""
            case "hand_over":
                assert held[step.object] == step.arm
                assert {step.arm, step.target} == {"left", "right"}
                assert step.target not in held.values()
                held[step.object] = step.target
            case "lift":
                held[step.object] = step.arm
            case "hold" | "give":
                assert held[step.object] == step.arm
            case "home" | "open" | "close":
                assert step.object == step.target == ""


def check(text: str, scene: Scene) -> None:
    parsed = parse(text, scene)
    assert parsed.instruction == text
    if isinstance(parsed, TaskPlan):
        check_plan(parsed, scene)
    elif isinstance(parsed, Question):
        assert parsed.question.endswith("?")
        assert parsed.candidates
    else:
        assert isinstance(parsed, Refusal)
        assert parsed.reason


@settings(max_examples=250, deadline=None, derandomize=True)
@given(text=st.text(max_size=200), scene=scenes)
def test_any_characters(text: str, scene: Scene) -> None:
    check(text, scene)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(text=salad, scene=scenes)
def test_any_words(text: str, scene: Scene) -> None:
    check(text, scene)


@settings(max_examples=250, deadline=None, derandomize=True)
@given(said=st.lists(st.sampled_from(SAID), min_size=1, max_size=3), scene=scenes)
def test_any_orders_after_one_another(said: list[tuple[str, str]], scene: Scene) -> None:
    check(", then ".join(text for _, text in said), scene)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    said=st.sampled_from(ORDERED),
    nonsense=st.sampled_from(["flarb", "and zorgle it", "if it rains", "while whistling", "or maybe not", "at noon"]),
)
def test_an_order_with_a_senseless_end_is_refused_whole(said: tuple[str, str], nonsense: str) -> None:
    scene, text = said
    parsed = parse(f"{text.rstrip('.!?')} {nonsense}", SCENES[scene])
    assert not isinstance(parsed, TaskPlan), parsed


@settings(max_examples=200, deadline=None, derandomize=True)
@given(said=st.sampled_from(ORDERED), denial=st.sampled_from(["do not", "don't", "never", "you must not", "please do not"]))
def test_an_order_that_is_denied_is_not_carried_out(said: tuple[str, str], denial: str) -> None:
    scene, text = said
    plain = parse(text, SCENES[scene])
    parsed = parse(f"{denial} {text[:1].lower()}{text[1:]}", SCENES[scene])
    if isinstance(parsed, TaskPlan) and isinstance(plain, TaskPlan) and parsed.steps:
        assert parsed.steps[0] != plain.steps[0]
        assert len(parsed.steps) < len(plain.steps)


def test_the_same_words_give_the_same_plan() -> None:
    for scene, text in ORDERED[::7]:
        assert parse(text, SCENES[scene]) == parse(text.upper(), SCENES[scene]).__class__(text, parse(text, SCENES[scene]).steps)


def test_endless_texts_are_refused() -> None:
    parsed = parse("put the red cube in the blue bin and " * MOST_WORDS, SCENES["tabletop"])
    assert isinstance(parsed, Refusal)
    assert parsed.code == "not_understood"
