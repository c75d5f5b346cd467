"""Where a hand takes a loose plug of the BusyBox as it leans, and how it has it upright over its jack."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from scipy.spatial.transform import Rotation, Slerp

from tandem.cell import description
from tandem.cell.busybox import parts
from tandem.cell.busybox.parts import BOX
from tandem.cell.busybox.state import Row
from tandem.cell.chunk import ContactPair
from tandem.cell.names import Side
from tandem.cell.pose import Pose
from tandem.cell.scene import SceneObject
from tandem.policy.skills.box.hands import HALVES, QUARTERS, Descent, frame_of, ranked_descents
from tandem.policy.skills.box.plug_room import RADIUS_M, SLEEVE_M, Balls, off_fingers, off_sweep, own_cable, plugs_around
from tandem.policy.skills.grasps import FINGER_HALF_WIDTH_M, FINGERTIP_M
from tandem.policy.skills.situation import Situation, raised

_TURNS = 2
"""So many ways to turn the hand about the plug are looked at, of four."""

_MOST_HANDS, _MOST_WAYS = 80, 40
"""So many of the best hands that can take a plug are looked at further; so many of the best ways with them are tried."""

_TURNING = 0.15
"""How awkward a turn of the hand with the plug is, beside leaning as far."""

_ROOMS_M = (0.003, 0.004, 0.006)
"""Room on either side of the plug, of which one is taken as the fingers come down."""

_OFF_PLUGS_M, _OFF_CABLE_M = 0.004, 0.001
"""How far fingers keep from other plugs, and from the plug's own cable, to be at ease."""

_LEAST_M = -0.005
"""Fingers may be so deep in where another plug is seen to be, at most; they push it a little, as its jack lets them."""

RELEASE_M, _BESIDE_M = 0.0025, (-0.002, 0.004)
"""Room as they let it go; how far from other plugs then, at least and to be at ease: the box is seen a few millimetres off."""

_AWKWARD = {"room": 120.0, "plugs": 300.0, "cable": 250.0, "closing": 80.0, "release": 600.0, "aside": 100.0, "grip": 40.0}
"""How awkward a lack of room is as the fingers come down, close and open, or a plug at their edge, beside leaning: by the metre,
in radians."""

_LEANS = tuple(np.radians((0.0, 8.0, 16.0, 24.0, 32.0, 44.0)))
"""By so much less than the plug the hand may lean that takes it; it then leans the other way when the plug is upright."""

_ACROSS = float(np.sin(np.radians(25.0)))
"""A plug may lean so far across the fingers, which put it straight as they close."""

_ASIDE_M = (0.0, 0.003, -0.003, 0.006, -0.006)
"""The plug may be so far off the middle of the fingers' width, where a neighbour leaves no room."""

_MOST_LEAN = float(np.radians(52.0))

_GRIPS_M, _LYING_GRIPS_M, _OVER_BOX_M = (0.0095, 0.0135), (0.0, 0.005), 0.0015
"""The grasp centre is over a point so far behind the plug's middle: 0.0135, and fingertips are above plugs that are in. They are
so far above the box, which they may touch."""

_LYING = float(np.cos(np.radians(60.0)))
"""A plug whose axis rises less lies down."""

_GRIPPED_M, _UNSURE_M = (0.006, 0.011), 0.002
"""Length of a plug between the pads, at least and to be at ease; so far from their sides it is, since it is seen a little off."""

_PIECE_RAD = 0.8

_BEYOND_M = 0.002
"""A plug is pushed so much farther than it goes, which its jack resists."""

UP_M = 0.028
"""A plug is carried so far above its place: its cable, which is short, stays slack."""


@dataclass(frozen=True)
class Hand:
    """How a hand takes a plug.

    Attributes:
        tcp: where it comes down to, in the world.
        in_hand: the plug in its frame, as the fingers put it.
        aside: the plug's distance from the middle of the fingers' width [m].
        room: on either side of the plug as they come down [m].
        awkward: how much it lacks room, beside the lean.
    """

    tcp: Pose
    in_hand: Pose
    aside: float
    room: float = _ROOMS_M[-1]
    awkward: float = 0.0


def ways_down(situation: Situation, side: Side, name: str, contacts: tuple[ContactPair, ...]) -> list[Descent]:
    """Ways to come down around the plug, carry it over its jack, and have it in there; those with more room and less leaning
    first.

    Raises:
        SkillFailure: there is none, with the reason.
    """
    around, rim = plugs_around(situation, name), on_rim(situation, name)
    hands = _roomy(situation, name, around)
    ways = [(awkward, hand, down) for hand in hands for awkward, down in _released(rim, hand, around)]
    best = sorted(ways, key=lambda way: way[0])[:_MOST_WAYS]
    places = [(_places(hand.tcp, down), RADIUS_M + hand.room) for _, hand, down in best]
    return ranked_descents(situation, side, name, places, contacts)


