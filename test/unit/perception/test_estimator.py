import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from box_world import BLUE, GREEN, GREY, RED, Block, World, cube, open_bin, prop, tray
from hand_script import BAR, CUBE, OPEN, joints, sideways, top_down

from tandem.cell.names import Side
from tandem.cell.pose import Pose
from tandem.cell.props import default_size, handle_bars
from tandem.cell.robot import home_positions
from tandem.cell.scene import Scene
from tandem.cell.socket import grip_frame, hole_frame
from tandem.perception.estimator import SceneEstimator

YELLOW = (238, 190, 40)
STILL = np.zeros(14)
PLATE = Block((0.44, 0.10, 0.80), (0.16, 0.16, 0.01), 0.0, GREY)
"""Too high to be an object, and hides what is about (0.40, 0.14)."""


class Watcher:
    """Shows worlds to an estimator, ten images a second."""

    def __init__(self) -> None:
        self.estimator = SceneEstimator()
        self.clock = itertools.count(1)

    def see(self, world: World | Sequence[Block], times: int = 1, positions: np.ndarray | None = None) -> Scene:
        blocks = world if isinstance(world, World) else World(list(world))
        scene = self.estimator.scene
        for _ in range(times):
            stamp = 0.1 * next(self.clock)
            at = home_positions() if positions is None else positions
            scene = self.estimator.update([blocks.image(stamp)], at, STILL, stamp)
        return scene

    def feel(self, hands: dict[Side, Pose], travel: dict[Side, float]) -> Scene:
        """Joint states without an image."""
        return self.estimator.update([], joints(hands, travel), STILL, 0.1 * next(self.clock))


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


def test_a_whole_table(watcher: Watcher) -> None:
    blocks = [cube(0.33, 0.10, 0.3, RED), cube(0.50, -0.05, 1.2, GREEN), *open_bin(0.45, 0.30, 0.1, BLUE)]
    blocks += [
        cube(0.46, 0.31, 0.5, BLUE, bottom=0.006),
        *tray(0.45, -0.28, 1.5, YELLOW),
        cube(0.45, -0.30, 0.2, RED, bottom=0.008),
    ]
    scene = watcher.see(World(blocks, depth_noise=0.001), times=3)
    assert [item.name for item in scene] == ["blue_bin", "blue_cube", "green_cube", "red_cube", "red_cube_2", "tray"]
    assert scene["blue_cube"].inside == "blue_bin"
    assert scene["red_cube_2"].on == "tray"
    assert scene["green_cube"].on == scene["tray"].on == "table"
    truth = {
        "red_cube": (0.33, 0.10, 0.02),
        "blue_bin": (0.45, 0.30, 0.03),
        "blue_cube": (0.46, 0.31, 0.026),
        "tray": (0.45, -0.28, 0.028),
    }
    for name, place in truth.items():
        assert scene[name].pose.position == pytest.approx(place, abs=2e-3), name
    assert scene["red_cube"].pose.yaw == pytest.approx(0.3, abs=np.deg2rad(3))
    assert scene["tray"].pose.yaw == pytest.approx(1.5, abs=np.deg2rad(1))
    assert all(item.visible and item.confidence > 0.8 for item in scene)


def test_twins_are_named_from_the_left_and_keep_their_names_when_they_pass(watcher: Watcher) -> None:
    watcher.see([cube(0.35, 0.10, 0.0, RED), cube(0.50, -0.10, 0.0, RED)])
    for step in range(11):
        y = 0.10 - 0.02 * step
        scene = watcher.see([cube(0.40, y, 0.0, RED), cube(0.47, -y, 0.0, RED)])
    assert scene["red_cube"].pose.position[:2] == pytest.approx((0.40, -0.10), abs=2e-3)
    assert scene["red_cube_2"].pose.position[:2] == pytest.approx((0.47, 0.10), abs=2e-3)


def test_hidden_is_remembered_and_found_again(watcher: Watcher) -> None:
    there = [cube(0.40, 0.14, 0.2, RED)]
    before = watcher.see(there, times=4)["red_cube"]
    hidden = watcher.see([*there, PLATE], times=10)["red_cube"]
    assert not hidden.visible
    assert hidden.pose == before.pose
    assert 0.9 * before.confidence < hidden.confidence < before.confidence
    assert hidden.last_seen == before.last_seen
    again = watcher.see(there)["red_cube"]
    assert again.visible
    assert again.last_seen > before.last_seen


