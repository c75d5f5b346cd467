"""Random scenes: reproducible, roomy, and within reach."""

import itertools
import math

import numpy as np
import pytest

from tandem.cell import ik, props, reach, socket
from tandem.cell.robot import RobotModel, home_positions
from tandem.sim.scenes import ObjectSpec, SceneSpec, scene_for, scene_names

SEEDS = range(60)
ROBOT = RobotModel()


def _outline(item: ObjectSpec) -> np.ndarray:
    x, y = item.size[0] / 2, item.size[1] / 2
    local = np.array([(x, y), (-x, y), (-x, -y), (x, -y)])
    yaw = item.pose.yaw
    turn = np.array([[math.cos(yaw), -math.sin(yaw)], [math.sin(yaw), math.cos(yaw)]])
    return local @ turn.T + item.pose.position[:2]


def _separation(first: np.ndarray, second: np.ndarray) -> float:
    """Gap between two convex outlines along the best of their edges' normals; negative when they overlap."""
    best = -math.inf
    for shape in (first, second):
        edges = np.roll(shape, -1, axis=0) - shape
        for normal in np.stack([edges[:, 1], -edges[:, 0]], axis=1) / np.linalg.norm(edges, axis=1)[:, None]:
            a, b = first @ normal, second @ normal
            best = max(best, b.min() - a.max(), a.min() - b.max())
    return best


def _reaches(side: str, item: ObjectSpec) -> bool:
    place = (item.pose.position[0], item.pose.position[1], item.pose.position[2])
    yaws = item.pose.yaw + np.arange(4) * np.pi / 2
    return any(len(ik.solutions(ROBOT, side, reach.top_down(place, yaw), home_positions())) for yaw in yaws)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", scene_names())
def test_a_seed_gives_the_same_scene_and_another_seed_another(name: str) -> None:
    assert scene_for(name, 4) == scene_for(name, 4)
    assert scene_for(name, 4) != scene_for(name, 5)


def test_an_unknown_scene_is_refused_with_the_known_ones() -> None:
    with pytest.raises(KeyError, match="tabletop"):
        scene_for("moon", 0)


@pytest.mark.parametrize("name", scene_names())
def test_objects_stand_apart_on_the_table_in_the_workspace(name: str) -> None:
    for scene in (scene_for(name, seed) for seed in SEEDS):
        assert len({item.name for item in scene.objects}) == len(scene.objects)
        for item in scene.objects:
            assert item.pose.position[2] == pytest.approx(item.size[2] / 2)
            assert 0.26 < item.pose.position[0] < 0.66
            assert abs(item.pose.position[1]) < 0.34
        for first, second in itertools.combinations(scene.objects, 2):
            assert _separation(_outline(first), _outline(second)) > 0.03, (name, scene.seed, first.name, second.name)


def test_tabletop_has_what_it_should() -> None:
    for scene in (scene_for("tabletop", seed) for seed in SEEDS):
        assert sorted(item.name for item in scene.objects) == ["blue_bin", "blue_cube", "green_bin", "green_cube", "red_cube"]
        sides = [np.sign(item.pose.position[1]) for item in scene.objects if item.category == "bin"]
        assert sorted(sides) == [-1, 1]


def test_either_bin_is_on_either_side_at_random() -> None:
    def left_bin(scene: SceneSpec) -> str:
        return next(item.name for item in scene.objects if item.category == "bin" and item.pose.position[1] > 0)

    assert {left_bin(scene_for("tabletop", seed)) for seed in SEEDS} == {"blue_bin", "green_bin"}


def test_both_arms_reach_every_cube_and_each_its_bin() -> None:
    for scene in (scene_for("tabletop", seed) for seed in SEEDS):
        for item in scene.objects:
            sides = ("left", "right") if item.category == "cube" else ("left",) if item.pose.position[1] > 0 else ("right",)
            for side in sides:
                assert _reaches(side, item), (scene.seed, side, item.name)


def test_there_is_room_to_the_left_of_every_cube() -> None:
    for scene in (scene_for("tabletop", seed) for seed in SEEDS):
        for cube in (item for item in scene.objects if item.category == "cube"):
            x, y, _ = cube.pose.position
            place = np.array([x, y + 0.08])
            for other in scene.objects:
                if other is not cube:
                    square = place + np.array([(0.02, 0.02), (-0.02, 0.02), (-0.02, -0.02), (0.02, -0.02)])
                    assert _separation(square, _outline(other)) > 0.01, (scene.seed, cube.name, other.name)


def test_each_hand_reaches_its_handle_of_the_tray() -> None:
    for scene in (scene_for("tabletop_tray", seed) for seed in SEEDS):
        tray = next(item for item in scene.objects if item.category == "tray")
        bars = sorted((tray.pose @ bar for bar, _ in props.handle_bars(tray.size)), key=lambda pose: pose.position[1])
        for side, bar in zip(("right", "left"), bars, strict=True):
            yaws = (tray.pose.yaw + np.pi / 2, tray.pose.yaw - np.pi / 2)
            poses = [reach.top_down(bar.position, yaw) for yaw in yaws]
            assert any(len(ik.solutions(ROBOT, side, pose, home_positions())) for pose in poses), (scene.seed, side)  # type: ignore[arg-type]


def test_peg_and_socket_stand_on_two_sides_each_within_reach_of_its_own_hand() -> None:
    """The hand at the socket has its camera away from the hole."""
    sides = set()
    for seed in SEEDS:
        peg, base = scene_for("tabletop_peg", seed).objects
        sides.add(side := "left" if base.pose.position[1] > 0 else "right")
        assert peg.pose.position[1] * base.pose.position[1] < 0
        assert peg.colour != base.colour
        grip = (base.pose @ socket.grip_frame(base.size)).position
        hand = reach.top_down(grip, base.pose.yaw + np.pi)
        assert len(ik.solutions(ROBOT, side, hand, home_positions()))  # type: ignore[arg-type]
        assert _reaches("right" if side == "left" else "left", peg)
    assert sides == {"left", "right"}
