"""What the network is told of hands, objects and touch."""

import numpy as np

from tandem.cell.plan import Step
from tandem.cell.pose import Pose
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
    np.testing.assert_allclose(rows[1, 3:6], BIN.pose.position, atol=1e-6)
    assert not rows[2:].any()


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


def test_anchors_are_the_ways_to_the_object_its_target_and_the_other_hand() -> None:
    tcp = tcp_poses(RobotModel(), home_positions())
    rows = grounding.table(Scene(0.0, (BIN, CUBE)), STEP, 1.0).astype(float)
    ways = features.anchors(rows, tcp)
    assert ways.shape == (2, features.ANCHORS, 3)
    for hand in range(2):
        for number, place in enumerate((CUBE.pose.position, BIN.pose.position, tcp[1 - hand, :3, 3])):
            reached = tcp[hand] @ np.append(ways[hand, number], 1.0)
            np.testing.assert_allclose(reached[:3], place, atol=1e-6)
    unknown = features.anchors(np.zeros_like(rows), tcp)
    assert not unknown[:, :2].any()
    np.testing.assert_array_equal(unknown[:, 2], ways[:, 2])
