"""What the network is told of hands, objects and touch."""

from dataclasses import replace

import numpy as np
import pytest

from tandem.cell.places import place_spots
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.reach import top_down
from tandem.cell.robot import RobotModel, home_positions
from tandem.cell.scene import Scene, SceneObject
from tandem.policy import grounding
from tandem.policy.vla import features, frames
from tandem.policy.vla.poses import tcp_poses

CUBE = SceneObject("red_cube", "cube", "red", Pose.from_xyz_rpy((0.4, 0.1, 0.02), (0, 0, 0.3)), (0.04, 0.04, 0.04))
BIN = SceneObject("blue_bin", "bin", "blue", Pose.from_xyz_rpy((0.45, -0.28, 0.03), (0, 0, 0.1)), (0.16, 0.16, 0.06))
STEP = Step("place", "right", "red_cube", "blue_bin", "in", text="put the red cube in the blue bin")


def test_widths_are_those_that_are_announced() -> None:
    tcp = tcp_poses(RobotModel(), home_positions())
    rows = grounding.table(Scene(0.0, (BIN, CUBE)), STEP, 1.0).astype(float)
    objects, there = features.object_features(rows, tcp)
    assert objects.shape == (grounding.OBJECTS, features.OBJECT_WIDTH)
    assert list(there) == [True, True] + [False] * 6
    assert features.hand_features(tcp, np.zeros(2)).shape == (2, features.HAND_WIDTH)
    touch = features.touch_features(np.zeros((4, 12)), np.zeros((4, 2, 2, 8, 4, 3)))
    assert touch.shape == (4, 2, features.TOUCH_WIDTH)
    assert features.felt(np.zeros(12), np.zeros((2, 2, 8, 4, 3))).shape == (2 * features.FELT_WIDTH,)


def test_the_steps_object_comes_first_then_its_target() -> None:
    rows = grounding.table(Scene(0.0, (BIN, CUBE)), STEP, 1.0)
    words = list(grounding.COLUMNS)
    assert rows[0, words.index("is_object")] == 1
    assert rows[0, words.index("is_cube")] == 1
    assert rows[1, words.index("is_target")] == 1
    np.testing.assert_allclose(features.object_places(rows)[1], BIN.pose.position, atol=1e-6)
    assert not rows[2:].any(), "where it is to go was not asked"


def test_where_the_object_is_to_go_comes_third() -> None:
    other = SceneObject("green_cube", "cube", "green", Pose((0.45, -0.28, 0.03)), CUBE.size, inside="blue_bin")
    scene = Scene(0.0, (BIN, CUBE, other))
    wanted = grounding.goal(scene, STEP)
    assert wanted is not None
    rows = grounding.table(scene, STEP, 1.0, None, wanted)
    words = list(grounding.COLUMNS)
    flags = [words.index(word) for word in ("is_object", "is_target", "is_goal", "is_cube")]
    np.testing.assert_array_equal(rows[2, flags], (0.0, 0.0, 1.0, 1.0))
    place = features.object_places(rows)[2]
    assert np.linalg.norm(place[:2] - np.array(BIN.pose.position[:2])) < 0.06
    assert np.linalg.norm(place[:2] - np.array(other.pose.position[:2])) > 0.04, "not onto what lies there"
    assert list(rows[:, words.index("present")]) == [1, 1, 1, 1, 0, 0, 0, 0]
    assert grounding.goal(scene, Step("pick", "left", "red_cube")) is None
    assert grounding.goal(scene, Step("place", "left", "red_cube", "red_bin", "in")) is None, "there is no red bin"


def test_a_goal_is_kept_until_another_step_begins() -> None:
    kept = grounding.KeptGoal()
    first = kept.of(Scene(0.0, (BIN, CUBE)), STEP)
    there = Scene(0.0, (replace(BIN, pose=Pose((0.5, 0.2, 0.03))), CUBE))
    assert kept.of(there, STEP) == first
    kept.forget()
    assert kept.of(there, STEP) == grounding.goal(there, STEP) != first