def test_hidden_and_taken_away_is_gone_once_the_place_is_seen(watcher: Watcher) -> None:
    watcher.see([cube(0.40, 0.14, 0.2, RED), cube(0.5, -0.1, 0.0, BLUE)], times=2)
    assert "red_cube" in watcher.see([PLATE, cube(0.5, -0.1, 0.0, BLUE)], times=5)
    assert [item.name for item in watcher.see([cube(0.5, -0.1, 0.0, BLUE)], times=3)] == ["blue_cube"]


def test_hidden_and_moved_far_is_the_same_object(watcher: Watcher) -> None:
    watcher.see([cube(0.40, 0.14, 0.2, RED)], times=3)
    watcher.see([PLATE], times=3)
    scene = watcher.see([PLATE, cube(0.55, -0.2, 0.6, RED)], times=3)
    assert [item.name for item in scene] == ["red_cube"]
    assert scene["red_cube"].pose.position[:2] == pytest.approx((0.55, -0.2), abs=2e-3)


def test_carried_off_in_one_frame_is_the_same_object(watcher: Watcher) -> None:
    watcher.see([cube(0.40, 0.14, 0.2, RED)], times=3)
    scene = watcher.see([cube(0.55, -0.2, 0.6, RED)])
    assert [item.name for item in scene] == ["red_cube"]
    assert scene["red_cube"].pose.position[:2] == pytest.approx((0.55, -0.2), abs=2e-3)


def test_newcomers_are_believed_at_the_second_look(watcher: Watcher) -> None:
    watcher.see([cube(0.40, 0.14, 0.2, RED)])
    both = [cube(0.40, 0.14, 0.2, RED), cube(0.5, -0.1, 0.2, RED)]
    assert len(watcher.see(both).objects) == 1
    assert [item.name for item in watcher.see(both)] == ["red_cube", "red_cube_2"]


def test_a_stack_is_understood_with_the_lower_one_out_of_sight(watcher: Watcher) -> None:
    watcher.see([cube(0.46, 0.0, 0.1, GREEN), cube(0.36, 0.2, 0.3, RED)], times=3)
    scene = watcher.see([cube(0.46, 0.0, 0.1, GREEN), cube(0.46, 0.0, 0.12, RED, bottom=0.04)], times=3)
    assert scene["red_cube"].on == "green_cube"
    assert scene["red_cube"].pose.position[2] == pytest.approx(0.06, abs=1.5e-3)
    assert scene["green_cube"].pose.position == pytest.approx((0.46, 0.0, 0.02), abs=2e-3)
    assert not scene["green_cube"].visible


def test_a_stack_seen_for_the_first_time_shows_the_lower_one_by_its_sides(watcher: Watcher) -> None:
    scene = watcher.see([cube(0.35, 0.3, 0.1, GREEN), cube(0.35, 0.3, 0.1, RED, bottom=0.04)], times=3)
    assert scene["red_cube"].on == "green_cube"
    assert scene["green_cube"].on == "table"


def test_noise_does_not_shake_what_rests(watcher: Watcher) -> None:
    places = []
    for seed in range(14):
        scene = watcher.see(World([cube(0.40, 0.14, 0.2, RED)], depth_noise=0.002, seed=seed))
        places.append(scene["red_cube"].pose.position)
    assert np.std(places[6:], axis=0).max() < 3e-4


def test_the_robot_is_no_object_even_where_it_was_when_the_image_was_taken(watcher: Watcher) -> None:
    then, now = (joints({"left": top_down(x, 0.1, 0.10)}) for x in (0.35, 0.55))
    at_image = watcher.estimator
    at_image.observe_joints(then, STILL, 1.0)
    palm = Block((0.35, 0.1, 0.10 + 0.050 + 0.0475), (0.13, 0.07, 0.095), np.pi / 2, GREY)
    image = World([palm, cube(0.45, -0.1, 0.0, RED)]).image(1.0)
    scene = at_image.update([image], now, STILL, 1.2)
    assert [item.name for item in scene] == ["red_cube"]


