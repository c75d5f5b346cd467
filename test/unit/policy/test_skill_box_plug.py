"""Where a hand takes a loose plug of the BusyBox, how it feels that it has it, and how it has it over its jack."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from test_skill_box_places import at_a_box, turned

from tandem.cell.busybox import parts
from tandem.cell.busybox.layout import canonical
from tandem.cell.collision import CollisionModel
from tandem.cell.pose import Pose
from tandem.cell.reach import top_down
from tandem.cell.robot import RobotModel
from tandem.policy.skills.box import plug_in_hand, plug_places, plug_room
from tandem.policy.skills.box.hands import face_height, frame_of, touch_of
from tandem.policy.skills.grasps import FINGER_HALF_WIDTH_M, FINGERTIP_M
from tandem.policy.skills.situation import Situation

NAME = "box/wires/white/top"


def with_loose(situation: Situation, lean_deg: float, heading_deg: float, height: float = 0.019) -> Situation:
    """The top plug of the white wire stands beside its jack, and leans in that direction of the module."""
    frame = frame_of(situation, "wires")
    x, y, _ = parts.plug("white", "top")
    turn = Rotation.from_euler("zy", [heading_deg, lean_deg], degrees=True)
    i, j, k, w = (float(value) for value in turn.as_quat())
    item = replace(situation.object(NAME), pose=frame @ Pose((x + 0.012, y + 0.004, height), (i, j, k, w)), state="out")
    seen = replace(situation.observation, scene=situation.scene.with_object(item))
    return replace(situation, observation=seen)


@pytest.mark.parametrize(("lean", "heading"), [(20.0, 0.0), (35.0, 160.0), (50.0, -20.0)])
@pytest.mark.parametrize("quarters", [None, 1, 2])
def test_the_plug_ends_upright_on_the_rim_of_its_jack(
    robot: RobotModel, collision: CollisionModel, lean: float, heading: float, quarters: int | None
) -> None:
    layout = canonical() if quarters is None else turned(quarters)
    situation = with_loose(at_a_box(robot, collision, layout, seed=3), lean, heading)
    seen, frame = situation.object(NAME), frame_of(situation, "wires")
    rim = plug_places.on_rim(situation, NAME)
    around = plug_room.plugs_around(situation, NAME)
    ways = [
        (hand, down)
        for hand in plug_places._roomy(situation, NAME, around)
        for _, down in plug_places._released(rim, hand, around)
    ]
    assert ways
    for hand, down in ways:
        end = frame.inverse @ (down @ hand.in_hand)
        np.testing.assert_allclose(end.position, (*parts.plug("white", "top")[:2], 0.0125 + 0.014), atol=1e-6)
        np.testing.assert_allclose(end.rotation[:, 2], (0.0, 0.0, 1.0), atol=1e-6)
        assert np.abs((frame.inverse @ down).rotation[:2, 1]).max() > 0.99  # fingers along the module's sides
        # The fingers put it straight across, by no more than they can.
        straight = hand.tcp @ hand.in_hand
        assert straight.rotation[:, 2] @ seen.pose.rotation[:, 2] > np.cos(np.radians(26.0))
        assert abs(hand.in_hand.rotation[1, 2]) < 1e-6
        assert np.linalg.norm(np.subtract(rim.position, down.position)) < 0.05


def test_fingers_keep_off_neighbours_where_there_is_room(robot: RobotModel, collision: CollisionModel) -> None:
    situation = with_loose(at_a_box(robot, collision, canonical(), seed=3), 12.0, 90.0)
    around = plug_room.plugs_around(situation, NAME)
    found = plug_places.ways_down(situation, "left", NAME, touch_of("left", "box", *(item.name for item in situation.scene)))
    for descent in found:
        assert plug_room.off_sweep(descent.tcp, descent.opening - plug_room.RADIUS_M, around) > 0.002
        assert plug_room.off_sweep(descent.places[-1], plug_places.RELEASE_M, around) > 0.0005
        assert plug_room.off_sweep(plug_places.seated(descent.places[-1]), plug_places.RELEASE_M, around) > 0.0005


@pytest.mark.parametrize("lean", [45.0, 80.0])
def test_fingertips_keep_off_the_face(robot: RobotModel, collision: CollisionModel, lean: float) -> None:
    situation = with_loose(at_a_box(robot, collision, canonical(), seed=3), lean, 30.0)
    rim, around = plug_places.on_rim(situation, NAME), plug_room.plugs_around(situation, NAME)
    for hand in plug_places._hands(situation, NAME):
        assert lowest_corner(hand.tcp) > situation.object(parts.BOX).top
        for down in plug_places.uprights(rim, hand.in_hand, around, hand.tcp):
            assert lowest_corner(plug_places.seated(down)) > face_height(situation)


def lowest_corner(hand: Pose) -> float:
    """Height of the fingertips [m]."""
    return min((hand @ Pose((side * FINGER_HALF_WIDTH_M, 0.0, FINGERTIP_M))).position[2] for side in (1.0, -1.0))


def test_no_hand_leans_too_far_to_a_plug_that_lies_down(robot: RobotModel, collision: CollisionModel) -> None:
    situation = with_loose(at_a_box(robot, collision, canonical(), seed=3), 88.0, 0.0)
    hands = list(plug_places._hands(situation, NAME))
    assert all(hand.tcp.rotation[2, 2] < -np.cos(np.radians(53.0)) for hand in hands)


def test_a_plug_that_lies_is_taken_between_the_ends_of_the_fingers(robot: RobotModel, collision: CollisionModel) -> None:
    situation = with_loose(at_a_box(robot, collision, canonical(), seed=3), 76.0, 180.0, height=0.006)
    hands = list(plug_places._hands(situation, NAME))
    assert hands
    for hand in hands:
        assert hand.tcp.rotation[2, 2] < -np.cos(np.radians(53.0))
        assert hand.in_hand.position[2] > 0.0
        assert plug_places._gripped(hand.in_hand) > 0.006


def test_a_plug_between_the_fingers_is_in_their_way(robot: RobotModel, collision: CollisionModel) -> None:
    situation = at_a_box(robot, collision, canonical(), seed=3)
    around = plug_room.plugs_around(situation, NAME)
    x, y, z = situation.object("box/wires/red/top").pose.position
    beside = top_down((x + 0.009, y, z + 0.01), 0.0)
    assert plug_room.off_fingers(beside, 0.006, around) > plug_room.off_sweep(beside, 0.006, around)
    assert plug_room.off_sweep(beside, 0.006, around) < -0.005
    assert plug_room.off_sweep(top_down((x, y, z + 0.1), 0.0), 0.006, around) > 0.05


def test_a_cable_goes_from_its_plug_to_the_other_one(robot: RobotModel, collision: CollisionModel) -> None:
    situation = with_loose(at_a_box(robot, collision, canonical(), seed=3), 12.0, 90.0)
    cable = plug_room.own_cable(situation, NAME)[:, :3]
    here, there = (np.array(situation.object(name).pose.position) for name in (NAME, "box/wires/white/bottom"))
    assert np.linalg.norm(cable[0] - here) < 0.015
    towards = (cable - here) @ (there - here) / np.linalg.norm(there - here)
    assert (np.diff(towards) > -0.004).all()
    assert towards[-1] > 0.5 * np.linalg.norm(there - here)
    assert cable[:, 2].max() > here[2] + 0.02


def test_poses_in_between_turn_by_no_more_than_a_piece() -> None:
    first, last = Pose((0.4, 0.0, 0.2)), Pose.from_xyz_rpy((0.5, 0.1, 0.3), (0.4, 0.2, 2.6))
    way = [first, *plug_places.between(first, last), last]
    for before, after in pairwise(way):
        turned_by = (Rotation.from_matrix(before.rotation).inv() * Rotation.from_matrix(after.rotation)).magnitude()
        assert turned_by < plug_places._PIECE_RAD + 1e-6
    assert len(way) >= 4


@pytest.mark.parametrize(("turned_deg", "shifted"), [(0.0, 0.0), (25.0, 0.003), (-35.0, -0.004)])
def test_touch_tells_how_a_plug_is_held_however_it_was_seen(
    robot: RobotModel, collision: CollisionModel, turned_deg: float, shifted: float
) -> None:
    situation = at_a_box(robot, collision, canonical(), seed=3)
    hand = situation.measured_tcp("left")
    lean = np.radians(turned_deg)
    axis = np.array([np.sin(lean), 0.0, -np.cos(lean)])
    # So far down its axis that its pin would stand on the box's face, were the hand there.
    held = held_by_pads(situation, shifted, lean)
    seen = Pose.along(np.array([0.0, 0.0, 0.009]), np.array([0.0, 0.0, -1.0]), np.eye(3)[0])
    felt = plug_in_hand.felt_standing(held, "left", seen)
    assert felt.rotation[:, 2] @ axis > np.cos(np.radians(2.0))
    line = np.array([shifted, 0.0, -0.004])
    off = np.array(felt.position) - line
    assert np.linalg.norm(off - (off @ axis) * axis) < 0.001
    # The hand is far above the box: such a plug hangs, and what was seen counts.
    assert (hand @ felt).position[2] > face_height(situation) + 0.1
    assert abs((np.array(felt.position) - seen.position) @ axis) < 1e-3
    again = plug_in_hand.felt_again(held, "left", felt)
    np.testing.assert_allclose(again.position, felt.position, atol=1e-4)


def held_by_pads(situation: Situation, x: float, lean: float) -> Situation:
    """The left hand feels a line through x and z = -4 mm of its frame, that slopes by ``lean``."""
    rows, columns = 8, 4
    across = ((np.arange(columns) + 0.5) / columns * 0.022 - 0.011)[None, :]
    along = (-0.022 + (np.arange(rows) + 0.5) / rows * 0.032)[:, None]
    image = np.zeros((rows, columns))
    for half in (-0.007, 0.007):
        weights = np.exp(
            -((across - x - half * np.sin(-lean)) ** 2 + (along + 0.004 - half * np.cos(lean)) ** 2) / (2 * 0.006**2)
        )
        image += 25.0 * weights / weights.sum()
    pads = np.zeros((2, rows, columns, 3))
    pads[..., 0] = image
    return replace(situation, observation=replace(situation.observation, tactile={"left": pads}))
