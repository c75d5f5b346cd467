"""The socket's hole, and what is in it."""

import itertools

import numpy as np
import pytest

from tandem.cell import props, socket
from tandem.cell.pose import Pose
from tandem.cell.relations import is_plugged, plug_depth
from tandem.cell.scene import SceneObject

SIZE = props.default_size("socket")
PEG = props.default_size("peg")
HOLE = socket.hole_of(SIZE)


def _solid_at(x: float, y: float, z: float) -> bool:
    for pose, extents in props.primitives("socket", SIZE):
        local = pose.rotation.T @ (np.array([x, y, z]) - pose.position)
        if np.all(np.abs(local) <= np.array(extents) / 2 + 1e-9):
            return True
    return False


def test_the_hole_takes_the_peg_with_play_and_has_a_floor() -> None:
    assert 0.0015 <= (HOLE.side - PEG[0]) / 2 <= 0.002
    for z in np.linspace(HOLE.floor + 0.001, HOLE.rim, 12):
        for x, y in itertools.product(np.linspace(-0.49, 0.49, 5) * HOLE.side, repeat=2):
            assert not _solid_at(HOLE.x + x, y, z)
    assert _solid_at(HOLE.x, 0.0, HOLE.floor - 0.001)


def test_slopes_lead_from_the_rim_into_the_hole_all_round() -> None:
    """The opening grows steadily from the throat to the rim, alike on all four sides, corners included."""
    chamfer = 0.006
    for share in (0.25, 0.5, 0.75):
        z = HOLE.throat + share * (HOLE.rim - HOLE.throat)
        reach = HOLE.side / 2 + share * chamfer
        for turn in range(8):
            along = np.tan(np.pi / 4 * 0.98 * ((turn % 2) * 2 - 1)) if turn >= 4 else 0.0
            cos, sin = np.cos(turn * np.pi / 2), np.sin(turn * np.pi / 2)
            for r, solid in ((reach - 0.0005, False), (reach + 0.0005, True)):
                local = np.array([[cos, -sin], [sin, cos]]) @ (r, along * r)
                assert _solid_at(HOLE.x + local[0], local[1], z) == solid


def test_a_hand_can_take_it_far_from_the_hole() -> None:
    grip = socket.grip_frame(SIZE)
    assert HOLE.x - grip.position[0] == pytest.approx(0.13)
    block, _ = props.primitives("socket", SIZE)[0]
    assert grip.position[1:] == block.position[1:] == (0.0, 0.0)


def _peg_at(depth: float, x: float = 0.0, lean: float = 0.0, turn: float = 0.0, upside: float = 0.0) -> Pose:
    """A peg of which the end is that deep in a socket's hole, in the socket's frame."""
    return Pose((HOLE.x + x, 0.0, HOLE.rim - depth + PEG[2] / 2)) @ Pose.from_xyz_rpy((0, 0, 0), (lean + upside, 0.0, turn))


@pytest.mark.parametrize("place", [Pose((0.45, 0.1, 0.025)), Pose.from_xyz_rpy((0.4, -0.1, 0.3), (0.3, -0.2, 2.0))])
def test_depth_is_measured_along_the_hole_wherever_the_socket_is(place: Pose) -> None:
    for depth in (0.0, 0.005, 0.030, HOLE.depth):
        for upside in (0.0, np.pi):
            peg = place @ _peg_at(depth, x=0.001, turn=0.7, upside=upside)
            assert socket.plugged(peg, PEG[2], place, SIZE) == pytest.approx(depth, abs=1e-9)
    assert socket.plugged(place @ _peg_at(0.03, x=0.02), PEG[2], place, SIZE) == 0.0, "beside the hole"
    under = place @ _peg_at(HOLE.depth + 0.02)
    assert socket.plugged(under, PEG[2], place, SIZE) == 0.0, "on the table below a socket that is held up"
    assert socket.plugged(place @ _peg_at(0.03, lean=0.6), PEG[2], place, SIZE) == 0.0, "leaning against it"


def test_only_a_peg_in_a_socket_is_plugged() -> None:
    place = Pose((0.45, 0.1, 0.025))
    target = SceneObject("red_socket", "socket", "red", place, SIZE)
    peg = SceneObject("blue_peg", "peg", "blue", place @ _peg_at(0.03), PEG)
    assert is_plugged(peg, target)
    assert plug_depth(target, peg) == 0.0
    assert not is_plugged(SceneObject("blue_box", "box", "blue", peg.pose, PEG), target)
    assert not is_plugged(SceneObject("blue_peg", "peg", "blue", place @ _peg_at(0.005), PEG), target)
