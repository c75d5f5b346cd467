"""Where a hand takes a loose plug of the BusyBox, and how it has it over its jack."""

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
from tandem.cell.robot import RobotModel
from tandem.policy.skills.box import plug
from tandem.policy.skills.box.hands import frame_of, lowest_tips
from tandem.policy.skills.grasps import FINGER_HALF_WIDTH_M, FINGERTIP_M
from tandem.policy.skills.situation import Situation

NAME = "box/wires/white/top"


def with_loose(situation: Situation, lean_deg: float, heading_deg: float) -> Situation:
    """The top plug of the white wire stands beside its jack, and leans in that direction of the module."""
    frame = frame_of(situation, "wires")
    x, y, _ = parts.plug("white", "top")
    turn = Rotation.from_euler("zy", [heading_deg, lean_deg], degrees=True)
    i, j, k, w = (float(value) for value in turn.as_quat())
    item = replace(situation.object(NAME), pose=frame @ Pose((x + 0.012, y + 0.004, 0.019), (i, j, k, w)), state="out")
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
    places = list(plug._places(situation, NAME))
    assert places
    for hand, *_, rim in places:
        end = frame.inverse @ (rim @ (hand.inverse @ seen.pose))
        np.testing.assert_allclose(end.position, (*parts.plug("white", "top")[:2], 0.0125 + 0.014), atol=1e-6)
        np.testing.assert_allclose(end.rotation[:, 2], (0.0, 0.0, 1.0), atol=1e-6)
        assert abs((frame.inverse @ rim).rotation[1, 1]) > 0.99  # fingers where there is no neighbour
        leaning = np.arccos(np.clip(-rim.rotation[2, 2], -1.0, 1.0))
        assert leaning < np.radians(13.0)


def test_fingertips_keep_off_the_face(robot: RobotModel, collision: CollisionModel) -> None:
    situation = with_loose(at_a_box(robot, collision, canonical(), seed=3), 45.0, 30.0)
    for hand, *_ in plug._places(situation, NAME):
        corners = [(hand @ Pose((side * FINGER_HALF_WIDTH_M, 0.0, FINGERTIP_M))).position[2] for side in (1.0, -1.0)]
        assert min(corners) > lowest_tips(situation) - 1e-6


def test_a_plug_that_lies_down_is_not_reached_for(robot: RobotModel, collision: CollisionModel) -> None:
    situation = with_loose(at_a_box(robot, collision, canonical(), seed=3), 88.0, 0.0)
    assert list(plug._places(situation, NAME)) == []


def test_poses_in_between_turn_by_no_more_than_a_piece() -> None:
    first, last = Pose((0.4, 0.0, 0.2)), Pose.from_xyz_rpy((0.5, 0.1, 0.3), (0.4, 0.2, 2.6))
    way = [first, *plug.between(first, last), last]
    for before, after in pairwise(way):
        turned_by = (Rotation.from_matrix(before.rotation).inv() * Rotation.from_matrix(after.rotation)).magnitude()
        assert turned_by < plug._PIECE_RAD + 1e-6
    assert len(way) >= 4