def test_an_object_seen_from_the_hand_stays_the_same_when_both_move() -> None:
    tcp = tcp_poses(RobotModel(), home_positions())
    rows = grounding.table(Scene(0.0, (CUBE,)), Step("pick", "left", "red_cube"), 0.0).astype(float)
    moved = SceneObject("red_cube", "cube", "red", Pose.from_xyz_rpy((0.45, 0.05, 0.02), (0, 0, 0.3)), CUBE.size)
    rows_moved = grounding.table(Scene(0.0, (moved,)), Step("pick", "left", "red_cube"), 0.0).astype(float)
    shift = frames.from_parts(np.array([0.05, -0.05, 0.0]), np.eye(3))
    here, _ = features.object_features(rows, tcp)
    there, _ = features.object_features(rows_moved, shift @ tcp)
    from_hands = slice(0, 2 * (frames.POSITION_WIDTH + 10))
    np.testing.assert_allclose(here[0, from_hands], there[0, from_hands], atol=1e-5)


def test_pressure_on_a_pad_shows() -> None:
    tactile = np.zeros((1, 2, 2, 8, 4, 3))
    tactile[0, 1, 0, 3, 2, 0] = 5.0
    felt = features.touch_features(np.zeros((1, 12)), tactile)[0]
    assert not felt[0].any()
    assert felt[1].max() > 1.0


TRAY = SceneObject("tray", "tray", "grey", Pose.from_xyz_rpy((0.5, 0.02, 0.03), (0, 0, np.pi / 2 - 0.2)), (0.3, 0.2, 0.056))
PEG = SceneObject("peg", "peg", "grey", Pose.from_xyz_rpy((0.4, 0.1, 0.045), (0, 0, 0.4)), (0.024, 0.024, 0.09))


_OBJECT, _DESTINATION = range(features.TOLD_BY)
_END = features.TOLD_BY


