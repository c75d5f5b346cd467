"""What the hands hold, by how far the fingers closed and what was between them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from tandem.cell.names import Side
from tandem.cell.pose import Pose
from tandem.cell.props import primitives
from tandem.cell.relations import is_plugged
from tandem.perception.settings import Holding
from tandem.perception.track import Grasp, Track

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Hand:
    """A gripper at one time.

    Attributes:
        side: whose it is.
        tcp: of its grasp centre, in the world.
        travel: of each finger from closed [m].
        speed: of each finger, positive when opening [m/s].
        touch: pressure on the finger that is pressed less [N]; None where that isn't measured.
    """

    side: Side
    tcp: Pose
    travel: float
    speed: float
    touch: float | None = None


@dataclass(frozen=True)
class _Pinch:
    """A part of an object between fingers: its pose in the object, the axis across the fingers, how far from the grasp centre."""

    part: Pose
    half_width: float
    distance: float


def update_grasps(tracks: Sequence[Track], hands: Sequence[Hand], rules: Holding) -> list[Track]:
    """The objects as they are now: let go, taken, and moved with the hands that hold them."""
    updated = list(tracks)
    for hand in hands:
        updated = [_let_go(track, hand, hands, updated, rules) for track in updated]
    for hand in hands:
        if not any(grasp.side == hand.side for track in updated for grasp in track.grasps):
            updated = _take(updated, hand, rules)
    return carry(updated, hands)


def carry(tracks: Sequence[Track], hands: Sequence[Hand]) -> list[Track]:
    """Held objects are where the hand is that took them first."""
    tcp = {hand.side: hand.tcp for hand in hands}
    return [replace(track, pose=tcp[track.grasps[0].side] @ track.grasps[0].pose) if track.grasps else track for track in tracks]


def pose_in_left_or_only_tcp(track: Track, hands: Sequence[Hand]) -> Pose | None:
    """The object's pose in the tcp frame of the hand that holds it, of the left one where both do."""
    sides = {grasp.side for grasp in track.grasps}
    for hand in sorted(hands, key=lambda item: item.side):
        if hand.side in sides:
            return hand.tcp.inverse @ track.pose
    return None


def _let_go(track: Track, hand: Hand, hands: Sequence[Hand], others: Sequence[Track], rules: Holding) -> Track:
    grasp = next((item for item in track.grasps if item.side == hand.side), None)
    if grasp is None:
        return track
    opened = hand.travel > grasp.half_width + rules.opened
    empty = hand.travel < max(grasp.half_width - rules.squeeze, rules.empty)
    if not opened and not empty:
        return track
    rest = tuple(item for item in track.grasps if item.side != hand.side)
    if not rest:
        return drop(replace(track, grasps=()), others)
    keeper = next(item for item in hands if item.side == rest[0].side)
    pinch = _pinch(track, keeper, rules)
    inside = keeper.tcp.inverse @ track.pose
    pose = _aligned(inside, pinch.part) if pinch is not None else inside
    return replace(track, grasps=(replace(rest[0], pose=pose), *rest[1:]))


def drop(track: Track, others: Sequence[Track]) -> Track:
    """The object let go: in a socket's hole, or else upright on what is under it, until it is seen again."""
    if any(is_plugged(track, other) for other in others):
        return replace(track, window=(), searching=True, strays=0, empties=0)
    upright = _upright(track)
    middle = np.array([upright.pose.position[:2]])
    decks = [
        other.bottom + other.deck
        for other in others
        if other.name != track.name and not other.grasps and other.rectangle.contains(middle)[0]
    ]
    support = max((deck for deck in decks if deck < upright.pose.position[2]), default=0.0)
    x, y, _ = upright.pose.position
    pose = Pose((x, y, support + upright.size[2] / 2), upright.pose.quaternion)
    return replace(upright, pose=pose, window=(), searching=True, strays=0, empties=0, confidence=min(track.confidence, 0.7))


def _upright(track: Track) -> Track:
    """The pose with the axis that is nearest to vertical made vertical; only cubes may land on another face."""
    rotation = track.pose.rotation
    up = int(np.abs(rotation[2]).argmax()) if track.category == "cube" else 2
    heading = rotation[:, (up + 1) % 3]
    yaw = float(np.arctan2(heading[1], heading[0]))
    return replace(track, pose=Pose.from_xyz_rpy(track.pose.position, (0.0, 0.0, yaw)))


def _take(tracks: list[Track], hand: Hand, rules: Holding) -> list[Track]:
    """The object between the fingers, if there is one, becomes held."""
    if abs(hand.speed) > rules.settle or hand.travel < rules.empty:
        return tracks
    pinches = [(pinch.distance, index, pinch) for index, track in enumerate(tracks) if (pinch := _pinch(track, hand, rules))]
    if not pinches:
        return tracks
    _, index, pinch = min(pinches, key=lambda item: item[:2])
    track = tracks[index]
    inside = hand.tcp.inverse @ track.pose
    pose = inside if track.grasps else _aligned(inside, pinch.part)
    grasp = Grasp(hand.side, pose, pinch.half_width)
    taken = replace(track, grasps=(*track.grasps, grasp), window=(), strays=0, empties=0, searching=False)
    return [taken if position == index else item for position, item in enumerate(tracks)]


def _pinch(track: Track, hand: Hand, rules: Holding) -> _Pinch | None:
    """The part of an object that lies between a hand's fingers and is as wide as they stand apart."""
    found = [pinch for pinch in _parts_between(track, hand, rules) if _fits(pinch.half_width, hand, rules)]
    return min(found, key=lambda pinch: pinch.distance, default=None)


def _fits(half_width: float, hand: Hand, rules: Holding) -> bool:
    touched = hand.touch is not None and hand.touch > rules.touch
    play = 2.5 * rules.play if touched else rules.play
    return half_width - rules.squeeze < hand.travel < half_width + play and hand.travel > rules.empty


def _parts_between(track: Track, hand: Hand, rules: Holding) -> Iterator[_Pinch]:
    apart = float(np.linalg.norm(np.subtract(hand.tcp.position, track.pose.position)))
    if apart > float(np.linalg.norm(track.size)) / 2 + 2 * rules.reach:
        return
    inside = hand.tcp.inverse @ track.pose
    for part, size in primitives(track.category, track.size):
        matrix = (inside @ part).matrix
        centre = -matrix[:3, :3].T @ matrix[:3, 3]  # the grasp centre in the part's frame
        outside = np.maximum(np.abs(centre) - np.asarray(size) / 2, 0.0)
        if np.all(outside <= rules.reach):
            axis = int(np.abs(matrix[1, :3]).argmax())
            yield _Pinch(part, size[axis] / 2, float(np.linalg.norm(matrix[:3, 3])))


def _aligned(inside: Pose, part: Pose) -> Pose:
    """The object's pose in the tcp frame after the fingers closed: the part's faces against them, its middle between them."""
    matrix = (inside @ part).matrix
    axis = int(np.abs(matrix[1, :3]).argmax())
    across = matrix[:3, axis] * np.sign(matrix[1, axis])
    closing = np.array([0.0, 1.0, 0.0])
    normal = np.cross(across, closing)
    sine = float(np.linalg.norm(normal))
    angle = float(np.arctan2(sine, across @ closing))
    turn = Rotation.from_rotvec(normal / max(sine, 1e-12) * angle).as_matrix()
    matrix[:3, :3] = turn @ matrix[:3, :3]
    matrix[1, 3] = 0.0
    return Pose.from_matrix(matrix) @ part.inverse
