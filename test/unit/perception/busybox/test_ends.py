"""Which end of a lying plug is its cable's, by the colours beyond either end."""

import numpy as np
import pytest

from tandem.cell.observation import CameraFrame
from tandem.cell.pose import Pose
from tandem.perception.busybox.ends import cable_up
from tandem.perception.view import look

HEIGHT = 0.9
FOCAL = 625.0
CENTRE = (0.45, 0.0)
METAL, PLATE = (190, 190, 190), (40, 60, 110)


def picture(sleeve: tuple[int, int, int], cable_to: float) -> CameraFrame:
    """From above: a plug of that colour along the world's x, its cable towards x times ``cable_to``, its pin at the other end."""
    v, u = np.mgrid[0:480, 0:640]
    x = (u - 320) / FOCAL * HEIGHT
    y = -(v - 240) / FOCAL * HEIGHT
    rgb = np.full((480, 640, 3), PLATE, np.uint8)
    rgb[(np.abs(x) < 0.0105) & (np.abs(y) < 0.004)] = sleeve
    rgb[(x * cable_to > 0.0105) & (x * cable_to < 0.04) & (np.abs(y) < 0.0013)] = sleeve
    rgb[(-x * cable_to > 0.0105) & (-x * cable_to < 0.0205) & (np.abs(y) < 0.0018)] = METAL
    depth = np.full((480, 640), HEIGHT, np.float32)
    above = Pose.from_xyz_rpy((*CENTRE, HEIGHT), (np.pi, 0.0, 0.0))
    return CameraFrame("overhead_camera", 0.0, rgb, depth, np.array([[FOCAL, 0, 320], [0, FOCAL, 240], [0, 0, 1.0]]), above)


def seen(sleeve: tuple[int, int, int], cable_to: float, guessed: float) -> float:
    """Which way along x the plug's cable is, when it was guessed to be that way."""
    ahead = 0.002 * guessed
    pose = Pose.from_xyz_rpy((CENTRE[0] - ahead, CENTRE[1], 0.0), (0.0, guessed * np.pi / 2, 0.0))
    along = np.linspace(-0.009, 0.009, 9)
    points = np.stack([CENTRE[0] + along, np.zeros(9), np.zeros(9)], axis=1)
    return float(np.sign(cable_up(look(picture(sleeve, cable_to)), pose, points).rotation[0, 2]))


@pytest.mark.parametrize("sleeve", [(20, 20, 20), (200, 30, 30), (30, 100, 200)])
@pytest.mark.parametrize("cable_to", [1.0, -1.0])
@pytest.mark.parametrize("guessed", [1.0, -1.0])
def test_the_cable_is_where_the_sleeves_colour_goes_on(sleeve: tuple[int, int, int], cable_to: float, guessed: float) -> None:
    assert seen(sleeve, cable_to, guessed) == cable_to


def test_a_white_sleeve_looks_like_its_pin_and_the_guess_stands() -> None:
    assert seen((200, 200, 195), 1.0, -1.0) == -1.0


def test_one_that_stands_stays_as_it_is() -> None:
    upright = Pose((CENTRE[0], CENTRE[1], 0.01))
    view = look(picture((200, 30, 30), 1.0))
    assert cable_up(view, upright, np.array([[*CENTRE, 0.02]])) == upright