def _places(hand: Pose, down: Pose) -> tuple[Pose, ...]:
    """Where a hand takes a plug, carries it over its jack, has it in there, and upright on its rim."""
    lifted, over = raised(hand, UP_M), raised(down, UP_M)
    return hand, lifted, *between(lifted, over), over, seated(down), down


def _roomy(situation: Situation, name: str, around: Balls) -> list[Hand]:
    """Hands that can take a plug, each with the opening that suits best; the less awkward come first."""
    cable = own_cable(situation, name)
    found = []
    for hand in _hands(situation, name):
        closing = off_fingers(hand.tcp, 0.0, cable)
        fitting = [fits for room in _ROOMS_M if (fits := _with_room(hand, room, around, cable, closing)) is not None]
        if fitting:
            found.append(min(fitting, key=lambda fits: fits.awkward))
    return sorted(found, key=lambda hand: hand.awkward + _lean(hand.tcp))[:_MOST_HANDS]


def _with_room(hand: Hand, room: float, around: Balls, cable: Balls, closing: float) -> Hand | None:
    """With its fingers so far open; None where they would be in something. ``closing``: from closed ones to the cable."""
    off_plugs, off_cable = off_sweep(hand.tcp, room, around), off_fingers(hand.tcp, room, cable)
    if off_plugs < _LEAST_M:
        return None
    lacks = {
        "room": _ROOMS_M[-1] - room,
        "plugs": _OFF_PLUGS_M - off_plugs,
        "cable": _OFF_CABLE_M - off_cable,
        "closing": _OFF_CABLE_M - closing,
        "aside": abs(hand.aside),
        "grip": _GRIPPED_M[1] - _gripped(hand.in_hand),
    }
    awkward = sum(_AWKWARD[kind] * max(lack, 0.0) for kind, lack in lacks.items())
    return replace(hand, room=room, awkward=awkward)


def _hands(situation: Situation, name: str) -> Iterator[Hand]:
    """Hands that take a plug, with it in the middle of the fingers' width or off it, as low as the face lets them."""
    face = situation.object(BOX).top + _OVER_BOX_M
    for (tcp, plug), aside in product(_ways_to_take(situation, situation.object(name)), _ASIDE_M):
        x, y, z = (float(value) for value in np.array(tcp.position) + aside * tcp.rotation[:, 0])
        moved = Pose((x, y, max(z, face - _lower_corner(tcp))), tcp.quaternion)
        in_hand = moved.inverse @ plug
        if _gripped(in_hand) > _GRIPPED_M[0]:
            yield Hand(moved, in_hand, aside)


def _gripped(in_hand: Pose) -> float:
    """Length of a plug surely between the pads [m]."""
    along = np.linspace(-SLEEVE_M, SLEEVE_M, 26)[:, None]
    x, _, z = (np.array(in_hand.position) + along * in_hand.rotation[:, 2]).T
    return float(np.mean((np.abs(x) < FINGER_HALF_WIDTH_M - _UNSURE_M) & (z < FINGERTIP_M))) * 2 * SLEEVE_M


def _released(rim: Pose, hand: Hand, around: Balls) -> list[tuple[float, Pose]]:
    """The tcps of a hand that has its plug upright on its rim, and how awkward it is to take it and let it go there."""
    ways = _uprights(rim, hand.in_hand, around, hand.tcp)
    return [(hand.awkward + float(np.hypot(_lean(hand.tcp), _lean(down))) + awkward, down) for awkward, down in ways]


def _lean(hand: Pose) -> float:
    """How far a hand leans [rad]."""
    return float(np.arccos(np.clip(-hand.rotation[2, 2], -1.0, 1.0)))


def _beside(down: Pose, around: Balls) -> float:
    """Distance from the hand that lets a plug go, on its jack's rim or in it, to what stands around [m]."""
    return min(off_sweep(pose, RELEASE_M, around) for pose in (down, seated(down)))


def uprights(rim: Pose, in_hand: Pose, around: Balls, near: Pose) -> list[Pose]:
    """The tcps of a hand that has a plug upright on its rim, with room to let it go; the less awkward come first.

    The plug is round: the hand may be turned about it so that its fingers are to its sides, or before and behind it.
    """
    return [pose for _, pose in _uprights(rim, in_hand, around, near)]


def _uprights(rim: Pose, in_hand: Pose, around: Balls, near: Pose) -> list[tuple[float, Pose]]:
    """The same with how awkward it is to turn to them from nearby and to let the plug go there."""
    about = [(_beside(pose, around), pose) for pose in (_upright(rim, in_hand, turn) for turn in QUARTERS)]
    ways = [
        (_AWKWARD["release"] * max(_BESIDE_M[1] - beside, 0.0) + _TURNING * near.turn_to(pose), pose)
        for beside, pose in about
        if beside > _BESIDE_M[0] and _over_face(pose, rim) > 0.0
    ]
    return sorted(ways, key=lambda way: way[0])[:_TURNS]


