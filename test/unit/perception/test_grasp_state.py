"""What the hands hold: tandem.perception.grasp."""

from dataclasses import replace

import numpy as np
import pytest
from hand_script import BAR, CUBE, OPEN, sideways, top_down

from tandem.cell.names import Side
from tandem.cell.pose import Pose
from tandem.cell.props import handle_bars
from tandem.perception.grasp import Hand, pose_in_left_or_only_tcp, update_grasps
from tandem.perception.rectangle import Rectangle
from tandem.perception.settings import perception_settings
from tandem.perception.shapes import Detection
from tandem.perception.track import Track, start

SETTINGS = perception_settings()
RULES = SETTINGS.holding
AWAY = Pose.from_xyz_rpy((0.2, -0.5, 0.5))


def cube(x: float = 0.45, y: float = 0.05, yaw: float = 0.0, bottom: float = 0.0, name: str = "red_cube") -> Track:
    return start(Detection("cube", "red", Rectangle(x, y, yaw, 0.04, 0.04), bottom + 0.04, 0.04, 0.04), name, 0.0, SETTINGS)


def bin_(x: float, y: float) -> Track:
    return start(Detection("bin", "blue", Rectangle(x, y, 0.0, 0.16, 0.16), 0.06, 0.06, 0.006), "blue_bin", 0.0, SETTINGS)


def hand(side: Side, tcp: Pose, travel: float, speed: float = 0.0, touch: float | None = None) -> Hand:
    return Hand(side, tcp, travel, speed, touch)


def after(tracks: list[Track], *moments: tuple[Hand, ...]) -> list[Track]:
    for hands in moments:
        tracks = update_grasps(tracks, hands, RULES)
    return tracks


def holders(track: Track) -> list[Side]:
    return [grasp.side for grasp in track.grasps]


AT_CUBE = top_down(0.45, 0.05, 0.02)


def test_closed_on_it_is_held() -> None:
    (track,) = after([cube()], (hand("left", AT_CUBE, CUBE),))
    assert holders(track) == ["left"]


@pytest.mark.parametrize(
    ("travel", "speed", "at"),
    [
        (OPEN, 0.0, AT_CUBE),
        (0.0, 0.0, AT_CUBE),
        (0.012, 0.0, AT_CUBE),
        (CUBE + 0.003, 0.0, AT_CUBE),
        (CUBE, -0.10, AT_CUBE),
        (CUBE, 0.0, top_down(0.45, 0.05, 0.09)),
        (CUBE, 0.0, top_down(0.50, 0.05, 0.02)),
    ],
    ids=["open", "shut", "narrower", "wider", "still closing", "above", "beside"],
)
def test_otherwise_it_is_not(travel: float, speed: float, at: Pose) -> None:
    (track,) = after([cube()], (hand("left", at, travel, speed),))
    assert holders(track) == []


def test_touch_allows_for_more_play() -> None:
    loose = CUBE + 0.003
    assert holders(after([cube()], (hand("left", AT_CUBE, loose, touch=0.0),))[0]) == []
    assert holders(after([cube()], (hand("left", AT_CUBE, loose, touch=2.0),))[0]) == ["left"]


def test_it_goes_with_the_hand() -> None:
    higher = top_down(0.40, 0.20, 0.30, 1.0)
    (track,) = after([cube()], (hand("left", AT_CUBE, CUBE),), (hand("left", higher, CUBE, 0.0),))
    assert track.pose.position == pytest.approx((0.40, 0.20, 0.30), abs=1e-9)
    inside = pose_in_left_or_only_tcp(track, [hand("left", higher, CUBE)])
    assert inside is not None
    assert (higher @ inside).position == pytest.approx(track.pose.position)


def test_the_fingers_centre_and_align_what_they_close_on() -> None:
    (track,) = after([cube(0.453, 0.055, yaw=0.1)], (hand("left", AT_CUBE, CUBE),))
    assert track.pose.position == pytest.approx((0.453, 0.05, 0.02), abs=1e-9)
    assert np.sin(2 * track.pose.yaw) == pytest.approx(0.0, abs=1e-6)


