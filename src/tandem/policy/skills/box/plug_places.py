"""Where a hand takes a loose plug of the BusyBox as it leans, and how it has it upright over its jack."""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import compress, islice, product

import numpy as np
from scipy.spatial.transform import Rotation, Slerp

from tandem.cell import description
from tandem.cell.busybox import parts
from tandem.cell.busybox.parts import BOX, PLUG_CATEGORY
from tandem.cell.busybox.state import Row
from tandem.cell.chunk import ContactPair
from tandem.cell.names import Side
from tandem.cell.pose import Pose
from tandem.cell.scene import SceneObject
from tandem.policy.skills.actions import SkillFailure
from tandem.policy.skills.box.hands import HALVES, QUARTERS, Descent, descents, frame_of
from tandem.policy.skills.grasps import FINGER_HALF_WIDTH_M, FINGER_M, FINGERTIP_M
from tandem.policy.skills.situation import Situation, in_words, raised

RADIUS_M = 0.004
"""A plug's."""

_TURNS = 2
"""So many ways to turn the hand about the plug are looked at, of four."""

_MOST_HANDS, _MOST_WAYS = 80, 40
"""So many ways to take a plug are looked at; those in which the hand leans less come first. So many of them are tried."""

_TURNING = 0.15
"""How awkward a turn of the hand with the plug is, beside leaning as far."""

_STAGES_M = (
    (0.006, 0.004, 0.001),
    (0.004, 0.004, 0.001),
    (0.006, 0.0025, 0.001),
    (0.004, 0.0025, 0.001),
    (0.003, 0.0025, 0.0),
    (0.004, 0.004, -0.003),
    (0.006, 0.0025, -0.003),
    (0.004, 0.0025, -0.003),
    (0.003, 0.002, -0.003),
    (0.004, 0.0015, -0.01),
    (0.003, 0.0005, -0.01),
    (0.006, -0.001, -0.003),
    (0.003, -0.001, -0.01),
)
"""Room on either side of the plug as the fingers come down, and how far they keep from other plugs, and from the plug's own
cable, which may be pushed a little: the best that there is."""

RELEASE_M, _BESIDE_M, EASILY_M = 0.0025, 0.001, 0.004
"""The same, at least, as they let it go; and better, since the box is seen a few millimetres off."""

_LEANS = tuple(np.radians((0.0, 8.0, 16.0, 24.0, 32.0, 44.0)))
"""By so much less than the plug the hand may lean that takes it; it then leans the other way when the plug is upright."""

_ACROSS = float(np.sin(np.radians(25.0)))
"""A plug may lean so far across the fingers, which put it straight as they close."""

_ASIDE_M = (0.0, 0.0045, -0.0045, 0.0085, -0.0085)
"""The plug may be so far off the middle of the fingers' width, where a neighbour leaves no room."""

_MOST_LEAN = float(np.radians(52.0))

_GRIP_ABOVE_M, _OVER_BOX_M = 0.0095, 0.0015
"""The grasp centre is so far behind the plug's middle, at least; fingertips are so far above the box, which they may touch."""

_TAIL_M, _CABLE_PIECE_M, _CABLE_PIECES = 0.0165, 0.006, 6
"""From a plug's middle to where its cable bends; pieces of that [m]."""

_BENDS = tuple(np.radians((15.0, 85.0)))
"""By how much the first and the last of them are turned from the plug's axis."""

_CABLE_M = 0.0013
"""A cable's radius."""

_PIECE_RAD = 0.8

Disc = tuple[float, float, float, float]
"""Something upright: x, y in the world, radius, height of its top [m]."""

_BEYOND_M = 0.002
"""A plug is pushed so much farther than it goes, which its jack resists."""

UP_M = 0.028
"""A plug is carried so far above its place: its cable, which is short, stays slack."""


