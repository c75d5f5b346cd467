"""Paths against the collision model."""

import numpy as np
import pytest

from tandem.cell import ik
from tandem.cell.collision import CollisionModel
from tandem.cell.pose import Pose
from tandem.cell.reach import top_down
from tandem.cell.robot import RobotModel, home_positions
from tandem.cell.scene import Scene, SceneObject
from tandem.cell.trajectory import Array
from tandem.motion import checking, path

ROBOT = RobotModel()
HOME = home_positions()


@pytest.fixture
def model() -> CollisionModel:
    post = SceneObject("brown_post", "box", "brown", Pose((0.45, 0.10, 0.10)), (0.01, 0.01, 0.20))
    model = CollisionModel(ROBOT)
    model.set_world(Scene(0.0, (post,)))
    return model


def hand_at(x: float, y: float, z: float) -> Array:
    found = ik.solve_both(ROBOT, {"left": top_down((x, y, z))}, HOME)
    assert found is not None
    return found


def test_a_thin_post_in_the_way_is_found_and_named(model: CollisionModel) -> None:
    through_it = path.line(hand_at(0.45, 0.32, 0.08), hand_at(0.45, -0.05, 0.08))
    hit = checking.first_hit(model, through_it, 1.0)
    assert hit is not None
    assert 0.05 < hit.at < 0.95
    assert "brown_post" in hit.reason
    assert not checking.is_free(model, through_it, 1.0)
    before = np.linspace(0, hit.at, 50)[:-2]
    assert not any(model.in_collision(joints) for joints in through_it(before))


def test_a_free_path_is_free(model: CollisionModel) -> None:
    above_it = path.line(hand_at(0.45, 0.32, 0.36), hand_at(0.45, -0.05, 0.36))
    assert checking.is_free(model, above_it, 1.0)
    assert checking.first_hit(model, above_it, 1.0) is None


def test_the_largest_margin_that_postures_keep_is_chosen(model: CollisionModel) -> None:
    margin = 0.004
    finger_tip = 0.010
    far, near = hand_at(0.45, -0.05, finger_tip + 2 * margin), hand_at(0.45, -0.05, finger_tip + 1.2 * margin)
    assert checking.free_scale(model, [HOME, far]) == 1.5
    assert checking.free_scale(model, [HOME, near]) == 1.1
    assert checking.free_scale(model, [HOME, hand_at(0.45, -0.05, finger_tip)]) is None


def test_words_tell_overlap_from_nearness(model: CollisionModel) -> None:
    assert "overlaps" in checking.too_near(model, hand_at(0.45, -0.05, 0.0))
    assert "the margin is 4 mm" in checking.too_near(model, hand_at(0.45, -0.05, 0.012))
