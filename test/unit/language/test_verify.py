"""Postconditions, seen in scenes."""

from dataclasses import replace

import pytest
from language_scenes import SCENES, a_cube

from tandem.cell.marks import HAND_OUT, marked_place
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.scene import HeldBy, Scene, SceneObject
from tandem.language.verify import holds


def held(scene: Scene, name: str, by: HeldBy, z: float = 0.2) -> Scene:
    item = scene[name]
    x, y, _ = item.pose.position
    return scene.with_object(replace(item, held_by=by, on="", inside="", pose=Pose((x, y, z), item.pose.quaternion)))


def moved(scene: Scene, name: str, x: float, y: float, z: float = 0.02, **more: str) -> Scene:
    return scene.with_object(replace(scene[name], pose=Pose((x, y, z)), held_by="", **more))


def without(scene: Scene, name: str) -> Scene:
    return Scene(scene.stamp, tuple(item for item in scene if item.name != name))


@pytest.mark.parametrize(("by", "expected"), [("left", True), ("right", False), ("", False)])
def test_pick_needs_the_right_hand(tabletop: Scene, by: HeldBy, expected: bool) -> None:
    check = holds(Step("pick", "left", "red_cube"), tabletop, held(tabletop, "red_cube", by))
    assert check.ok is expected
    assert "red cube" in check.reason


def test_place_in_a_bin(tabletop: Scene) -> None:
    step = Step("place", "left", "red_cube", "blue_bin", "in")
    bin_at = tabletop["blue_bin"].pose.position
    inside = moved(tabletop, "red_cube", bin_at[0], bin_at[1], 0.026, on="", inside="blue_bin")
    assert holds(step, tabletop, inside).ok is True
    assert holds(step, tabletop, held(inside, "red_cube", "left")).ok is False
    assert holds(step, tabletop, tabletop).ok is False
    assert holds(step, tabletop, without(inside, "blue_bin")).ok is False


def test_place_on_and_beside(tabletop: Scene) -> None:
    green = tabletop["green_cube"].pose.position
    stacked = moved(tabletop, "red_cube", green[0], green[1], 0.06, on="green_cube")
    beside = moved(tabletop, "red_cube", green[0], green[1] + 0.1)
    assert holds(Step("place", "left", "red_cube", "green_cube", "on"), tabletop, stacked).ok is True
    assert holds(Step("place", "left", "red_cube", "green_cube", "on"), tabletop, beside).ok is False
    assert holds(Step("place", "left", "red_cube", "green_cube", "left_of"), tabletop, beside).ok is True
    assert holds(Step("place", "left", "red_cube", "green_cube", "right_of"), tabletop, beside).ok is False
    assert holds(Step("place", "left", "red_cube", "table", "on"), tabletop, beside).ok is True
    assert holds(Step("place", "left", "red_cube", "table", "on"), tabletop, stacked).ok is False


def test_given_is_what_the_named_hand_holds_above_the_place(tabletop: Scene) -> None:
    step, place = Step("give", "left", "red_cube"), marked_place(HAND_OUT)
    x, y = place.position

    def at(by: HeldBy, dx: float = 0.0, z: float = place.height) -> bool | None:
        item = replace(tabletop["red_cube"], held_by=by, on="", pose=Pose((x + dx, y, z)))
        return holds(step, tabletop, tabletop.with_object(item)).ok

    assert at("left", dx=0.8 * place.radius) is True
    assert at("right") is False
    assert at("left", dx=1.2 * place.radius) is False
    assert at("left", z=0.03) is False


def test_hand_over_needs_the_taker_alone(tabletop: Scene) -> None:
    step = Step("hand_over", "left", "blue_cube", "right")
    assert holds(step, tabletop, held(tabletop, "blue_cube", "right")).ok is True
    assert holds(step, tabletop, held(tabletop, "blue_cube", "both")).ok is False


@pytest.mark.parametrize(
    ("height", "rise", "expected"), [(0.0, 0.08, True), (0.0, 0.01, False), (0.2, 0.08, False), (0.2, 0.19, True)]
)
def test_lift_is_measured_from_where_it_stood(tabletop: Scene, height: float, rise: float, expected: bool) -> None:
    step = Step("lift", "both", "tray", height=height)
    stood = tabletop["tray"].pose.position[2]
    assert holds(step, tabletop, held(tabletop, "tray", "both", stood + rise)).ok is expected


def test_lift_with_one_of_two_hands_is_none(tabletop: Scene) -> None:
    assert holds(Step("lift", "both", "tray"), tabletop, held(tabletop, "tray", "left", 0.2)).ok is False


def test_joints_are_not_judged_from_scenes(tabletop: Scene) -> None:
    for step in (Step("home", "both"), Step("close", "left"), Step("open", "left")):
        assert holds(step, tabletop, tabletop).ok is None


def test_open_must_let_go(tabletop: Scene) -> None:
    before = held(tabletop, "red_cube", "left")
    assert holds(Step("open", "left"), before, before).ok is False
    assert holds(Step("open", "left"), before, tabletop).ok is True


def test_what_is_gone_is_no_success(tabletop: Scene) -> None:
    gone = without(tabletop, "red_cube")
    assert holds(Step("pick", "left", "red_cube"), tabletop, gone).ok is False
    assert holds(Step("place", "left", "red_cube", "blue_bin", "in"), tabletop, gone).ok is False


def test_scenes_agree_with_themselves() -> None:
    stacked = SCENES["stacked"]
    assert holds(Step("place", "left", "red_cube", "green_cube", "on"), stacked, stacked).ok is True
    assert holds(Step("place", "left", "blue_cube", "green_bin", "in"), stacked, stacked).ok is True


def test_a_cube_that_hides_in_a_bin_counts_by_what_perception_says(tabletop: Scene) -> None:
    hidden: SceneObject = replace(a_cube("red", 0.9, 0.9), on="", inside="blue_bin", visible=False)
    assert holds(Step("place", "left", "red_cube", "blue_bin", "in"), tabletop, tabletop.with_object(hidden)).ok is True


def test_inserted_is_deep_in_the_hole_and_let_go() -> None:
    plugged, apart = SCENES["plugged"], SCENES["peg"]
    step = Step("insert", "right", "red_peg", "yellow_socket", "in")
    assert holds(step, apart, plugged).ok is True
    assert "not in the yellow socket" in holds(step, apart, apart).reason
    assert "still held" in holds(step, apart, plugged.with_object(replace(plugged["red_peg"], held_by="right"))).reason
    peg = plugged["red_peg"]
    for up, ok in ((0.008, True), (0.015, False)):
        x, y, z = peg.pose.position
        check = holds(step, apart, plugged.with_object(replace(peg, pose=Pose((x, y, z + up), peg.pose.quaternion))))
        assert check.ok is ok
        assert ok or "27 mm deep" in check.reason
    assert holds(step, apart, without(plugged, "yellow_socket")).ok is False