def _over_face(down: Pose, rim: Pose) -> float:
    """Height of the fingertips above the face when the plug is in, from where a hand has it on its rim [m]."""
    last = seated(down)
    return last.position[2] + _lower_corner(last) - (rim.position[2] - _rim_height())


def seated(down: Pose) -> Pose:
    """The tcp of a hand that has pushed a plug in, from where it has it on its rim."""
    return raised(down, -float(description.settings("busybox.yaml")["wires"]["jack"]["depth"]) - _BEYOND_M)


def _upright(rim: Pose, in_hand: Pose, turn: float) -> Pose:
    """The tcp of a hand that has a plug upright on its rim, its fingers' closing direction turned so far from the module's."""
    about = rim @ Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, 0.0, turn)) @ in_hand.inverse
    across = rim.rotation[:, 1] if round(turn / (np.pi / 2)) % 2 == 0 else rim.rotation[:, 0]
    off = np.arctan2(np.cross(about.rotation[:, 1], across)[2], about.rotation[:, 1] @ across)
    return rim @ Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, 0.0, turn + float(off))) @ in_hand.inverse


def _ways_to_take(situation: Situation, seen: SceneObject) -> Iterator[tuple[Pose, Pose]]:
    """The tcp of a hand with the plug between its fingers, and the plug as it then is."""
    axis = seen.pose.rotation[:, 2]
    yaw = frame_of(situation, "wires").yaw
    headings = [float(np.arctan2(axis[1], axis[0])), *(yaw + np.pi / 8 * step for step in range(8))]
    grips = _GRIPS_M if axis[2] > _LYING else _LYING_GRIPS_M
    for heading, less, half, grip in product(headings, _LEANS, HALVES, grips):
        along, across = np.array([np.cos(heading), np.sin(heading), 0.0]), np.array([-np.sin(heading), np.cos(heading), 0.0])
        if abs(axis @ across) > _ACROSS:
            continue
        tilt = float(np.arctan2(axis @ along, axis[2]))
        lean = tilt - np.copysign(less, tilt)
        straight = np.sin(tilt) * along + np.cos(tilt) * np.array([0.0, 0.0, 1.0])
        if abs(lean) <= _MOST_LEAN:
            yield _around(seen, straight, heading, lean, half, grip)


def _around(seen: SceneObject, straight: np.ndarray, heading: float, lean: float, half: float, grip: float) -> tuple[Pose, Pose]:
    """The tcp of a hand that leans so far in that direction, at a point of the plug so far behind its middle; and the plug, whose
    axis the fingers put ``straight``."""
    turned = Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, 0.0, heading)) @ Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, lean, 0.0))
    turned = turned @ Pose.from_xyz_rpy((0.0, 0.0, 0.0), (np.pi, 0.0, half))
    x, y, z = (float(value) for value in np.array(seen.pose.position) + grip * straight)
    return Pose((x, y, z), turned.quaternion), Pose.along(np.array(seen.pose.position), straight, seen.pose.rotation[:, 0])


def _lower_corner(hand: Pose) -> float:
    """Height of the lower end of a hand's fingertips, from its grasp centre [m]."""
    return -abs(float(hand.rotation[2, 0])) * FINGER_HALF_WIDTH_M + float(hand.rotation[2, 2]) * FINGERTIP_M


def between(first: Pose, last: Pose) -> tuple[Pose, ...]:
    """Poses evenly on the way from one to another, so near to each other that it is plain which way they turn."""
    turns = Slerp([0.0, 1.0], Rotation.from_quat([first.quaternion, last.quaternion]))
    count = int(np.ceil(first.turn_to(last) / _PIECE_RAD))
    found = []
    for share in np.arange(1, count) / max(count, 1):
        x, y, z = (float(value) for value in (1.0 - share) * np.array(first.position) + share * np.array(last.position))
        i, j, k, w = (float(value) for value in turns(share).as_quat(canonical=True))
        found.append(Pose((x, y, z), (i, j, k, w)))
    return tuple(found)


def on_rim(situation: Situation, name: str) -> Pose:
    """Pose of a plug's middle, upright with its tip on the rim of its own jack, in the world; turned as its module."""
    *_, colour, row = name.split("/")
    end: Row = "top" if row == "top" else "bottom"
    x, y, _ = parts.plug(colour, end)
    return frame_of(situation, "wires") @ Pose((x, y, _rim_height()))


def _rim_height() -> float:
    """Of a plug's middle above the face, with its tip on the rim of a jack [m]."""
    wires = description.settings("busybox.yaml")["wires"]
    return float(wires["plug"]["height"]) / 2 + float(wires["jack"]["depth"])
