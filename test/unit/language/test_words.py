"""Words in, words out: normalising, mending, inflecting, reporting."""

import pytest
from busybox_scenes import BOX_SCENES
from language_scenes import SCENES

from tandem.cell.plan import Question, Refusal, Step, TaskPlan
from tandem.language.lexicon import inflections
from tandem.language.normalise import without_fillers, words_of
from tandem.language.parser import parse, to_report
from tandem.language.spelling import corrected
from tandem.language.words import in_words, listing, step_in_words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don't STOP!", "do not stop ."),
        ("the cube's left, please", "the cube 's left , please"),
        ("lift it 10cm for 2.5s", "lift it 10 cm for 2.5 s"),
        ("“left-most” cube…then", "leftmost cube . then"),
        ("put A as well as B", "put a and b"),
    ],
)
def test_words(text: str, expected: str) -> None:
    assert " ".join(words_of(text)) == expected


def test_fillers_and_idle_stops_go() -> None:
    assert without_fillers(words_of("Hey robot, could you please, um, carefully lift the tray, thanks!")) == (
        "lift",
        "the",
        "tray",
    )


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("rde", "red"),
        ("bleu", "blue"),
        ("pikc", "pick"),
        ("cubee", "cube"),
        ("tary", "tray"),
        ("ball", "ball"),
        ("xylophone", "xylophone"),
        ("neither", "neither"),
    ],
)
def test_mending(typed: str, meant: str) -> None:
    assert corrected((typed,), SCENES["tabletop"]) == (meant,)


@pytest.mark.parametrize(
    ("verb", "form"),
    [
        ("grab", "grabbing"),
        ("place", "placing"),
        ("stack", "stacked"),
        ("carry", "carried"),
        ("pick up", "picks up"),
        ("pass", "passes"),
        ("put", "putting"),
    ],
)
def test_inflections(verb: str, form: str) -> None:
    assert form in inflections(verb)


def test_listing() -> None:
    assert listing(["a", "b", "c"]) == "a, b or c"
    assert listing(["a"]) == "a"
    assert listing([]) == ""


def test_steps_in_words() -> None:
    assert step_in_words(Step("pick", "left", "red_cube")) == "pick the red cube with the left arm"
    assert (
        step_in_words(Step("place", "right", "red_cube", "table", "on")) == "place the red cube on the table with the right arm"
    )
    assert (
        step_in_words(Step("hand_over", "left", "red_cube", "right"))
        == "hand the red cube over from the left hand to the right hand"
    )
    assert step_in_words(Step("lift", "both", "tray", height=0.1)) == "lift the tray with both hands by 10 cm"


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (Step("press", "left", "box/buttons/red"), "press the red button with the left arm"),
        (Step("slide", "left", "box/sliders/top", setting="3"), "slide the top slider to position 3 with the left arm"),
        (Step("turn", "right", "box/knob/knob", setting="4"), "turn the knob to position 4 with the right arm"),
        (Step("flip", "right", "box/switches/bottom", setting="on"), "flip the bottom switch on with the right arm"),
        (Step("pull", "right", "box/wires/red"), "pull the red wire out with the right arm"),
        (Step("plug", "right", "box/wires/red/top"), "plug the top plug of the red wire in with the right arm"),
        (Step("move", "both", "box", relation="left"), "move the box to the left with both hands"),
        (Step("rotate", "both", "box", relation="clockwise"), "rotate the box clockwise with both hands"),
        (Step("view", "left", "box"), "view the box from above with the left arm"),
        (Step("move_hand", "left", relation="right"), "move the left hand to the right"),
    ],
)
def test_steps_on_the_box_in_words(step: Step, words: str) -> None:
    assert step_in_words(step) == words


def test_names_of_what_belongs_to_the_box() -> None:
    names = ("box", "box/sliders", "box/knob", "box/handles/left", "box/display")
    assert [in_words(name) for name in names] == [
        "the box",
        "the slider module",
        "the knob module",
        "the left handle",
        "the display module",
    ]


@pytest.mark.parametrize(("typed", "meant"), [("buton", "button"), ("slidr", "slider"), ("knbo", "knob"), ("prss", "press")])
def test_mending_where_there_is_a_box(typed: str, meant: str) -> None:
    assert corrected((typed,), BOX_SCENES["box"]) == (meant,)


def test_what_a_plan_says_can_be_said() -> None:
    """The words of a step are understood again, and mean the same."""
    scene = SCENES["tabletop"]
    for text in (
        "put the red cube in the blue bin",
        "lift the tray and hold it for 5 seconds",
        "hand the blue cube from left to right",
    ):
        plan = parse(text, scene)
        assert isinstance(plan, TaskPlan)
        again = parse(", then ".join(step.text for step in plan.steps), scene)
        assert isinstance(again, TaskPlan)
        assert again.steps == plan.steps


def test_reports() -> None:
    scene = SCENES["tabletop"]
    plan, question, refusal = (
        to_report(parse(text, scene)) for text in ("lift the tray", "pick up the cube", "pick up the purple elephant")
    )
    assert {report["schema"] for report in (plan, question, refusal)} == {"tandem.parse/1"}
    assert (plan["outcome"], question["outcome"], refusal["outcome"]) == ("plan", "question", "refused")
    assert plan["plan"][0] | {"verb": "lift", "arm": "both", "object": "tray"} == plan["plan"][0]
    assert question["candidates"] == ["red_cube", "green_cube", "blue_cube"]
    assert "elephant" in refusal["reason"]
    assert isinstance(parse("pick up the cube", scene), Question)
    assert isinstance(parse("pick up the purple elephant", scene), Refusal)
