"""What steps on the BusyBox are about, and how rows of numbers tell it."""

from dataclasses import replace

import numpy as np
import pytest
from at_the_box import FACING, local, look, scene, tips, unseen

from tandem.cell.busybox.state import BoxState
from tandem.cell.names import Side, other_side
from tandem.cell.plan import Step, Verb
from tandem.cell.pose import Pose
from tandem.policy import grounding
from tandem.policy.box.aims import Aim, as_done
from tandem.policy.skills.box.braces import Spot, needed_to_hold_down
from tandem.policy.skills.box.hands import tips_at
from tandem.policy.skills.box.move import FAR_M
from tandem.policy.vla import features

COLUMNS = list(grounding.COLUMNS)
FLAGS = [COLUMNS.index(name) for name in ("is_object", "is_target", "is_goal")]
HELD = [COLUMNS.index(name) for name in ("held_left", "held_right")]

FLIP = Step("flip", "left", "box/switches/top", setting="on")
SLIDE = Step("slide", "left", "box/sliders/top", setting="4")
PULL = Step("pull", "left", "box/wires/red")


@pytest.mark.parametrize("arm", ["left", "right"])
def test_the_other_hand_holds_the_handle_on_its_own_side_far_from_the_work(arm: Side) -> None:
    shown = scene()
    aim = Aim.of(shown, replace(FLIP, arm=arm))
    assert aim is not None
    spot = aim.spot(shown)
    assert spot is not None
    side = 1.0 if other_side(arm) == "left" else -1.0
    handles = [shown["box/handles/left"], shown["box/handles/right"]]
    own = max(handles, key=lambda item: side * item.pose.position[1])
    inside = own.pose.inverse @ spot.pose
    assert all(abs(at) < size / 2 for at, size in zip(inside.position[:2], own.size[:2], strict=True))
    assert spot.top == pytest.approx(own.top, abs=1e-6)


def test_a_box_that_is_lifted_is_held_down_where_that_helps_and_arms_do_not_cross() -> None:
    shown = scene()
    for arm, sign in (("left", -1.0), ("right", 1.0)):
        aim = Aim.of(shown, Step("pull", arm, "box/wires/red"))
        assert aim is not None
        spot, plug = aim.spot(shown), shown[aim.part]
        if spot is None:
            continue
        assert sign * (spot.pose.position[1] - plug.pose.position[1]) > 0.04, f"with the {arm} arm"
        x, y, z = spot.pose.position
        needed = needed_to_hold_down(shown, tips_at(*plug.pose.position[:2], 0.08, 0.0), [Spot("box", Pose((x, y, z)))])
        assert needed[0] < 35.0
    assert any(Aim.of(shown, Step("pull", arm, "box/wires/red")).brace for arm in ("left", "right"))  # type: ignore[union-attr]


def test_only_steps_that_want_it_are_braced() -> None:
    for step in (SLIDE, Step("press", "left", "box/buttons/red"), Step("move", "both", "box", relation="left")):
        aim = Aim.of(scene(), step)
        assert aim is not None
        assert aim.brace is None
    assert Aim.of(scene(), Step("view", "left", "box")) is None
    assert Aim.of(scene(), Step("pick", "left", "red_cube")) is None


def test_a_demonstration_tells_which_plug_it_took_and_where_it_pressed() -> None:
    shown = scene()
    aim = Aim.of(shown, PULL)
    assert aim is not None
    other = "box/wires/red/top" if aim.part.endswith("bottom") else "box/wires/red/bottom"
    x, y, _ = local(shown, "wires", shown[other]).position
    taking = tips(shown, "wires", x, y, 0.0095)
    box = shown["box"]
    face = box.pose @ Pose((0.05, 0.0, box.size[2] / 2 + 0.010))
    pressing = Pose(face.position, taking.quaternion)
    looks = [
        look(0.0, shown, {}),
        look(1.0, shown, {"left": taking, "right": pressing}, pushed={"right": 9.0}),
        look(2.0, shown, {"left": taking, "right": pressing}, pressed={"left": 15.0}, pushed={"right": 7.0}),
    ]
    done = as_done(aim, looks)
    assert done.part == other
    assert done.brace is not None
    np.testing.assert_allclose(done.brace.position, (0.05, 0.0, box.size[2] / 2), atol=1e-6)
    untouched = as_done(aim, looks[:1])
    assert untouched.part == aim.part
    assert untouched.brace is None, "the other hand pressed nowhere"