def ways_down(situation: Situation, side: Side, name: str, contacts: tuple[ContactPair, ...]) -> list[Descent]:
    """Ways to come down around the plug, the fingers as wide open as its surroundings let them.

    Raises:
        SkillFailure: there is none, with the reason.
    """
    hands = list(_hands(situation, name))
    around, cables = plugs_around(situation, name), [_own_cable(hand @ in_hand) for hand, in_hand in hands]
    spaces = {
        room: [(_space(hand, room, around), _space(hand, room, cable)) for (hand, _), cable in zip(hands, cables, strict=True)]
        for room in {stage[0] for stage in _STAGES_M}
    }
    failure = SkillFailure(f"{in_words(name)} lies so that it can't be taken")
    for beside in (EASILY_M, _BESIDE_M):
        for room, off_plugs, off_cable in _STAGES_M:
            clear = [off > off_plugs and off_own > off_cable for off, off_own in spaces[room]]
            places = list(_places(situation, name, islice(compress(hands, clear), _MOST_HANDS), around, beside))
            if not places:
                continue
            try:
                best = sorted(places, key=_awkwardness)[:_MOST_WAYS]
                return descents(situation, side, name, best, RADIUS_M + room, contacts, ranked=True)
            except SkillFailure as error:
                failure = error
                break
    raise failure


def _hands(situation: Situation, name: str) -> Iterator[tuple[Pose, Pose]]:
    """The tcp of a hand that takes a plug, and the plug in its frame as the fingers put it; those that lean less come first."""
    for (hand, plug), aside in product(_ways_to_take(situation, situation.object(name)), _ASIDE_M):
        x, y, z = (float(value) for value in np.array(hand.position) + aside * hand.rotation[:, 0])
        moved = Pose((x, y, z), hand.quaternion)
        yield moved, moved.inverse @ plug


def _places(
    situation: Situation, name: str, hands: Iterable[tuple[Pose, Pose]], around: list[Disc], beside: float
) -> Iterator[tuple[Pose, ...]]:
    """Where a hand takes a plug, carries it over its jack, has it in there, and upright on its rim, for each way to take it.

    Its fingers are so far from the plugs around then, as they let go [m].
    """
    rim = on_rim(situation, name)
    for hand, in_hand in hands:
        for down in uprights(rim, in_hand, around, hand, beside):
            lifted, over = raised(hand, UP_M), raised(down, UP_M)
            yield hand, lifted, *between(lifted, over), over, seated(down), down


def _awkwardness(places: tuple[Pose, ...]) -> float:
    """How far the hand leans and turns on its way."""
    first, last = (float(np.arccos(np.clip(-pose.rotation[2, 2], -1.0, 1.0))) for pose in (places[0], places[-1]))
    return float(np.hypot(first, last)) + _TURNING * places[0].turn_to(places[-1])


def uprights(rim: Pose, in_hand: Pose, around: list[Disc], near: Pose, beside: float = _BESIDE_M) -> list[Pose]:
    """The tcps of a hand that has a plug upright on its rim, with room to let it go; what turns the hand least comes first, but
    where there is little room.

    The plug is round: the hand may be turned about it so that its fingers are to its sides, or before and behind it.
    """
    about = [(pose, _space(pose, RELEASE_M, around)) for pose in (_upright(rim, in_hand, turn) for turn in QUARTERS)]
    roomy = [(space < EASILY_M, near.turn_to(pose), pose) for pose, space in about if space > beside]
    return [pose for *_, pose in sorted(roomy, key=lambda entry: entry[:2])[:_TURNS]]


def seated(down: Pose) -> Pose:
    """The tcp of a hand that has pushed a plug in, from where it has it on its rim."""
    return raised(down, -float(description.settings("busybox.yaml")["wires"]["jack"]["depth"]) - _BEYOND_M)


def _upright(rim: Pose, in_hand: Pose, turn: float) -> Pose:
    """The tcp of a hand that has a plug upright on its rim, its fingers' closing direction turned so far from the module's."""
    about = rim @ Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, 0.0, turn)) @ in_hand.inverse
    across = rim.rotation[:, 1] if round(turn / (np.pi / 2)) % 2 == 0 else rim.rotation[:, 0]
    off = np.arctan2(np.cross(about.rotation[:, 1], across)[2], about.rotation[:, 1] @ across)
    return rim @ Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, 0.0, turn + float(off))) @ in_hand.inverse


def plugs_around(situation: Situation, name: str) -> list[Disc]:
    """The other plugs, as they stand."""
    others = [item for item in situation.scene if item.category == PLUG_CATEGORY and item.name != name]
    return [(*item.pose.position[:2], RADIUS_M, item.top) for item in others]


