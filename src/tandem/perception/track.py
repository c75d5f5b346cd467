"""One object over time."""

from dataclasses import dataclass, replace
from math import pi

import numpy as np

from tandem.cell.names import Side
from tandem.cell.pose import Pose
from tandem.perception.rectangle import Rectangle, nearest_turn
from tandem.perception.relief import Relief
from tandem.perception.settings import PerceptionSettings, Tracking
from tandem.perception.shapes import Detection

Size = tuple[float, float, float]


@dataclass(frozen=True)
class Grasp:
    """A hand on an object: the object's pose in its tcp frame, and the half width of what its fingers hold [m]."""

    side: Side
    pose: Pose
    half_width: float


@dataclass(frozen=True)
class Sighting:
    """What one image told of an object's place: centre [m], heading [rad], upper face [m], footprint [m]."""

    x: float
    y: float
    yaw: float
    top: float
    length: float
    width: float


@dataclass(frozen=True)
class Track:
    """An object and its recent past.

    Attributes:
        name, category, colour, pose, size, confidence, visible, last_seen: as in ``SceneObject``.
        deck: height above its bottom of the face on which others can stand [m].
        stamp: of the newest image that was searched for it [s].
        window: sightings since it last moved, newest last.
        sizes: footprints of recent full sightings, newest last [m].
        strays: sightings in a row that disagree with where it is.
        empties: images in a row in which its place was seen empty.
        sightings: full sightings in all.
        grasps: hands that hold it, the first to take it first.
        searching: it was let go and hasn't been seen since.
        relief, score: as in ``Detection``, of what a detector named.
    """

    name: str
    category: str
    colour: str
    pose: Pose
    size: Size
    deck: float
    stamp: float
    last_seen: float
    confidence: float = 0.6
    visible: bool = True
    window: tuple[Sighting, ...] = ()
    sizes: tuple[tuple[float, float], ...] = ()
    strays: int = 0
    empties: int = 0
    sightings: int = 1
    grasps: tuple[Grasp, ...] = ()
    searching: bool = False
    relief: Relief | None = None
    score: float = 0.0

    @property
    def rectangle(self) -> Rectangle:
        """Its footprint, while upright."""
        x, y, _ = self.pose.position
        return Rectangle(x, y, self.pose.yaw, self.size[0], self.size[1])

    @property
    def top(self) -> float:
        """Height of its upper face, while upright [m]."""
        return self.pose.position[2] + self.size[2] / 2

    @property
    def bottom(self) -> float:
        """Height of its lower face, while upright [m]."""
        return self.pose.position[2] - self.size[2] / 2


def symmetry(category: str, size: tuple[float, ...], square: float) -> float:
    """The turn after which something looks the same from above [rad]; of a socket both ends are known by the hole."""
    if category == "socket":
        return 2 * pi
    return pi / 2 if abs(size[0] - size[1]) < square else pi


def start(detection: Detection, name: str, stamp: float, settings: PerceptionSettings) -> Track:
    """A new object."""
    found = detection.rectangle
    period = symmetry(detection.category, (found.length, found.width), settings.shapes.square)
    yaw = nearest_turn(found.yaw, 0.0, period)
    sighting = Sighting(found.x, found.y, yaw, detection.top, found.length, found.width)
    size = _footprint(((found.length, found.width),), settings.shapes.square)
    track = Track(
        name,
        detection.category,
        detection.colour,
        Pose((found.x, found.y, 0.0)),
        (*size, detection.height),
        detection.deck,
        stamp,
        stamp,
        visible=not detection.assumed,
        window=(sighting,),
        sizes=((found.length, found.width),),
        relief=detection.relief.turned(found.yaw - yaw) if detection.relief is not None else None,
        score=detection.score,
    )
    return replace(track, pose=_resting_pose(track))