def test_rows_follow_a_box_that_is_shoved() -> None:
    grounder = grounding.Grounder()
    grounder.table(look(0.0, scene(), {}), FLIP)
    shoved = Pose.from_xyz_rpy((FACING.position[0] + 0.05, FACING.position[1], 0.0), (0.0, 0.0, FACING.yaw))
    rows = grounder.table(look(1.0, scene(box=shoved), {}), FLIP)
    before = grounding.Grounder().table(look(0.0, scene(), {}), FLIP)
    moved = features.object_places(rows.astype(float)) - features.object_places(before.astype(float))
    np.testing.assert_allclose(moved[: grounding.ABOUT + 1], [(0.05, 0.0, 0.0)] * 4, atol=1e-6)


def test_where_the_box_is_to_go_stays_when_it_moves() -> None:
    grounder, step = grounding.Grounder(), Step("move", "both", "box", relation="away")
    first = grounder.table(look(0.0, scene(), {}), step)
    pushed = Pose.from_xyz_rpy((FACING.position[0] + 0.03, FACING.position[1], 0.0), (0.0, 0.0, FACING.yaw))
    rows = grounder.table(look(1.0, scene(box=pushed), {}), step)
    np.testing.assert_array_equal(rows[grounding.GOAL, 4:11], first[grounding.GOAL, 4:11])
    assert rows[0, COLUMNS.index("x")] == pytest.approx(first[0, COLUMNS.index("x")] + 0.03, abs=1e-6)


@pytest.mark.parametrize(("gone", "is_there"), [(0.03, False), (FAR_M - 0.004, True), (FAR_M + 0.05, True)])
def test_a_box_that_went_so_far_or_farther_has_no_way_to_go(gone: float, is_there: bool) -> None:
    grounder, step = grounding.Grounder(), Step("move", "both", "box", relation="away")
    grounder.table(look(0.0, scene(), {}), step)
    for stamp, x, flagged in ((1.0, gone, is_there), (2.0, gone - 0.02, is_there)):
        pushed = Pose.from_xyz_rpy((FACING.position[0] + x, FACING.position[1] + 0.01, 0.0), (0.0, 0.0, FACING.yaw + 0.1))
        rows = grounder.table(look(stamp, scene(box=pushed), {}), step)
        assert (rows[0, FLAGS][-1] == 1) == flagged, "for good"
        assert np.allclose(rows[grounding.GOAL, 4:11], rows[0, 4:11]) == flagged


def test_flags_of_steps_on_the_box() -> None:
    rows = grounding.Grounder().table(look(0.0, scene(), {}), FLIP)
    np.testing.assert_array_equal(rows[:4][:, FLAGS], [(1, 0, 0), (0, 0, 0), (1, 1, 1), (0, 0, 0)])
    assert grounding.in_place(rows)
    np.testing.assert_allclose(features.object_places(rows)[grounding.ABOUT], scene()["box"].pose.position, atol=1e-6)
    assert rows[:, 0].all(), "and what stands near"
    for arm, flags in (("right", [(1, 1, 0), (1, 0, 1)]), ("both", [(1, 1, 0), (1, 1, 1)])):
        told = grounding.Grounder().table(look(0.0, scene(), {}), replace(FLIP, arm=arm))
        np.testing.assert_array_equal(told[[0, grounding.GOAL]][:, FLAGS], flags, "which hands work")
    there = grounding.Grounder().table(look(0.0, scene(BoxState(switches=(True, False))), {}), FLIP)
    np.testing.assert_array_equal(there[0, FLAGS], (1, 0, 1)), "the lever is where it is to be"