def _anchor_places(
    *, object_: SceneObject, target: SceneObject | None = None, wanted: SceneObject | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Where the hands are, and the places that their anchors stand for, shape (2, ANCHORS, 3)."""
    tcp = tcp_poses(RobotModel(), home_positions())
    step = Step("place", "right", object_.name, target.name if target else "")
    scene = Scene(0.0, (target, object_) if target else (object_,))
    rows = grounding.table(scene, step, 1.0, wanted=wanted).astype(float)
    ways = features.anchors(rows, tcp)
    assert ways.shape == (2, features.ANCHORS, 3)
    return tcp, np.einsum("hij,haj->hai", tcp[:, :3, :3], ways) + tcp[:, None, :3, 3]


def test_anchors_are_the_ways_to_the_object_its_target_and_the_other_hand() -> None:
    tcp, places = _anchor_places(object_=CUBE, target=BIN)
    for hand in range(2):
        for number, place in (
            (_OBJECT, CUBE.pose.position),
            (_DESTINATION, BIN.pose.position),
            (features.WAYS - 1, tcp[1 - hand, :3, 3]),
        ):
            np.testing.assert_allclose(places[hand, number], place, atol=1e-6)
    tcp, places = _anchor_places(object_=CUBE)
    for number in (_DESTINATION, _END + _DESTINATION):
        np.testing.assert_allclose(places[:, number], tcp[:, :3, 3])  # what isn't there is no way away


def test_the_place_where_the_object_is_to_go_counts_rather_than_the_target() -> None:
    wanted = replace(CUBE, pose=Pose((BIN.pose.position[0] + 0.04, BIN.pose.position[1], 0.026)))
    _, places = _anchor_places(object_=CUBE, target=BIN, wanted=wanted)
    np.testing.assert_allclose(places[:, _DESTINATION], np.tile(wanted.pose.position, (2, 1)), atol=1e-6)


@pytest.mark.parametrize("held_at", [0.1, 0.9, 2.0, -1.2])
def test_a_held_cube_turns_until_the_fingers_close_where_there_is_room(held_at: float) -> None:
    in_tcp = Pose.from_xyz_rpy((0.001, 0.0, 0.003), (0.02, 0.0, 0.3))
    hand = top_down((0.3, 0.1, 0.2), held_at)
    cube = replace(CUBE, pose=hand @ in_tcp, held_by="left", pose_in_tcp=in_tcp)
    full = replace(CUBE, name="blue_cube", pose=Pose((*BIN.pose.position[:2], 0.026)), inside=BIN.name)
    scene = Scene(0.0, (cube, BIN, full))
    spot = place_spots("in", cube, BIN.name, scene)[0]
    assert spot.closing is not None
    wanted = grounding.goal(scene, Step("place", "left", CUBE.name, BIN.name, "in"))
    assert wanted is not None
    there = wanted.pose @ in_tcp.inverse  # the hand's pose
    np.testing.assert_allclose(there.rotation[:, 2], (0, 0, -1), atol=1e-6)
    fingers = there.rotation[:2, 1]
    np.testing.assert_allclose(abs(fingers @ (np.cos(spot.closing), np.sin(spot.closing))), 1.0, atol=1e-6)
    assert fingers @ hand.rotation[:2, 1] > -1e-6, "never more than a quarter of a turn"
    tcp = np.stack([hand.matrix, np.eye(4)])
    rows = grounding.table(scene, Step("place", "left", CUBE.name, BIN.name, "in"), 0.0, wanted=wanted).astype(float)
    turn = features.anchors(rows, tcp)[0, features.WAYS + _DESTINATION]
    turned = hand.rotation @ frames.from_vectors(np.zeros(3), turn)[:3, :3]
    np.testing.assert_allclose(turned, there.rotation, atol=1e-5)


def test_each_hand_is_told_the_end_on_its_side_of_a_long_thing() -> None:
    _, places = _anchor_places(object_=TRAY)
    for hand, sign in enumerate((1, -1)):
        np.testing.assert_allclose(places[hand, _END], (TRAY.pose @ Pose((sign * 0.15, 0.0, 0.0))).position, atol=1e-6)
    _, places = _anchor_places(object_=PEG, target=CUBE)
    np.testing.assert_allclose(places[:, _END], np.tile((0.4, 0.1, 0.09), (2, 1)), atol=1e-6)
    np.testing.assert_allclose(places[:, _END + _DESTINATION], places[:, _DESTINATION])  # a cube has no ends


def test_hands_are_told_how_to_turn_to_be_square_to_a_thing() -> None:
    rows = grounding.table(Scene(0.0, (CUBE,)), Step("pick", "left", "red_cube"), 0.0).astype(float)
    turns = np.array([[0.0, 0.0, 0.3 + np.pi / 2], [np.pi, 0.0, 0.0]])
    tcp = frames.from_vectors(np.zeros((2, 3)), turns)
    told = features.anchors(rows, tcp)[:, features.WAYS :]
    np.testing.assert_allclose(told[0, 0], 0.0, atol=1e-6)
    np.testing.assert_allclose(told[1, 0], (0.0, 0.0, -0.3), atol=1e-6)  # pointing down, it turns the other way round
    assert not told[:, 1:].any(), "there is no target"


def test_half_the_width_of_what_a_hand_can_grip() -> None:
    for item, half in ((PEG, 0.012), (CUBE, 0.02), (TRAY, 0.0)):
        rows = grounding.table(Scene(0.0, (item,)), Step("pick", "left", item.name), 1.0).astype(float)
        assert float(features.half_width(rows)) == np.float32(half)
    assert not features.half_width(np.zeros((3, grounding.OBJECTS, grounding.WIDTH))).any()


def test_what_a_hand_holds_is_where_the_hand_is_now_and_goes_where_it_goes() -> None:
    robot = RobotModel()
    hands = robot.hands(home_positions())
    in_tcp = Pose.from_xyz_rpy((0.0, 0.002, 0.01), (0, 0, 0.2))
    cube = SceneObject("red_cube", "cube", "red", Pose((0.3, 0.0, 0.2)), CUBE.size, held_by="right", pose_in_tcp=in_tcp)
    rows = grounding.table(Scene(0.0, (cube, BIN)), STEP, 1.0, hands).astype(float)
    where = (hands["right"] @ in_tcp).position
    np.testing.assert_allclose(features.object_places(rows)[0], where, atol=1e-6)
    np.testing.assert_allclose(features.object_places(rows)[1], BIN.pose.position, atol=1e-6)
    motions = np.tile(np.eye(4), (2, 1, 1))
    motions[1, :3, 3] = 0.01, 0.02, 0.03
    moved = features.object_places(features.carried(rows, motions))
    np.testing.assert_allclose(moved[0], np.array(where) + motions[1, :3, 3], atol=1e-6)
    np.testing.assert_array_equal(moved[1], features.object_places(rows)[1])
