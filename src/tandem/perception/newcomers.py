"""Detections that are no known object: believed when seen again, and named."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tandem.perception.follow import alike
from tandem.perception.settings import PerceptionSettings
from tandem.perception.shapes import Detection
from tandem.perception.track import Track, see, start

SAME_PLACE = 0.015
"""Two sightings this near to one another are of one object [m]."""

PART_MARGIN = 0.01
"""Parts of an object lie within this of its footprint [m]."""


@dataclass(frozen=True)
class Candidate:
    """A detection that may become an object, and how often it was seen."""

    detection: Detection
    images: int


def admit(
    tracks: Sequence[Track],
    candidates: Sequence[Candidate],
    rest: Sequence[Detection],
    stamp: float,
    settings: PerceptionSettings,
    at_once: bool,
) -> tuple[list[Track], list[Candidate]]:
    """The objects with those that are now believed, and the candidates that remain.

    Args:
        tracks: the objects so far.
        candidates: of the image before.
        rest: detections that fit no object, from the left to the right of the table when of one kind.
        stamp: of the image [s].
        settings: of perception.
        at_once: believe them at first sight, as in the first image of all.
    """
    admitted, remaining = list(tracks), []
    rest = [found for found in rest if not any(_is_known(found, track) for track in tracks)]
    for found in sorted(rest, key=lambda item: (-item.rectangle.y, item.rectangle.x)):
        images = 1 + max((item.images for item in candidates if _same(item.detection, found)), default=0)
        if images < settings.tracking.confirm_images and not at_once:
            remaining.append(Candidate(found, images))
            continue
        known = _out_of_sight(admitted, found)
        if known is None:
            admitted.append(start(found, name_for(found, admitted), stamp, settings))
        else:
            admitted[known] = see(admitted[known], found, stamp, settings)
    whole = [
        track
        for track in admitted
        if not any(_is_part(track.category, track.colour, track.pose.position, other) for other in admitted if other is not track)
    ]
    return whole, remaining


def _is_known(found: Detection, track: Track) -> bool:
    """Whether a detection is a part of an object, or an object with its twin right beside it."""
    place = (found.rectangle.x, found.rectangle.y, found.top - found.height / 2)
    if track.relief is not None and found.category == "box" and found.top < track.top + PART_MARGIN:
        return bool(track.rectangle.grown(PART_MARGIN).contains(np.array([place[:2]]))[0])  # a face of it, of whatever colour
    if _is_part(found.category, found.colour, place, track):
        return True
    alike = found.colour == track.colour and abs(found.top - track.top) < SAME_PLACE and not track.grasps
    over = found.rectangle.contains(np.array([track.pose.position[:2]]))[0]
    return bool(alike and over and track.visible and found.category == "box")


def _is_part(category: str, colour: str, place: tuple[float, float, float], whole: Track) -> bool:
    """Whether a box is only a part of a tray, a container or a socket, of which the rest is hidden or was seen later."""
    if category != "box" or whole.category not in ("bin", "tray", "socket") or colour != whole.colour or place[2] > whole.top:
        return False
    return bool(whole.rectangle.grown(PART_MARGIN).contains(np.array([place[:2]]))[0])


def _same(one: Detection, other: Detection) -> bool:
    near = one.rectangle.distance(other.rectangle) < SAME_PLACE and abs(one.top - other.top) < SAME_PLACE
    return near and (one.category, one.colour) == (other.category, other.colour)


def _out_of_sight(tracks: Sequence[Track], found: Detection) -> int | None:
    """The nearest hidden object of that kind: it is more likely to have moved unseen than to have a twin."""
    hidden = [
        (float(np.hypot(track.pose.position[0] - found.rectangle.x, track.pose.position[1] - found.rectangle.y)), index)
        for index, track in enumerate(tracks)
        if not track.visible and not track.grasps and alike(track, found) and track.category == found.category
    ]
    return min(hidden)[1] if hidden else None


def name_for(found: Detection, tracks: Sequence[Track]) -> str:
    """Colour and category, or ``tray``; with the first number that is free where that name is taken."""
    stem = found.category if found.category == "tray" else f"{found.colour}_{found.category}"
    taken = {track.name for track in tracks}
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}_{number}", number + 1
    return name
