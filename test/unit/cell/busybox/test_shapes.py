"""What is solid of the box."""

from itertools import combinations
from math import pi

import numpy as np
import pytest

from tandem.cell.busybox.layout import Layout, canonical, fully_shuffled
from tandem.cell.busybox.scene_objects import scene_objects
from tandem.cell.busybox.shapes import handle_hole
from tandem.cell.busybox.state import BoxState
from tandem.cell.pose import Pose
from tandem.cell.props import primitives
from tandem.cell.scene import Scene, SceneObject

BOX = Pose.from_xyz_rpy((0.45, 0.02, 0.0), (0.0, 0.0, -pi / 2 + 0.2))


def corners(item: SceneObject) -> np.ndarray:
    """Of all boxes of an object in the world, shape (boxes, 8, 3)."""
    signs = np.array(np.meshgrid([-1, 1], [-1, 1], [-1, 1])).reshape(3, -1).T / 2
    placed = [(item.pose @ pose, size) for pose, size in primitives(item.category, item.size)]
    return np.array([signs * np.array(size) @ pose.rotation.T + pose.position for pose, size in placed])


def overlap(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether two upright boxes, given by their corners, overlap, by the separating axes of their outlines and of height."""
    axes = [(box[index] - box[0])[:2] for box in (first, second) for index in (1, 2, 4)]
    lines = [np.array([*axis, 0.0]) / np.linalg.norm(axis) for axis in axes if np.linalg.norm(axis) > 1e-6]
    for line in (*lines, np.array([0.0, 0.0, 1.0])):
        one, other = first @ line, second @ line
        if one.max() <= other.min() + 1e-9 or other.max() <= one.min() + 1e-9:
            return False
    return True


@pytest.mark.parametrize(
    "layout", [canonical(), fully_shuffled(np.random.default_rng(1)), fully_shuffled(np.random.default_rng(2))]
)
def test_parts_stand_on_the_box_and_clear_of_one_another(layout: Layout) -> None:
    """But for each wire and its own plugs."""
    state = BoxState((1, 5), 2, (True, False))
    scene = Scene(0.0, scene_objects(BOX, layout, state))
    shaped = [item for item in scene if item.name != "box" and len(primitives(item.category, item.size))]
    for item in (item for item in shaped if item.category != "handle"):
        foot = 0.074 + (0.025 if item.category == "wire" else 0.0)
        assert corners(item)[..., 2].min() == pytest.approx(foot, abs=1e-6)
    for first, second in combinations(shaped, 2):
        if first.name.startswith(second.name) or second.name.startswith(first.name):
            continue
        assert not any(overlap(one, other) for one in corners(first) for other in corners(second)), (first.name, second.name)


def test_a_loop_leans_to_where_its_highest_point_is_seen() -> None:
    frame = BOX @ canonical()["wires"].pose
    top = frame @ Pose((0.0345 + 0.03 * np.sin(0.8), 0.0, 0.025 + 0.03 * np.cos(0.8)))
    scene = Scene(0.0, scene_objects(BOX, canonical(), BoxState(), measured={"box/wires/white": top.position}))
    local = (corners(scene["box/wires/white"])[0] - frame.position) @ frame.rotation
    low, high = local[local[:, 2] < 0.04], local[local[:, 2] > 0.04]
    np.testing.assert_allclose(low.mean(axis=0), [0.0345, 0.0, 0.025], atol=1e-6)
    np.testing.assert_allclose(high.mean(axis=0), [0.0345 + 0.03 * np.sin(0.8), 0.0, 0.025 + 0.03 * np.cos(0.8)], atol=1e-6)


@pytest.mark.parametrize("side", ["left", "right"])
def test_fingers_go_through_a_handle(side: str) -> None:
    scene = Scene(0.0, scene_objects(BOX, canonical(), BoxState()))
    handle, box = scene[f"box/handles/{side}"], scene["box"]
    local = np.concatenate([(corners(handle).reshape(-1, 3) - handle.pose.position) @ handle.pose.rotation])
    assert (np.abs(local).max(axis=0) <= np.array(handle.size) / 2 + 0.004).all()
    away = handle.pose.rotation[:, 0] @ (np.array(handle.pose.position) - box.pose.position)
    assert away == pytest.approx((0.3 + 0.053) / 2)
    x, y, half = handle_hole(handle.size)
    assert half == pytest.approx(0.074, abs=1e-3)
    finger = SceneObject("finger", "box", "", handle.pose @ Pose((x, y, 0.0)), (0.028, 0.13, 0.075))
    assert not any(overlap(corners(finger)[0], other) for item in (handle, box) for other in corners(item))
