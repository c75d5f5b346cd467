"""Hands that come down slowly on things."""

from dataclasses import replace

import numpy as np
import pytest

from tandem.cell.names import Side
from tandem.cell.pose import Pose
from tandem.cell.scene import Scene, SceneObject
from tandem.policy.vla.landing import distances, slowly

DOWN = Pose.from_xyz_rpy((0.0, 0.0, 0.0), (np.pi, 0.0, 0.0))
BLOCK = SceneObject("red_cube", "cube", "red", Pose((0.4, 0.1, 0.02)), (0.04, 0.04, 0.04))
STEP_DT = 0.1


def _hand(x: float, y: float, z: float) -> Pose:
    return Pose((x, y, z), DOWN.quaternion)


def _targets(ways: list[tuple[float, float, float]], rows: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """Both hands at the origin, pointing down, sent on evenly by so much a row; and where they were before."""
    before = np.tile(_hand(0.0, 0.0, 0.0).matrix, (2, 1, 1))
    targets = np.tile(before, (3, rows, 1, 1, 1))
    for hand, way in enumerate(ways):
        targets[:, :, hand, :3, 3] = np.arange(1, rows + 1)[:, None] * np.array(way)
    return targets, before


def test_distances_are_those_of_free_fingertips_to_the_nearest_thing() -> None:
    hands: dict[Side, Pose] = {"left": _hand(0.4, 0.1, 0.10), "right": _hand(0.4, 0.17, 0.03)}
    left, right = distances(Scene(0.0, (BLOCK,)), hands)
    assert left == pytest.approx(0.05)
    assert right == pytest.approx(0.05)
    held = Scene(0.0, (replace(BLOCK, held_by="left"),))
    assert np.isinf(distances(held, hands)).all()


def test_near_a_thing_a_hand_goes_down_slowly_but_aside_and_up_as_it_likes() -> None:
    targets, before = _targets([(0.0, 0.02, -0.03), (0.01, 0.0, 0.02)])
    slowed = slowly(targets, before, np.zeros(2), STEP_DT)
    depths = -slowed[0, :, 0, 2, 3]
    assert np.diff(depths, prepend=0.0).max() < 0.004
    assert (np.diff(depths) > 0.0).all()
    np.testing.assert_allclose(slowed[:, :, 0, :2, 3], targets[:, :, 0, :2, 3], atol=1e-12)
    np.testing.assert_allclose(slowed[:, :, 1], targets[:, :, 1], atol=1e-12)


def test_far_off_it_is_fast_and_slows_down_on_the_way() -> None:
    targets, before = _targets([(0.0, 0.0, -0.03), (0.0, 0.0, -0.03)])
    slowed = slowly(targets, before, np.array([0.1, np.inf]), STEP_DT)
    np.testing.assert_allclose(slowed[:, :, 1], targets[:, :, 1])
    steps = np.diff(-slowed[0, :, 0, 2, 3], prepend=0.0)
    assert steps[0] > 0.012
    assert (np.diff(steps) <= 1e-12).all()


def test_slow_hands_are_left_as_they_are() -> None:
    targets, before = _targets([(0.0, 0.0, -0.001), (0.0, 0.0, -0.002)])
    np.testing.assert_allclose(slowly(targets, before, np.zeros(2), STEP_DT), targets, atol=1e-12)