def test_other_steps_are_told_as_ever() -> None:
    shown, step = scene(), Step("pick", "left", "box/knob/knob")
    seen = look(1.0, shown, {})
    rows = grounding.Grounder().table(seen, step)
    np.testing.assert_array_equal(rows, grounding.table(shown, step, 1.0, seen.hands))
    assert not grounding.in_place(rows)


def test_what_fingers_hold_is_told_as_held() -> None:
    hidden = unseen(scene(), SLIDE.object)
    hand = tips(hidden, "sliders", -0.03, 0.028, 0.006)
    rows = grounding.Grounder().table(look(0.0, hidden, {"left": hand}, pressed={"left": 20.0}), SLIDE)
    np.testing.assert_array_equal(rows[0, HELD], (1.0, 0.0))
    assert not rows[grounding.GOAL, HELD].any()


def test_the_bracing_hand_is_told_the_way_to_where_it_presses() -> None:
    shown = scene()
    seen = look(0.0, shown, {})
    rows = grounding.Grounder().table(seen, FLIP).astype(float)
    tcp = np.stack([seen.hands[side].matrix for side in ("left", "right")])
    told = features.anchors(rows, tcp)
    reached = np.einsum("hij,haj->hai", tcp[:, :3, :3], told[:, : features.WAYS]) + tcp[:, None, :3, 3]
    spots = reached[:, 2 * features.TOLD_BY - 1]
    np.testing.assert_allclose(spots, [features.object_places(rows)[grounding.TARGET]] * 2, atol=1e-6)
    np.testing.assert_allclose(reached[:, 0], [shown[FLIP.object].pose.position] * 2, atol=1e-6)


@pytest.mark.parametrize(
    ("verb", "relation", "left", "right"),
    [
        ("move", "away", (-0.1677, 0.0544), (0.1677, 0.0544)),
        ("move", "left", (-0.1677, 0.0), (0.1677, 0.0)),
        ("rotate", "clockwise", (-0.1677, 0.0544), (0.1677, -0.0544)),
    ],
)
@pytest.mark.parametrize("yaw", [0.0, 0.3])
def test_hands_that_move_the_box_are_told_where_to_hook_in(
    verb: Verb, relation: str, left: tuple[float, float], right: tuple[float, float], yaw: float
) -> None:
    shown = scene(box=Pose.from_xyz_rpy(FACING.position, (0.0, 0.0, FACING.yaw + yaw)))
    seen, step = look(0.0, shown, {}), Step(verb, "both", "box", relation=relation)
    rows = grounding.Grounder().table(seen, step).astype(float)
    tcp = np.stack([seen.hands[side].matrix for side in ("left", "right")])
    told = features.anchors(rows, tcp)
    reached = np.einsum("hij,haj->hai", tcp[:, :3, :3], told[:, : features.WAYS]) + tcp[:, None, :3, 3]
    box = shown["box"].pose
    for hand, sign in ((0, 1.0), (1, -1.0)):
        end = max(((box @ Pose((along, 0.0, 0.0))).position for along in (0.15, -0.15)), key=lambda at: sign * at[1])
        np.testing.assert_allclose(reached[hand, features.TOLD_BY], end, atol=1e-6)
        hook = box.inverse @ Pose(tuple(reached[hand, 2 * features.TOLD_BY - 1]))
        np.testing.assert_allclose(hook.position[:2], (left, right)[hand], atol=1e-3)


def test_a_knob_in_the_hand_is_told_the_turn_that_is_left() -> None:
    step = Step("turn", "right", "box/knob/knob", setting="3")
    hidden, grounder = unseen(scene(), step.object), grounding.Grounder()
    for angle in (0.0, -0.2):
        hand = tips(hidden, "knob", 0.0, 0.0, 0.006, angle)
        seen = look(0.0, hidden, {"right": hand}, pressed={"right": 20.0})
        rows = grounder.table(seen, step).astype(float)
    tcp = np.stack([seen.hands[side].matrix for side in ("left", "right")])
    turn = features.anchors(rows, tcp)[1, features.WAYS + 1]
    np.testing.assert_allclose(np.linalg.norm(turn), 2 * np.pi / 3 - 0.2, atol=1e-5)