def test_picked_carried_and_put_into_a_bin(watcher: Watcher) -> None:
    box = open_bin(0.45, 0.28, 0.0, BLUE)
    watcher.see([cube(0.42, 0.05, 0.0, RED), *box], times=3)
    at, above = top_down(0.42, 0.05, 0.02), top_down(0.45, 0.28, 0.12)
    held = watcher.feel({"left": at}, {"left": CUBE})["red_cube"]
    assert (held.held_by, held.on) == ("left", "")
    carried = watcher.feel({"left": above}, {"left": CUBE})["red_cube"]
    assert carried.pose.position == pytest.approx((0.45, 0.28, 0.12), abs=2e-3)
    assert carried.pose_in_tcp is not None
    assert (above @ carried.pose_in_tcp).position == pytest.approx(carried.pose.position, abs=1e-6)
    assert watcher.see(box, positions=joints({"left": above}, {"left": CUBE}))["red_cube"].held_by == "left"
    dropped = watcher.feel({"left": above}, {"left": OPEN})["red_cube"]
    assert (dropped.held_by, dropped.inside) == ("", "blue_bin")
    scene = watcher.see([*box, cube(0.47, 0.30, 0.4, RED, bottom=0.006)], times=2)
    assert [item.name for item in scene] == ["blue_bin", "red_cube"]
    assert scene["red_cube"].inside == "blue_bin"
    assert scene["red_cube"].pose.position == pytest.approx((0.47, 0.30, 0.026), abs=2e-3)


def test_what_is_seen_in_the_hand_is_no_second_object(watcher: Watcher) -> None:
    watcher.see([cube(0.42, 0.05, 0.0, RED)], times=3)
    watcher.feel({"right": top_down(0.42, 0.05, 0.02)}, {"right": CUBE})
    for x in (0.42, 0.46, 0.50):
        held_at = sideways(x, -0.1, 0.25)
        blocks = [Block((x, -0.1, 0.25), (0.04, 0.04, 0.04), 0.0, RED)]
        scene = watcher.see(blocks, positions=joints({"right": held_at}, {"right": CUBE}), times=2)
        assert [(item.name, item.held_by) for item in scene] == [("red_cube", "right")]


def test_a_hand_that_grasped_the_wrong_place_is_found_out(watcher: Watcher) -> None:
    watcher.see([cube(0.42, 0.05, 0.0, RED)], times=3)
    hands = joints({"left": top_down(0.42, 0.05, 0.02)}, {"left": CUBE})
    lifted = joints({"left": top_down(0.42, 0.25, 0.25)}, {"left": CUBE})
    watcher.estimator.update([], hands, STILL, 0.1 * next(watcher.clock))
    left_behind = [cube(0.42, 0.05, 0.0, RED)]
    assert watcher.see(left_behind, positions=lifted)["red_cube"].held_by == "left"
    scene = watcher.see(left_behind, times=8, positions=lifted)
    assert [(item.name, item.held_by) for item in scene] == [("red_cube", "")]
    assert scene["red_cube"].pose.position[:2] == pytest.approx((0.42, 0.05), abs=2e-3)


def test_a_tray_lifted_with_both_hands_takes_along_what_is_on_it(watcher: Watcher) -> None:
    scene = watcher.see([*tray(0.45, 0.0, np.pi / 2, YELLOW), cube(0.45, 0.02, 0.2, RED, bottom=0.008)], times=3)
    bars = [scene["tray"].pose @ pose for pose, _ in handle_bars(scene["tray"].size)]
    bars.sort(key=lambda bar: -bar.position[1])

    def hands(height: float) -> dict[Side, Pose]:
        left, right = (top_down(bar.position[0], bar.position[1], bar.position[2] + height) for bar in bars)
        return {"left": left, "right": right}

    gripped: dict[Side, float] = {"left": BAR, "right": BAR}
    assert watcher.feel(hands(0.0), gripped)["tray"].held_by == "both"
    scene = watcher.feel(hands(0.1), gripped)
    assert scene["tray"].pose.position == pytest.approx((0.45, 0.0, 0.128), abs=3e-3)
    assert scene["red_cube"].pose.position == pytest.approx((0.45, 0.02, 0.128), abs=3e-3)
    assert scene["red_cube"].on == "tray"


def test_an_image_that_was_seen_before_tells_nothing_new(watcher: Watcher) -> None:
    image = World([cube(0.42, 0.05, 0.0, RED)]).image(1.0)
    first = watcher.estimator.update([image], home_positions(), STILL, 1.0)["red_cube"]
    again = watcher.estimator.update([image], home_positions(), STILL, 1.1)["red_cube"]
    assert again == first


