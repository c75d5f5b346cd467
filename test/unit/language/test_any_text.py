"""Whatever is said: no exception, no plan that can't be, no plan for what was forbidden."""

from any_text import DENIALS, NONSENSE, check, check_denied, check_senseless_end
from hypothesis import given, settings
from hypothesis import strategies as st
from language_scenes import SCENES
from sentence_tables import ordered, said, table

from tandem.cell.plan import Refusal
from tandem.cell.scene import Scene
from tandem.language.lexicon import lexicon
from tandem.language.parser import MOST_WORDS, parse

GROUPS = table("sentences.yaml")
ORDERED = ordered(GROUPS)

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


@settings(max_examples=250, deadline=None, derandomize=True)
@given(text=st.text(max_size=200), scene=scenes)
def test_any_characters(text: str, scene: Scene) -> None:
    check(text, scene)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(text=salad, scene=scenes)
def test_any_words(text: str, scene: Scene) -> None:
    check(text, scene)


@settings(max_examples=250, deadline=None, derandomize=True)
@given(orders=st.lists(st.sampled_from(said(GROUPS)), min_size=1, max_size=3), scene=scenes)
def test_any_orders_after_one_another(orders: list[tuple[str, str]], scene: Scene) -> None:
    check(", then ".join(text for _, text in orders), scene)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(order=st.sampled_from(ORDERED), nonsense=st.sampled_from(NONSENSE))
def test_an_order_with_a_senseless_end_is_refused_whole(order: tuple[str, str], nonsense: str) -> None:
    scene, text = order
    check_senseless_end(text, nonsense, SCENES[scene])


@settings(max_examples=200, deadline=None, derandomize=True)
@given(order=st.sampled_from(ORDERED), denial=st.sampled_from(DENIALS))
def test_an_order_that_is_denied_is_not_carried_out(order: tuple[str, str], denial: str) -> None:
    scene, text = order
    check_denied(text, denial, SCENES[scene])


def test_the_same_words_give_the_same_plan() -> None:
    for scene, text in ORDERED[::7]:
        assert parse(text, SCENES[scene]) == parse(text.upper(), SCENES[scene]).__class__(text, parse(text, SCENES[scene]).steps)


def test_endless_texts_are_refused() -> None:
    parsed = parse("put the red cube in the blue bin and " * MOST_WORDS, SCENES["tabletop"])
    assert isinstance(parsed, Refusal)
    assert parsed.code == "not_understood"