def see(track: Track, detection: Detection, stamp: float, settings: PerceptionSettings) -> Track:
    """The object after a full sighting of it."""
    rules, found = settings.tracking, detection.rectangle
    if detection.assumed and found.distance(track.rectangle) < 0.02:
        return keep(track, stamp, True, rules)  # its sides show that it is there, not exactly where
    period = symmetry(detection.category, track.size, settings.shapes.square)
    yaw = nearest_turn(found.yaw, track.pose.yaw, period)
    sighting = Sighting(found.x, found.y, yaw, detection.top, found.length, found.width)
    sizes, size, deck = track.sizes, track.size, track.deck
    if detection.category == track.category and not detection.assumed:
        sizes = (*sizes, (found.length, found.width))[-2 * rules.window :]
        size = (*_footprint(sizes, settings.shapes.square), track.size[2])
        if not track.searching and abs(detection.height - track.size[2]) < settings.shapes.support:
            share = 1.0 / min(track.sightings + 1, 2 * rules.window)
            size = (size[0], size[1], track.size[2] + share * (detection.height - track.size[2]))
            deck = track.deck + share * (detection.deck - track.deck)
    known = replace(track, sizes=sizes, size=size, deck=deck, sightings=track.sightings + 1)
    if detection.relief is not None:
        relief = detection.relief.turned(found.yaw - yaw)
        known = replace(known, relief=relief, score=max(track.score, detection.score))
    return _place(known, sighting, stamp, rules, gain=rules.confidence_gain, ceiling=1.0)


def glimpse(track: Track, rectangle: Rectangle, top: float, stamp: float, settings: PerceptionSettings) -> Track:
    """The object after a sighting of a part of it, placed with the size that is known."""
    yaw = nearest_turn(rectangle.yaw, track.pose.yaw, symmetry("", track.size, settings.shapes.square))
    sighting = Sighting(rectangle.x, rectangle.y, yaw, top, track.size[0], track.size[1])
    return _place(track, sighting, stamp, settings.tracking, gain=0.5 * settings.tracking.confidence_gain, ceiling=0.85)


def keep(track: Track, stamp: float, visible: bool, rules: Tracking) -> Track:
    """The object after an image that told nothing new of its place; hidden ones are slowly less believed."""
    faded = track.confidence if visible else track.confidence * 0.5 ** (max(stamp - track.stamp, 0.0) / rules.hidden_half_life)
    seen_at = stamp if visible else track.last_seen
    return replace(track, stamp=stamp, visible=visible, confidence=faded, last_seen=seen_at, empties=0)


def _place(track: Track, sighting: Sighting, stamp: float, rules: Tracking, gain: float, ceiling: float) -> Track:
    """Smooth while it rests; follow at once when it is clearly elsewhere, and after two images when it is a little off."""
    x, y, z = track.pose.position
    off = float(np.hypot(sighting.x - x, sighting.y - y)) + abs(sighting.top - z - track.size[2] / 2)
    turned = abs(np.rad2deg(sighting.yaw - track.pose.yaw))
    strays = track.strays + 1 if off > rules.moved or turned > rules.turned else 0
    if track.searching or off > rules.jumped or strays >= 2 or not track.window:
        window: tuple[Sighting, ...] = (sighting,)
        strays = 0
    elif strays:
        window = track.window
    else:
        window = (*track.window, sighting)[-rules.window :]
    confidence = max(track.confidence, track.confidence + gain * (ceiling - track.confidence))
    placed = replace(
        track,
        window=window,
        strays=strays,
        empties=0,
        confidence=min(confidence, 1.0),
        visible=True,
        last_seen=stamp,
        stamp=stamp,
        searching=False,
    )
    return replace(placed, pose=_resting_pose(placed))


def _resting_pose(track: Track) -> Pose:
    """The median of the sightings, upright."""
    x, y, yaw, top = np.median([(item.x, item.y, item.yaw, item.top) for item in track.window], axis=0)
    return Pose.from_xyz_rpy((float(x), float(y), float(top) - track.size[2] / 2), (0.0, 0.0, float(yaw)))


def _footprint(sizes: tuple[tuple[float, float], ...], square: float) -> tuple[float, float]:
    """Median length and width; one figure for both sides of a square."""
    length, width = (float(value) for value in np.median(sizes, axis=0))
    if length - width < square:
        return (length + width) / 2, (length + width) / 2
    return length, width