def test_a_clock_set_back_forgets_the_old_scene(watcher: Watcher) -> None:
    estimator = watcher.estimator
    estimator.update([World([cube(0.42, 0.05, 0.0, RED)]).image(50.0)], home_positions(), STILL, 50.0)
    scene = estimator.update([World([cube(0.5, -0.1, 0.0, BLUE)]).image(0.1)], home_positions(), STILL, 0.1)
    assert [item.name for item in scene] == ["blue_cube"]


@pytest.mark.parametrize("positions", [np.zeros(13), np.full(14, np.nan)])
def test_joints_that_make_no_sense_are_refused(watcher: Watcher, positions: np.ndarray) -> None:
    with pytest.raises(ValueError, match="joint positions"):
        watcher.estimator.update([], positions, STILL, 0.0)


def test_a_cube_that_comes_to_lean_is_kept(watcher: Watcher) -> None:
    box = open_bin(0.45, 0.2, 0.1, GREEN)
    watcher.see([*box, cube(0.44, 0.19, 0.1, GREEN, bottom=0.006)], times=3)
    scene = watcher.see([*box, Block((0.46, 0.21, 0.034), (0.04, 0.04, 0.04), 0.3, GREEN, tilt=0.45)], times=6)
    assert [item.name for item in scene] == ["green_bin", "green_cube"]
    assert scene["green_cube"].inside == "green_bin"
    assert scene["green_cube"].pose.position[:2] == pytest.approx((0.46, 0.21), abs=0.01)


def test_twins_that_touch_are_no_new_object(watcher: Watcher) -> None:
    watcher.see([cube(0.40, 0.14, 0.0, RED), cube(0.40, 0.0, 0.0, RED)], times=3)
    scene = watcher.see([cube(0.40, 0.04, 0.0, RED), cube(0.40, 0.0, 0.0, RED)], times=4)
    assert "red_box" not in scene
    assert "red_cube_2" in scene


PEG = 0.012
"""Travel of the fingers on a peg."""


def test_a_peg_let_go_in_a_socket_that_is_held_stays_in_it_and_goes_with_it(watcher: Watcher) -> None:
    size = default_size("socket")
    scene = watcher.see([*prop("socket", 0.45, 0.15, -np.pi / 2, YELLOW), *prop("peg", 0.45, -0.15, 0.0, RED)], times=3)
    assert scene["yellow_socket"].pose.yaw == pytest.approx(-np.pi / 2, abs=0.02)
    grip = (scene["yellow_socket"].pose @ grip_frame(size)).position
    down = top_down(*grip, closing=0.0)
    watcher.feel({"left": down}, {"left": size[1] / 2})
    held = watcher.feel({"left": down, "right": top_down(0.45, -0.15, 0.072, closing=0.0)}, {"left": size[1] / 2, "right": PEG})
    assert (held["yellow_socket"].held_by, held["red_peg"].held_by) == ("left", "right")
    socket = Pose.from_xyz_rpy((0.45, 0.07, 0.25), (0.0, 0.0, -np.pi / 2))
    hand = top_down(*(socket @ grip_frame(size)).position, closing=0.0)
    peg = (socket @ hole_frame(size) @ Pose((0.0, 0.0, 0.072 + 0.003))).position
    over = {"left": hand, "right": top_down(*peg, closing=0.0)}
    together = watcher.feel(over, {"left": size[1] / 2, "right": PEG})
    assert together["red_peg"].inside == ""
    watcher.feel(over, {"left": size[1] / 2, "right": OPEN})
    alone = watcher.feel(over, {"left": size[1] / 2, "right": OPEN})
    assert (alone["red_peg"].held_by, alone["red_peg"].inside) == ("", "yellow_socket")
    assert alone["red_peg"].pose.position == pytest.approx(together["red_peg"].pose.position, abs=1e-6)
    raised = Pose((hand.position[0], hand.position[1], hand.position[2] + 0.05), hand.quaternion)
    lifted = watcher.feel({"left": raised}, {"left": size[1] / 2})
    assert lifted["red_peg"].inside == "yellow_socket"
    assert lifted["red_peg"].pose.position[2] == pytest.approx(together["red_peg"].pose.position[2] + 0.05, abs=1e-6)
