"""Where two hands bring a peg and a socket together: in the same place every time, where that can be done."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from tandem.cell.chunk import ContactPair
from tandem.cell.names import Side, other_side
from tandem.cell.pose import Pose
from tandem.cell.scene import SceneObject
from tandem.cell.socket import Hole, hole_of
from tandem.policy.skills.actions import SkillFailure
from tandem.policy.skills.situation import Situation, in_words
from tandem.policy.skills.ways import Way, easiest_way, from_home, in_the_way

ABOVE_M = 0.030
"""The peg comes down from so far above the rim of the hole."""

_PLACES = tuple((x, y, 0.22) for x, y in product((0.43, 0.48, 0.38), (0.0, 0.04, -0.04)))
"""Of the middle of the hole's rim, the best first [m]."""

_SWINGS = tuple(np.radians((0.0, 15.0, -15.0, 30.0, -30.0)))
"""Turns of the socket from lying across, the best first."""

_QUARTERS = tuple(np.pi / 2 * quarter for quarter in range(4))

_ROOM = 1.2
"""Times the margins that the arms keep there."""

_MOST = 3


@dataclass(frozen=True)
class Plugging:
    """Both hands' places at a meeting of peg and socket.

    Attributes:
        side: the hand with the peg.
        socket: pose of the socket in the world.
        hole: of the socket.
        peg: the peg.
        in_tcp: pose of the peg, turned by the quarter at which it goes in, in its hand's tcp frame.
        way: to there, the peg `ABOVE_M` above the rim.
    """

    side: Side
    socket: Pose
    hole: Hole
    peg: SceneObject
    in_tcp: Pose
    way: Way

    def tcp(self, depth: float, offset: tuple[float, float] = (0.0, 0.0)) -> Pose:
        """Where the hand with the peg is when the peg's end is so far below the rim, off the hole's middle along the socket's x
        and y [m]."""
        return _tcp(self.socket, self.hole, self.peg.size[2], self.in_tcp, depth, offset)

    def depth(self, tcp: Pose) -> float:
        """How far below the rim the peg's end is with the hand there [m]."""
        return float((self.tcp(0.0).inverse @ tcp).position[2])


def pluggings(situation: Situation, side: Side, peg: str, target: str) -> list[Plugging]:
    """Ways to bring the two together that both arms reach, free of collision, the usual one first.

    Args:
        situation: with the peg in the hand ``side`` and the socket in the other one.
        side: the hand with the peg.
        peg, target: names of peg and socket.

    Raises:
        SkillFailure: there is none, with the reason, or the hands don't hold them.
    """
    item, peg_in_tcp = situation.in_hand(side, peg)
    base, base_in_tcp = situation.in_hand(other_side(side), target)
    contacts = plug_contacts(peg, target)
    usual, found = from_home(situation), []
    for place in _sockets(side, base):
        in_tcp = _turned(place, peg_in_tcp)
        here = _poses(side, place, base, base_in_tcp, item, in_tcp)
        way = easiest_way(usual, here, contacts, _ROOM)
        if way is not None:
            found.append(Plugging(side, place, hole_of(base.size), item, in_tcp, way))
            if len(found) == _MOST:
                break
    if not found:
        first = next(_sockets(side, base))
        poses = _poses(side, first, base, base_in_tcp, item, _turned(first, peg_in_tcp))
        why = in_the_way(usual, poses, contacts)
        raise SkillFailure(f"the hands can't bring {in_words(peg)} and {in_words(target)} together: {why}")
    return found


def plug_contacts(peg: str, target: str) -> tuple[ContactPair, ...]:
    """What comes together."""
    return ((peg, target),)


def _sockets(side: Side, base: SceneObject) -> Iterator[Pose]:
    """Poses of the socket: across, its hole towards the hand with the peg."""
    hole = hole_of(base.size)
    across = np.pi / 2 if side == "left" else -np.pi / 2
    for swing, place in product(_SWINGS, _PLACES):
        turned = Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, 0.0, across + float(swing)))
        x, y, z = np.array(place) - turned.rotation @ np.array([hole.x, 0.0, hole.rim])
        yield Pose((float(x), float(y), float(z)), turned.quaternion)


def _turned(place: Pose, in_tcp: Pose) -> Pose:
    """The peg's pose in its hand, turned by the quarter at which the hand's x axis, where its camera is, points away from the
    other hand when the peg is square to the socket."""

    def outward(quarter: float) -> float:
        tcp = place.rotation @ (_about_z(quarter) @ in_tcp.inverse).rotation
        return float(tcp[:, 0] @ place.rotation[:, 0])

    best = max(_QUARTERS, key=outward)
    return in_tcp @ _about_z(best).inverse


def _about_z(angle: float) -> Pose:
    return Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, 0.0, angle))


def _poses(
    side: Side, place: Pose, base: SceneObject, base_in_tcp: Pose, peg: SceneObject, in_tcp: Pose
) -> dict[Side, tuple[Pose, Pose]]:
    """Of both hands, with the peg above the hole and at its floor."""
    hole = hole_of(base.size)
    over, down = (_tcp(place, hole, peg.size[2], in_tcp, depth, (0.0, 0.0)) for depth in (-ABOVE_M, hole.depth))
    still = place @ base_in_tcp.inverse
    return {other_side(side): (still, still), side: (over, down)}


def _tcp(place: Pose, hole: Hole, length: float, in_tcp: Pose, depth: float, offset: tuple[float, float]) -> Pose:
    middle = Pose((hole.x + offset[0], offset[1], hole.rim - depth + length / 2))
    return place @ middle @ in_tcp.inverse
