"""What a step of a learned policy may touch: as the skills do, and no more."""

import math
from collections.abc import Mapping
from dataclasses import replace

import pytest
from things import standing

from tandem.cell.busybox.layout import canonical
from tandem.cell.busybox.scene_objects import scene_objects
from tandem.cell.busybox.state import BoxState
from tandem.cell.chunk import ContactPair
from tandem.cell.names import Side
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.robot import RobotModel, home_positions
from tandem.cell.scene import Scene
from tandem.policy.chunks.contacts import allowed, sides

RED = standing("red_cube", 0.42, 0.05)
GREEN = standing("green_cube", 0.50, -0.1)
BIN = standing("blue_bin", 0.43, 0.28)
SCENE = Scene(0.0, (RED, GREEN, BIN))
HELD = Scene(0.0, (replace(RED, held_by="left", on=""), GREEN, BIN))


HOME = RobotModel().hands(home_positions())


def pairs(step: Step, scene: Scene, before: Scene | None = None, hands: Mapping[Side, Pose] = HOME) -> set[frozenset[str]]:
    return {frozenset(pair) for pair in allowed(step, scene, before, hands)}


def of(*given: ContactPair) -> set[frozenset[str]]:
    return {frozenset(pair) for pair in given}


def test_picking() -> None:
    step = Step("pick", "left", "red_cube")
    assert pairs(step, SCENE) == of(("left_fingers", "red_cube"), ("red_cube", "table"))
    # It is in the hand before it is off the table.
    assert pairs(step, HELD, SCENE) == of(("left_fingers", "red_cube"), ("red_cube", "table"))


def test_taking_from_the_other_hand() -> None:
    both = Scene(0.0, (replace(RED, held_by="both", on=""),))
    found = pairs(Step("pick", "left", "red_cube"), both)
    assert found == of(("left_fingers", "right_fingers"), ("left_fingers", "red_cube"), ("right_fingers", "red_cube"))


@pytest.mark.parametrize(
    ("relation", "target", "under"),
    [("in", "blue_bin", "blue_bin"), ("on", "table", "table"), ("left_of", "green_cube", "table")],
)
def test_placing(relation: str, target: str, under: str) -> None:
    found = pairs(Step("place", "left", "red_cube", target, relation), HELD, HELD)
    assert found == of(("left_fingers", "red_cube"), ("red_cube", under))


def test_handing_over() -> None:
    step = Step("hand_over", "left", "red_cube", "right")
    assert pairs(step, HELD) == of(("left_fingers", "red_cube")), "the other hand isn't there yet"
    assert sides(step) == ("left", "right")
    crossed = of(("left_fingers", "right_fingers"), ("left_fingers", "red_cube"), ("right_fingers", "red_cube"))
    for ahead, aside, may in ((0.15, 0.0, True), (0.0, 0.01, True), (0.1, 0.04, False), (-0.05, 0.0, False)):
        place = HELD["red_cube"].pose @ Pose((aside, 0.0, -ahead))
        assert pairs(step, HELD, HELD, {**HOME, "right": place}) == (crossed if may else of(("left_fingers", "red_cube")))
    # Who has let go leaves backwards.
    taken = HELD.with_object(replace(HELD["red_cube"], held_by="right"))
    assert pairs(step, taken, HELD, {**HOME, "left": HELD["red_cube"].pose @ Pose((0.0, 0.0, -0.08))}) == crossed
    assert pairs(step, taken, HELD) == of(("right_fingers", "red_cube"))


def test_lifting_with_both_hands() -> None:
    found = pairs(Step("lift", "both", "blue_bin"), SCENE)
    assert found == of(("left_fingers", "blue_bin"), ("right_fingers", "blue_bin"), ("blue_bin", "table"))


def test_inserting() -> None:
    peg, socket = standing("red_cube", 0.4, 0.0), standing("green_cube", 0.4, 0.1)
    scene = Scene(0.0, (replace(peg, held_by="right", on=""), replace(socket, held_by="left", on="")))
    found = pairs(Step("insert", "right", "red_cube", "green_cube"), scene)
    assert {frozenset(("red_cube", "green_cube")), frozenset(("right_fingers", "red_cube"))} <= found
    assert not any("table" in pair for pair in found)


