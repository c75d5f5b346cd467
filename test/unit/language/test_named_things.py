"""Sentences about things that a detector named: their words are nouns where the scene has them."""

import pytest
from language_scenes import SCENES, a_bin, a_cube

from tandem.cell.plan import Question, Refusal, TaskPlan
from tandem.cell.pose import Pose
from tandem.cell.scene import Scene, SceneObject
from tandem.language.lexicon import lexicon, lexicon_for
from tandem.language.parser import parse


def named(category: str, colour: str, x: float, y: float, size: tuple[float, float, float]) -> SceneObject:
    return SceneObject(f"{colour}_{category}", category, colour, Pose((x, y, size[2] / 2)), size, on="table")


SCENE = Scene(
    0.0,
    (
        a_cube("red", 0.40, 0.08),
        a_bin("blue", 0.42, 0.28),
        named("screwdriver", "yellow", 0.40, -0.10, (0.12, 0.03, 0.03)),
        named("coffee_mug", "white", 0.50, 0.10, (0.07, 0.07, 0.09)),
        named("battery", "black", 0.33, 0.0, (0.05, 0.015, 0.015)),
        named("battery", "red", 0.33, -0.2, (0.05, 0.015, 0.015)),
        named("plate", "white", 0.52, -0.25, (0.2, 0.2, 0.02)),
        named("bolt", "grey", 0.28, 0.1, (0.05, 0.015, 0.015)),
    ),
)


def steps(text: str, scene: Scene = SCENE) -> list[tuple[str, str, str, str]]:
    parsed = parse(text, scene)
    assert isinstance(parsed, TaskPlan), (text, parsed)
    return [(step.verb, step.object, step.relation, step.target) for step in parsed.steps]


@pytest.mark.parametrize(
    ("text", "thing", "relation", "target"),
    [
        ("put the screwdriver in the blue bin", "yellow_screwdriver", "in", "blue_bin"),
        ("Put the coffee-mug next to the screwdriver.", "white_coffee_mug", "next_to", "yellow_screwdriver"),
        ("place the white coffee mug on the plate", "white_coffee_mug", "on", "white_plate"),
        ("put the mug on the plate", "white_coffee_mug", "on", "white_plate"),
        ("put the red battery to the left of the mug", "red_battery", "left_of", "white_coffee_mug"),
        ("put the screwdrver into the bin", "yellow_screwdriver", "in", "blue_bin"),
        ("move the yellow one to the bin", "yellow_screwdriver", "in", "blue_bin"),
        ("put the red cube on the plate", "red_cube", "on", "white_plate"),
    ],
)
def test_a_named_thing_is_moved_and_told_apart_like_any_other(text: str, thing: str, relation: str, target: str) -> None:
    assert steps(text) == [("pick", thing, "", ""), ("place", thing, relation, target)]


def test_several_of_them() -> None:
    placed = [step for step in steps("put both batteries in the bin") if step[0] == "place"]
    assert sorted(placed) == [("place", "black_battery", "in", "blue_bin"), ("place", "red_battery", "in", "blue_bin")]
    asked = parse("pick up the battery", SCENE)
    assert isinstance(asked, Question)
    assert set(asked.candidates) == {"black_battery", "red_battery"}


def test_the_scenes_word_goes_before_the_grammars() -> None:
    """A bolt is another word for a peg where no bolt is seen."""
    assert steps("pick up the bolt") == [("pick", "grey_bolt", "", "")]
    assert lexicon().tables["nouns"].match(("bolt",), 0) == [("peg", 1)]
    assert lexicon_for(SCENE).tables["nouns"].match(("bolt",), 0) == [("bolt", 1)]


def test_what_is_too_wide_for_a_hand_is_refused_with_its_width() -> None:
    parsed = parse("pick up the plate", SCENE)
    assert isinstance(parsed, Refusal)
    assert parsed.code == "impossible"
    assert "20 cm wide" in parsed.reason


def test_what_is_not_seen_is_not_known() -> None:
    parsed = parse("pick up the screwdriver", SCENES["tabletop"])
    assert isinstance(parsed, Refusal)
    assert parsed.code == "unknown_object"


def test_scenes_without_named_things_have_the_lexicon_itself(any_scene: Scene) -> None:
    assert lexicon_for(any_scene) is lexicon()


def test_a_word_that_two_kinds_share_means_neither() -> None:
    cup = named("tea_mug", "green", 0.45, -0.05, (0.07, 0.07, 0.09))
    parsed = parse("pick up the mug", SCENE.with_object(cup))
    assert isinstance(parsed, Refusal)
    assert steps("pick up the tea mug", SCENE.with_object(cup)) == [("pick", "green_tea_mug", "", "")]


def test_the_first_lexicon_is_left_as_it_was() -> None:
    lexicon_for(SCENE)
    assert "screwdriver" not in lexicon().vocabulary
    assert lexicon().tables["nouns"].match(("screwdriver",), 0) == []
