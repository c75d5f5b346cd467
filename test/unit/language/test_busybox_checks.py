"""Steps on the BusyBox are judged by what is seen of it before and after, and runs of them carried through."""

from dataclasses import replace
from math import pi

import pytest
from busybox_scenes import STATE, a_box

from tandem.cell.plan import Step, TaskPlan
from tandem.cell.scene import Scene
from tandem.language.parser import parse
from tandem.language.sequencer import Finished, Sequencer, StartStep
from tandem.language.verify import achieved, holds

BEFORE = a_box()


def after(**states: object) -> Scene:
    return a_box(now=replace(STATE, **states))


def hidden(scene: Scene, name: str) -> Scene:
    return scene.with_object(replace(scene[name], visible=False))


@pytest.mark.parametrize(
    ("step", "done", "undone"),
    [
        (Step("slide", "left", "box/sliders/top", setting="5"), after(sliders=(5, 4)), after(sliders=(4, 5))),
        (Step("turn", "right", "box/knob/knob", setting="6"), after(knob=6), after(knob=5)),
        (Step("flip", "left", "box/switches/bottom", setting="on"), after(switches=(True, True)), after(switches=(False, False))),
        (
            Step("pull", "right", "box/wires/blue"),
            after(wires=((True, True), (True, False), (True, True), (True, False))),
            after(wires=((False, True), (True, True), (True, True), (True, False))),
        ),
        (
            Step("plug", "right", "box/wires/white"),
            after(wires=((True, True),) * 4),
            after(wires=((True, True), (True, True), (True, True), (False, True))),
        ),
    ],
)
def test_parts_are_brought_to_states(step: Step, done: Scene, undone: Scene) -> None:
    assert holds(step, BEFORE, BEFORE).ok is False
    assert holds(step, BEFORE, done).ok is True
    assert holds(step, BEFORE, undone).ok is False
    assert holds(step, BEFORE, hidden(done, step.object)).ok is None
    assert holds(step, BEFORE, Scene()).ok is False


def test_what_is_seen_is_told() -> None:
    step = Step("slide", "left", "box/sliders/top", setting="5")
    assert holds(step, BEFORE, BEFORE).reason == "the top slider is at 2, not 5"


@pytest.mark.parametrize(
    ("relation", "by"), [("away", (0.04, 0.0)), ("closer", (-0.04, 0.0)), ("left", (0.0, 0.04)), ("right", (0.0, -0.04))]
)
def test_the_box_is_moved_in_its_direction(relation: str, by: tuple[float, float]) -> None:
    step = Step("move", "both", "box", relation=relation)
    there = a_box(at=(0.43 + by[0], by[1]))
    short = a_box(at=(0.43 + by[0] / 2, by[1] / 2))
    wrong = a_box(at=(0.43 - by[0], -by[1]))
    aside = a_box(at=(0.43 + by[1], by[0]))
    assert [holds(step, BEFORE, now).ok for now in (there, short, wrong, aside)] == [True, False, False, False]
    assert holds(step, Scene(), there).ok is None


@pytest.mark.parametrize("facing", [0.0, pi / 2 + 0.1, -pi / 2 - 0.1])
def test_the_box_is_rotated_whatever_way_it_faces(facing: float) -> None:
    before = a_box(turned=facing)
    clockwise, counter = (Step("rotate", "both", "box", relation=way) for way in ("clockwise", "counterclockwise"))
    left, right, little = (a_box(turned=facing + by) for by in (0.25, -0.25, 0.1))
    assert [holds(counter, before, now).ok for now in (left, right, little)] == [True, False, False]
    assert [holds(clockwise, before, now).ok for now in (left, right, little)] == [False, True, False]


def test_a_press_is_not_seen_but_a_button_that_is_gone_is() -> None:
    step = Step("press", "left", "box/buttons/red")
    assert achieved(step, BEFORE, BEFORE) is None
    assert holds(step, BEFORE, Scene()).ok is False
    assert holds(step, BEFORE, after(buttons=frozenset({"red"}))).ok is True


@pytest.mark.parametrize("verb", ["view", "move_hand"])
def test_views_and_hands_are_not_a_matter_of_the_scene(verb: str) -> None:
    assert achieved(Step(verb, "left", "box" if verb == "view" else ""), BEFORE, Scene()) is None  # type: ignore[arg-type]


def started(sequencer: Sequencer, scene: Scene) -> StartStep:
    command = sequencer.next(scene)
    assert isinstance(command, StartStep), command
    return command


def plan(text: str) -> TaskPlan:
    parsed = parse(text, BEFORE)
    assert isinstance(parsed, TaskPlan), parsed
    return parsed


def test_a_press_counts_as_done_when_it_was_felt() -> None:
    sequencer = Sequencer(plan("press the red button"))
    started(sequencer, BEFORE)
    check = sequencer.step_ended("done", "it clicked at 2.6 N", BEFORE)
    assert (check.ok, check.reason) == (True, "it clicked at 2.6 N")
    assert sequencer.next(BEFORE) == Finished(True, "1 steps done")


def test_a_press_that_was_not_felt_is_tried_again() -> None:
    sequencer = Sequencer(plan("press the red button"), max_attempts=2)
    for attempt in (1, 2):
        assert started(sequencer, BEFORE).attempt == attempt
        assert sequencer.step_ended("failed", "no click was felt", BEFORE).ok is False
    end = sequencer.next(BEFORE)
    assert isinstance(end, Finished)
    assert not end.success
    assert "no click was felt" in end.reason


def test_a_slider_that_stopped_short_is_moved_again_and_one_that_arrived_is_done_whatever_is_said() -> None:
    sequencer = Sequencer(plan("move the top slider to 5"))
    started(sequencer, BEFORE)
    assert sequencer.step_ended("done", "", after(sliders=(4, 4))).ok is False
    assert "at 4, not 5" in started(sequencer, after(sliders=(4, 4))).reason
    assert sequencer.step_ended("failed", "lost touch of it", after(sliders=(5, 4))).ok is True


def test_what_a_later_step_shifted_is_set_again() -> None:
    sequencer = Sequencer(plan("move the top slider to 5, then flip the bottom switch on, and go home"))
    started(sequencer, BEFORE)
    sequencer.step_ended("done", "", after(sliders=(5, 4)))
    started(sequencer, BEFORE)
    bumped = after(sliders=(4, 4), switches=(True, True))
    sequencer.step_ended("done", "", bumped)
    started(sequencer, bumped)
    sequencer.step_ended("done", "", bumped)
    again = started(sequencer, bumped)
    assert (again.step.verb, again.attempt) == ("slide", 2)


def test_a_part_that_is_set_twice_ends_as_it_was_set_last() -> None:
    sequencer = Sequencer(plan("turn the knob to 5 and then to 1"))
    started(sequencer, BEFORE)
    sequencer.step_ended("done", "", after(knob=5))
    started(sequencer, after(knob=5))
    sequencer.step_ended("done", "", after(knob=1))
    assert sequencer.next(after(knob=1)) == Finished(True, "2 steps done")


def test_nothing_is_done_when_all_is_so() -> None:
    assert Sequencer(plan("move the top slider to 2")).next(BEFORE) == Finished(True, "there is nothing to do")
    assert plan("turn the knob to 3").steps == ()