def test_opened_hands_let_go_and_it_lies_on_what_is_below() -> None:
    above = top_down(0.45, 0.25, 0.15)
    moments = ((hand("left", AT_CUBE, CUBE),), (hand("left", above, CUBE),), (hand("left", above, OPEN, 0.1),))
    on_table = after([cube()], *moments)[0]
    assert holders(on_table) == []
    assert on_table.searching
    assert on_table.pose.position == pytest.approx((0.45, 0.25, 0.02), abs=1e-9)
    in_bin = after([cube(), bin_(0.45, 0.25)], *moments)[0]
    assert in_bin.pose.position[2] == pytest.approx(0.026)
    stacked = after([cube(), cube(0.45, 0.25, name="green_cube")], *moments)[0]
    assert stacked.pose.position[2] == pytest.approx(0.06)


def test_fingers_that_close_further_have_lost_it() -> None:
    high = top_down(0.45, 0.05, 0.20)
    (track,) = after([cube()], (hand("left", AT_CUBE, CUBE),), (hand("left", high, CUBE),), (hand("left", high, 0.001),))
    assert holders(track) == []
    assert track.pose.position[2] == pytest.approx(0.02)


def test_a_firm_squeeze_is_no_loss() -> None:
    (track,) = after([cube()], (hand("left", AT_CUBE, CUBE),), (hand("left", AT_CUBE, CUBE - 0.001),))
    assert holders(track) == ["left"]


def test_a_hand_over_goes_by_way_of_both() -> None:
    meeting = (0.45, 0.0, 0.30)
    left, right = top_down(*meeting), sideways(*meeting)
    tracks = after([cube()], (hand("left", AT_CUBE, CUBE), hand("right", AWAY, OPEN)))
    tracks = after(tracks, (hand("left", left, CUBE), hand("right", right, OPEN)))
    assert holders(tracks[0]) == ["left"]
    tracks = after(tracks, (hand("left", left, CUBE), hand("right", right, CUBE)))
    assert holders(tracks[0]) == ["left", "right"]
    inside = pose_in_left_or_only_tcp(tracks[0], [hand("right", right, CUBE), hand("left", left, CUBE)])
    assert inside is not None
    assert (left @ inside).position == pytest.approx(tracks[0].pose.position)
    tracks = after(tracks, (hand("left", left, OPEN, 0.1), hand("right", right, CUBE)))
    assert holders(tracks[0]) == ["right"]
    tracks = after(tracks, (hand("left", AWAY, OPEN), hand("right", sideways(0.45, -0.2, 0.25), CUBE)))
    assert tracks[0].pose.position == pytest.approx((0.45, -0.2, 0.25), abs=1e-3)


def test_a_tray_is_held_by_its_handles() -> None:
    board = Detection("tray", "yellow", Rectangle(0.45, 0.0, np.pi / 2, 0.30, 0.20), 0.056, 0.056, 0.008)
    tray = start(board, "tray", 0.0, SETTINGS)
    bars = [tray.pose @ pose for pose, _ in handle_bars(tray.size)]
    left, right = (top_down(*bar.position) for bar in bars)
    (held,) = after([tray], (hand("left", left, BAR), hand("right", right, BAR)))
    assert sorted(holders(held)) == ["left", "right"]
    assert held.pose.position == pytest.approx(tray.pose.position, abs=1e-3)
    middle = top_down(0.45, 0.0, 0.03)
    assert holders(after([tray], (hand("left", middle, BAR), hand("right", AWAY, OPEN)))[0]) == []


def test_a_hand_holds_one_thing_the_nearest() -> None:
    low, high = cube(name="green_cube"), cube(bottom=0.04)
    tracks = after([low, high], (hand("left", top_down(0.45, 0.05, 0.055), CUBE),))
    assert [holders(track) for track in tracks] == [[], ["left"]]


def test_a_cube_turned_over_lands_on_a_face() -> None:
    (track,) = after([cube()], (hand("right", AT_CUBE, CUBE),))
    tipped = sideways(0.45, -0.1, 0.2)
    (track,) = after([track], (hand("right", tipped, CUBE),), (hand("right", tipped, OPEN, 0.1),))
    assert track.pose.rotation[2, 2] == pytest.approx(1.0)
    assert track.pose.position[2] == pytest.approx(0.02)


def test_objects_that_nobody_holds_are_left_alone() -> None:
    tracks = [cube(), replace(bin_(0.3, 0.3), visible=False)]
    assert after(tracks, (hand("left", AWAY, 0.0), hand("right", AWAY, OPEN))) == tracks
