"""A plan is carried through, whatever goes wrong on the way."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from language_scenes import SCENES

from tandem.cell.marks import HAND_OUT, marked_place
from tandem.cell.plan import Step, TaskPlan
from tandem.cell.pose import Pose
from tandem.cell.scene import Scene
from tandem.language.parser import parse
from tandem.language.sequencer import Finished, Sequencer, StartStep
from tandem.language.world import World


def plan_of(text: str, scene: str = "tabletop") -> TaskPlan:
    parsed = parse(text, SCENES[scene])
    assert isinstance(parsed, TaskPlan)
    return parsed


def after(step: Step, scene: Scene) -> Scene:
    """The scene when the step has done what it is for."""
    from tandem.cell.places import place_spots

    world = World(scene)
    match step.verb:
        case "pick":
            world.grasp(step.object, "left" if step.arm == "left" else "right")
        case "hand_over":
            world.grasp(step.object, "left" if step.target == "left" else "right")
        case "place" if step.arm != "both":
            world.put(
                step.object, place_spots(step.relation, scene[step.object], step.target, scene)[0], step.relation, step.target
            )
        case "give":
            place = marked_place(HAND_OUT)
            item = scene[step.object]
            return scene.with_object(replace(item, held_by=step.arm, pose=Pose((*place.position, place.height))))
        case "lift":
            item = scene[step.object]
            x, y, z = item.pose.position
            raised = replace(item, held_by=step.arm, on="", pose=Pose((x, y, z + 0.1), item.pose.quaternion))
            return scene.with_object(raised)
    return world.scene


def dropped(scene: Scene, name: str, x: float = 0.35, y: float = -0.05) -> Scene:
    return scene.with_object(replace(scene[name], held_by="", on="table", inside="", pose=Pose((x, y, 0.02))))


def run(sequencer: Sequencer, scene: Scene, trouble: dict[tuple[str, int], str] | None = None) -> tuple[list[str], Finished]:
    """Carry out all steps; trouble by (verb, attempt): ``nothing`` happens, the object is ``dropped``, the policy ``fails``."""
    said: list[str] = []
    for _ in range(60):
        command = sequencer.next(scene)
        if isinstance(command, Finished):
            return said, command
        said.append(f"{command.step.verb} {command.step.object} {command.attempt}")
        what = (trouble or {}).get((command.step.verb, command.attempt), "")
        if what == "dropped":
            scene = dropped(scene, command.step.object)
        elif not what:
            scene = after(command.step, scene)
        sequencer.step_ended("failed" if what == "fails" else "done", what, scene, 2.0)
    raise AssertionError(f"no end: {said}")


def test_straight_through(tabletop: Scene) -> None:
    sequencer = Sequencer(plan_of("put the red cube in the blue bin"))
    said, end = run(sequencer, tabletop)
    assert said == ["pick red_cube 1", "place red_cube 1"]
    assert end.success
    assert [(r.attempts, r.duration_s, r.outcome) for r in sequencer.reports] == [(1, 2.0, "done"), (1, 2.0, "done")]


def test_nothing_to_do(tabletop: Scene) -> None:
    said, end = run(Sequencer(plan_of("put the red cube on the table")), tabletop)
    assert said == []
    assert end.success
    assert "nothing" in end.reason


def test_a_failed_pick_is_tried_again(tabletop: Scene) -> None:
    said, end = run(
        Sequencer(plan_of("put the red cube in the blue bin")), tabletop, {("pick", 1): "nothing", ("pick", 2): "fails"}
    )
    assert said == ["pick red_cube 1", "pick red_cube 2", "pick red_cube 3", "place red_cube 1"]
    assert end.success


def test_the_third_failure_is_the_last(tabletop: Scene) -> None:
    sequencer = Sequencer(plan_of("put the red cube in the blue bin"))
    said, end = run(sequencer, tabletop, {("pick", n): "fails" for n in range(1, 9)})
    assert len(said) == 3
    assert not end.success
    assert "3 attempts" in end.reason
    assert [r.outcome for r in sequencer.reports] == ["failed", "not_started"]


def test_what_is_dropped_on_the_way_is_picked_up_first(tabletop: Scene) -> None:
    said, end = run(Sequencer(plan_of("put the red cube in the blue bin")), tabletop, {("place", 1): "dropped"})
    assert said == ["pick red_cube 1", "place red_cube 1", "pick red_cube 2", "place red_cube 2"]
    assert end.success


def test_a_lost_hand_over_starts_from_the_pick(tabletop: Scene) -> None:
    text = "hand the blue cube from the left hand to the right and put it in the bin on the right"
    said, end = run(Sequencer(plan_of(text)), tabletop, {("hand_over", 1): "dropped"})
    assert said == ["pick blue_cube 1", "hand_over blue_cube 1", "pick blue_cube 2", "hand_over blue_cube 2", "place blue_cube 1"]
    assert end.success


def test_what_is_lost_on_the_way_to_a_person_is_picked_up_again(tabletop: Scene) -> None:
    said, end = run(Sequencer(plan_of("give me the blue cube")), tabletop, {("give", 1): "dropped"})
    assert said == ["pick blue_cube 1", "give blue_cube 1", "pick blue_cube 2", "give blue_cube 2"]
    assert end.success


def test_a_drop_after_the_hand_over_repeats_it(tabletop: Scene) -> None:
    text = "hand the blue cube from the left hand to the right and put it in the bin on the right"
    said, end = run(Sequencer(plan_of(text)), tabletop, {("place", 1): "dropped"})
    assert said[3:] == ["pick blue_cube 2", "hand_over blue_cube 2", "place blue_cube 2"]
    assert end.success


def test_a_policy_that_gave_up_too_late_has_succeeded(tabletop: Scene) -> None:
    sequencer = Sequencer(plan_of("pick up the red cube"))
    command = sequencer.next(tabletop)
    assert isinstance(command, StartStep)
    check = sequencer.step_ended("failed", "timed out", after(command.step, tabletop))
    assert check.ok


def test_a_hold_that_was_cut_short_has_failed(tabletop: Scene) -> None:
    sequencer = Sequencer(plan_of("lift the tray with both hands and hold it"), max_attempts=1)
    lift = sequencer.next(tabletop)
    assert isinstance(lift, StartStep)
    lifted = after(lift.step, tabletop)
    sequencer.step_ended("done", "", lifted)
    assert isinstance(sequencer.next(lifted), StartStep)
    sequencer.step_ended("failed", "slipping", lifted)
    assert sequencer.next(lifted) == Finished(False, "could not hold the tray with both hands: slipping")


def test_what_is_knocked_out_again_is_put_back(tabletop: Scene) -> None:
    sequencer = Sequencer(plan_of("put the red cube in the blue bin and the green cube in the green bin"))
    scene = tabletop
    for _ in range(4):
        command = sequencer.next(scene)
        assert isinstance(command, StartStep)
        scene = after(command.step, scene)
        sequencer.step_ended("done", "", scene)
    said, end = run(sequencer, dropped(scene, "red_cube", 0.38, 0.08))
    assert said == ["pick red_cube 2", "place red_cube 2"]
    assert end.success


def test_a_hidden_loss_without_a_pick_in_the_plan_is_told() -> None:
    held = SCENES["held"]
    said, end = run(Sequencer(plan_of("put it in the blue bin", "held")), held, {("place", 1): "dropped"})
    assert said == ["place blue_cube 1"]
    assert not end.success
    assert "blue cube" in end.reason


def test_an_interruption_is_reported(tabletop: Scene) -> None:
    sequencer = Sequencer(plan_of("put the red cube in the blue bin"))
    sequencer.next(tabletop)
    sequencer.interrupted("cancelled", "cancelled by the operator", 1.5)
    assert sequencer.reports[0].outcome == "cancelled"
    assert sequencer.reports[0].duration_s == 1.5
    assert sequencer.next(tabletop) == Finished(False, "cancelled by the operator")


def test_misuse_is_an_error(tabletop: Scene) -> None:
    sequencer = Sequencer(plan_of("pick up the red cube"))
    with pytest.raises(RuntimeError):
        sequencer.step_ended("done", "", tabletop)
    sequencer.next(tabletop)
    with pytest.raises(RuntimeError):
        sequencer.next(tabletop)


TEXTS = [
    "put all cubes in the green bin",
    "hand the blue cube from the left hand to the right and put it in the bin on the right",
    "build a tower of red on blue on green",
    "pick up the red cube and the green cube and put them in the blue bin",
    "put the red cube on the tray",
]


@settings(max_examples=120, deadline=None, derandomize=True)
@given(
    text=st.sampled_from(TEXTS),
    troubles=st.lists(st.sampled_from(["", "", "nothing", "fails", "dropped"]), max_size=25),
    most=st.integers(1, 4),
)
def test_every_run_ends_and_success_is_real(text: str, troubles: list[str], most: int) -> None:
    sequencer = Sequencer(plan_of(text), most)
    scene = SCENES["tabletop"]
    for number in range(80):
        command = sequencer.next(scene)
        if isinstance(command, Finished):
            break
        assert command.attempt <= most
        what = troubles[number] if number < len(troubles) else ""
        if what == "dropped":
            scene = dropped(scene, command.step.object)
        elif not what:
            scene = after(command.step, scene)
        sequencer.step_ended("failed" if what == "fails" else "done", what, scene)
    else:
        pytest.fail("no end")
    assert all(report.attempts <= most for report in sequencer.reports)
    if command.success:
        world = World(scene)
        final = [step for k, step in enumerate(plan_of(text).steps) if step.verb == "place" and not _again(plan_of(text), k)]
        assert all(world.is_at(step.relation, step.object, step.target) for step in final)


def _again(plan: TaskPlan, index: int) -> bool:
    moved = {plan.steps[index].object, plan.steps[index].target}
    return any(step.object in moved for step in plan.steps[index + 1 :])


@pytest.mark.parametrize(("lost", "again"), [("red_peg", ["red_peg"]), ("yellow_socket", ["yellow_socket"]), ("", [])])
def test_what_either_hand_lost_before_it_is_inserted_is_picked_up_again(lost: str, again: list[str]) -> None:
    plan = plan_of("insert the peg into the socket", "peg")
    assert [step.verb for step in plan.steps] == ["pick", "pick", "insert"]
    run, scene = Sequencer(plan), SCENES["peg"]
    for step in plan.steps[:2]:
        run.next(scene)
        scene = after(step, scene)
        assert run.step_ended("done", "", scene).ok
    begun = run.next(scene)
    assert isinstance(begun, StartStep)
    assert begun.step.verb == "insert"
    if lost:
        scene = scene.with_object(replace(SCENES["peg"][lost]))
    assert run.step_ended("failed", "it doesn't go in", scene).ok is False
    following = []
    while isinstance(command := run.next(scene), StartStep) and command.step.verb == "pick":
        following.append(command.step.object)
        scene = after(command.step, scene)
        assert run.step_ended("done", "", scene).ok
    assert following == again
    assert run.step_ended("done", "", after_insertion(scene)).ok
    assert run.next(after_insertion(scene)) == Finished(True, "3 steps done")


def after_insertion(scene: Scene) -> Scene:
    """The peg of another scene, in the socket where that stood."""
    plugged = SCENES["plugged"]
    return scene.with_object(plugged["red_peg"]).with_object(replace(plugged["yellow_socket"], held_by="left", on=""))
