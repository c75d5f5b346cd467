"""Where steps on the BusyBox want what they work on, in any layout."""

from dataclasses import replace

import numpy as np
import pytest
from at_the_box import FACING, SHUFFLED, local, scene

from tandem.cell.busybox.scene_objects import scene_objects
from tandem.cell.busybox.state import BoxState
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.scene import Scene, SceneObject
from tandem.policy.box import goals


def goal_of(step: Step, shown: Scene) -> SceneObject:
    item = goals.worked_on(shown, step)
    assert item is not None
    wanted = goals.goal(shown, step, item)
    assert wanted is not None
    assert wanted.name == item.name
    return wanted


SETTINGS = [
    (Step("slide", "left", "box/sliders/top", setting="4"), BoxState(sliders=(4, 1))),
    (Step("slide", "left", "box/sliders/bottom", setting="5"), BoxState(sliders=(1, 5))),
    (Step("turn", "left", "box/knob/knob", setting="3"), BoxState(knob=3)),
    (Step("flip", "left", "box/switches/bottom", setting="on"), BoxState(switches=(False, True))),
    (Step("press", "left", "box/buttons/green"), BoxState(buttons=frozenset({"green"}))),
]


@pytest.mark.parametrize(("step", "after"), SETTINGS)
def test_a_set_part_is_where_a_box_in_that_state_has_it(step: Step, after: BoxState) -> None:
    wanted, there = goal_of(step, scene()), scene(after)[step.object]
    np.testing.assert_allclose(wanted.pose.position, there.pose.position, atol=1e-9)
    np.testing.assert_allclose(wanted.pose.rotation, there.pose.rotation, atol=1e-9)
    assert np.linalg.norm(np.subtract(wanted.pose.matrix, scene()[step.object].pose.matrix)) > 0.002, "it isn't there yet"


def test_what_is_measured_of_a_part_stays_where_the_setting_says_nothing_of_it() -> None:
    shown = scene()
    cap = shown["box/sliders/top"]
    x, y, z = cap.pose.position
    moved = shown.with_object(replace(cap, pose=Pose((x, y, z + 0.002), cap.pose.quaternion)))
    step = Step("slide", "left", "box/sliders/top", setting="4")
    assert goal_of(step, moved).pose.position[2] == pytest.approx(z + 0.002)


def test_a_pulled_plug_is_the_one_nearer_to_the_middle_and_laid_down_beside_its_jack() -> None:
    shown, step = scene(), Step("pull", "left", "box/wires/red")
    plug = goals.worked_on(shown, step)
    assert plug is not None
    ends = [shown[f"box/wires/red/{row}"] for row in ("top", "bottom")]
    apart = {end.name: np.linalg.norm(np.subtract(end.pose.position, shown["box"].pose.position)[:2]) for end in ends}
    assert plug.name == min(apart, key=lambda name: float(apart[name]))
    wanted = goal_of(step, shown)
    before, after = local(shown, "wires", plug).position, local(shown, "wires", wanted).position
    assert after[0] == pytest.approx(before[0])
    assert abs(after[1]) < abs(before[1]) - 0.01, "towards the middle of its module"
    assert 0.010 < after[2] - before[2] < 0.016, "its pin is just above the face"


def test_a_loose_plug_goes_upright_into_its_jack() -> None:
    state = BoxState(wires=((True, True), (True, False), (True, True), (True, True)))
    seated = scene()["box/wires/blue/bottom"]
    shown = Scene(0.0, scene_objects(FACING, SHUFFLED, state))
    lying = Pose.from_xyz_rpy((0.5, 0.1, 0.085), (0.9, 0.2, 0.4))
    shown = shown.with_object(replace(shown["box/wires/blue/bottom"], pose=lying))
    wanted = goal_of(Step("plug", "left", "box/wires/blue"), shown)
    assert wanted.name == "box/wires/blue/bottom"
    np.testing.assert_allclose(wanted.pose.position, seated.pose.position, atol=1e-9)
    np.testing.assert_allclose(wanted.pose.rotation[:, 2], (0.0, 0.0, 1.0), atol=1e-6)
    assert goals.worked_on(scene(), Step("plug", "left", "box/wires/blue")) is None, "nothing is loose"


def test_the_box_is_displaced_as_it_is_told() -> None:
    shown = scene()
    box = shown["box"]
    away = goal_of(Step("move", "both", "box", relation="away"), shown)
    assert away.pose.position[0] - box.pose.position[0] > 0.03
    turned = goal_of(Step("rotate", "both", "box", relation="clockwise"), shown)
    np.testing.assert_allclose(turned.pose.position, box.pose.position, atol=1e-9)
    assert turned.pose.yaw - box.pose.yaw < -np.radians(10.0)


def test_other_steps_have_no_goal_there() -> None:
    shown = scene()
    assert goals.goal(shown, Step("move_hand", "left", relation="left"), shown["box"]) is None
    assert goals.goal(shown, Step("view", "left", "box"), shown["box"]) is None
    assert (
        goals.goal(
            Scene(0.0, (shown["box/knob/knob"],)), Step("turn", "left", "box/knob/knob", setting="2"), shown["box/knob/knob"]
        )
        is None
    )