@pytest.mark.parametrize("verb", ["home", "hold"])
def test_what_handles_nothing_touches_nothing(verb: str) -> None:
    assert pairs(Step(verb, "left", "red_cube"), SCENE, SCENE) == set()  # type: ignore[arg-type]


def test_opening_and_closing_are_about_what_is_held() -> None:
    assert pairs(Step("open", "left"), SCENE) == set()
    assert pairs(Step("open", "left"), HELD) == of(("left_fingers", "red_cube"), ("red_cube", "table"))
    assert pairs(Step("close", "both"), HELD) == of(("left_fingers", "red_cube"))


def test_an_object_that_is_not_seen_allows_nothing() -> None:
    assert pairs(Step("pick", "left", "yellow_cube"), SCENE, SCENE) == set()
    assert pairs(Step("place", "left", "yellow_cube", "blue_bin", "in"), SCENE, SCENE) == set()


BOX = Scene(0.0, scene_objects(Pose.from_xyz_rpy((0.46, 0.0, 0.0), (0.0, 0.0, -math.pi / 2)), canonical(), BoxState()))


@pytest.mark.parametrize(
    ("step", "braced"),
    [
        (Step("press", "left", "box/buttons/red"), False),
        (Step("slide", "left", "box/sliders/top", setting="2"), False),
        (Step("turn", "left", "box/knob/knob", setting="2"), True),
        (Step("flip", "left", "box/switches/top", setting="on"), True),
    ],
)
def test_a_part_of_the_box_is_touched_by_the_fingers_that_work_and_the_box_by_those_that_hold_it(
    step: Step, braced: bool
) -> None:
    found = pairs(step, BOX)
    assert frozenset(("left_fingers", step.object)) in found
    assert (frozenset(("right_fingers", "box/handles/left")) in found) == braced
    parts = {item.name for item in BOX if item.category in ("button", "slider", "knob", "switch")}
    assert {name for pair in found for name in pair if name in parts} == {step.object}, "no other part"
    assert not any("box" in pair and "left_fingers" in pair for pair in found), "nor the face"
    assert (sides(step) == ("left", "right")) == braced


def test_a_wire_is_taken_by_its_plugs_and_cables_give_way() -> None:
    found = pairs(Step("pull", "right", "box/wires/red"), BOX)
    assert {frozenset(("right_fingers", f"box/wires/red/{row}")) for row in ("top", "bottom")} <= found
    assert frozenset(("right_fingers", "box/wires/blue")) in found
    assert frozenset(("right_fingers", "box/wires/blue/top")) not in found
    assert frozenset(("left_fingers", "box")) in found
    assert frozenset(("left_fingers", "box")) not in pairs(Step("plug", "right", "box/wires/red"), BOX)


def test_hands_in_the_handles_go_along_with_the_box() -> None:
    step = Step("move", "both", "box", relation="away")
    assert pairs(step, BOX) == of(
        *((f"{side}_fingers", name) for side in ("left", "right") for name in ("box", "box/handles/left", "box/handles/right"))
    ), "hands that are far away only come to the handles"
    x, y, z = BOX["box/handles/left"].pose.position
    hooked = pairs(step, BOX, hands={**HOME, "left": Pose((x, y, z + 0.025), (1.0, 0.0, 0.0, 0.0))})
    near = {pair for pair in hooked if "left_gripper" in pair}
    assert near
    assert not any("right_gripper" in pair for pair in hooked)
    assert pairs(replace(step, arm="left"), BOX) == of(
        *(("left_fingers", name) for name in ("box", "box/handles/left", "box/handles/right"))
    )


def test_looking_and_moving_a_hand_touch_nothing() -> None:
    assert not pairs(Step("view", "left", "box"), BOX)
    assert not pairs(Step("move_hand", "left", relation="left"), BOX)