def _own_cable(plug: Pose) -> list[Disc]:
    """Where the cable goes on from a plug: along its axis at first, then more and more to the side to which it is seen to bend.

    A finger that comes down on it pushes the plug away.
    """
    axis, aside = plug.rotation[:, 2], plug.rotation[:, 0]
    place, discs = np.array(plug.position) + _TAIL_M * axis, list[Disc]()
    for bend in np.linspace(_BENDS[0], _BENDS[1], _CABLE_PIECES):
        place = place + _CABLE_PIECE_M * (np.cos(bend) * axis + np.sin(bend) * aside)
        x, y, z = (float(value) for value in place)
        discs.append((x, y, _CABLE_M, z))
    return discs


def _space(tcp: Pose, room: float, discs: list[Disc]) -> float:
    """Distance in plan view from opened fingers to what stands as high as they reach [m]; negative inside of it."""
    world = _fingers(room) @ tcp.rotation.T + np.array(tcp.position)
    gaps = [float("inf")]
    for x, y, radius, top in discs:
        low = world[world[:, 2] < top, :2]
        if len(low):
            gaps.append(float(np.hypot(*(low - (x, y)).T).min()) - radius)
    return min(gaps)


@cache
def _fingers(room: float) -> np.ndarray:
    """Points of both fingers with that room on either side of a plug, in the tcp's frame, shape (N, 3) [m]."""
    inner = RADIUS_M + room
    return np.array(
        [
            (across, sign * along, behind)
            for across in np.linspace(-FINGER_HALF_WIDTH_M, FINGER_HALF_WIDTH_M, 10)
            for along in np.linspace(inner, inner + FINGER_M, 6)
            for sign in (1.0, -1.0)
            for behind in np.linspace(FINGERTIP_M, -2 * FINGERTIP_M, 4)
        ]
    )


def _ways_to_take(situation: Situation, seen: SceneObject) -> Iterator[tuple[Pose, Pose]]:
    """The tcp of a hand with the plug between its fingers, and the plug as it then is: first those that lean little as they take
    it, and as they have it upright."""
    axis = seen.pose.rotation[:, 2]
    found = []
    yaw = frame_of(situation, "wires").yaw
    headings = [float(np.arctan2(axis[1], axis[0])), *(yaw + np.pi / 8 * step for step in range(8))]
    for heading, less, half in product(headings, _LEANS, HALVES):
        along, across = np.array([np.cos(heading), np.sin(heading), 0.0]), np.array([-np.sin(heading), np.cos(heading), 0.0])
        if abs(axis @ across) > _ACROSS:
            continue
        tilt = float(np.arctan2(axis @ along, axis[2]))
        lean = tilt - np.copysign(less, tilt)
        if abs(lean) <= _MOST_LEAN:
            straight = np.sin(tilt) * along + np.cos(tilt) * np.array([0.0, 0.0, 1.0])
            found.append((np.hypot(lean, less), _around(situation, seen, straight, heading, lean, half)))
    yield from (way for _, way in sorted(found, key=lambda entry: entry[0]))


def _around(
    situation: Situation, seen: SceneObject, straight: np.ndarray, heading: float, lean: float, half: float
) -> tuple[Pose, Pose]:
    """The tcp of a hand that leans so far in that direction with its fingers on the plug's sides, as deep as the face lets it,
    and the plug, whose axis they put ``straight``."""
    turned = Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, 0.0, heading)) @ Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, lean, 0.0))
    turned = turned @ Pose.from_xyz_rpy((0.0, 0.0, 0.0), (np.pi, 0.0, half))
    lowest = FINGERTIP_M * np.cos(lean) + FINGER_HALF_WIDTH_M * np.sin(abs(lean))
    lowest += situation.object(BOX).top + _OVER_BOX_M
    behind = max(_GRIP_ABOVE_M, (lowest - seen.pose.position[2]) / max(float(straight[2]), 0.2))
    x, y, z = (float(value) for value in np.array(seen.pose.position) + behind * straight)
    return Pose((x, y, z), turned.quaternion), Pose.along(np.array(seen.pose.position), straight, seen.pose.rotation[:, 0])


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
    wires = description.settings("busybox.yaml")["wires"]
    x, y, _ = parts.plug(colour, end)
    return frame_of(situation, "wires") @ Pose((x, y, float(wires["plug"]["height"]) / 2 + float(wires["jack"]["depth"])))
