"""Which object of the past is which of an image: objects keep their identity while they are seen, hidden or moved."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from tandem.cell.props import is_round
from tandem.perception.faces import Face
from tandem.perception.lumps import find_lump
from tandem.perception.partial import fit_partly
from tandem.perception.presence import Presence, look_for
from tandem.perception.settings import PerceptionSettings
from tandem.perception.shapes import Detection
from tandem.perception.track import Track, glimpse, keep, see
from tandem.perception.view import Mask, View

_FORBIDDEN = 1e3
HAND_MARGIN = 0.025
"""What is seen this near to a held object is that object [m]."""


@dataclass(frozen=True, eq=False)
class Image:
    """An image and what was found in it."""

    view: View
    robot: Mask
    faces: Sequence[Face]
    detections: Sequence[Detection]

    @property
    def stamp(self) -> float:
        """Time of exposure [s]."""
        return self.view.frame.stamp


def follow(tracks: Sequence[Track], image: Image, settings: PerceptionSettings) -> tuple[list[Track], list[Detection]]:
    """The objects after an image, and the detections that are none of them.

    Objects that were seen to be gone are left out.
    """
    held = [track for track in tracks if track.grasps]
    free = [track for track in tracks if not track.grasps]
    loose = [found for found in image.detections if not any(is_held(found, track) for track in held)]
    presences = [look_for(image.view, image.robot, track, settings) for track in free]
    pairs = _assign(free, presences, loose, settings)
    updated = [_glance(track, image, settings) for track in held]
    for index, track in enumerate(free):
        if index in pairs:
            updated.append(see(track, loose[pairs[index]], image.stamp, settings))
        else:
            others = [other for other in tracks if other is not track]
            updated.append(_search(track, presences[index], image, others, settings))
    rest = [found for index, found in enumerate(loose) if index not in pairs.values()]
    updated, rest = _slipped(updated, rest, image, settings)
    return [track for track in updated if track.empties < settings.tracking.empty_images], rest


def find_hidden(tracks: Sequence[Track], image: Image, settings: PerceptionSettings) -> list[Track]:
    """The objects after an image of a second camera, which only tells of those that the first one doesn't see."""
    lost = [index for index, track in enumerate(tracks) if not track.visible and not track.grasps]
    known = [track for track in tracks if track.visible and not track.grasps]
    spare = [found for found in image.detections if not any(is_held(found, track) for track in tracks if track.grasps)]
    spare = [found for found in spare if not any(alike(track, found) and _near(track, found, settings) for track in known)]
    updated = list(tracks)
    for index in lost:
        track = tracks[index]
        fitting = [found for found in spare if alike(track, found) and (_near(track, found, settings) or track.searching)]
        if fitting:
            found = min(fitting, key=lambda item: item.rectangle.distance(track.rectangle))
            updated[index] = see(track, found, image.stamp, settings)
            spare.remove(found)
            continue
        partly = None if is_round(track.category) else fit_partly(track, image.faces, settings)
        if partly is not None:
            updated[index] = glimpse(track, *partly, image.stamp, settings)
    return updated


def _near(track: Track, found: Detection, settings: PerceptionSettings) -> bool:
    return found.rectangle.distance(track.rectangle) + abs(found.top - track.top) < settings.tracking.gate


def alike(track: Track, found: Detection) -> bool:
    """Whether a detection may be this object by its looks; one taken for another category must be as large and near."""
    if track.colour != found.colour or track.category == found.category:
        return track.colour == found.colour
    sizes = np.abs(np.array([found.rectangle.length, found.rectangle.width]) - sorted(track.size[:2], reverse=True))
    return found.rectangle.distance(track.rectangle) < 0.02 and bool(sizes.max() < 0.01)


def _glance(track: Track, image: Image, settings: PerceptionSettings) -> Track:
    """A held object after an image: the hand tells where it is, the image only whether it is seen."""
    visible = look_for(image.view, image.robot, track, settings).there > 0.3
    return replace(track, visible=visible, stamp=image.stamp, last_seen=image.stamp if visible else track.last_seen)


def is_held(found: Detection, track: Track) -> bool:
    """Whether a detection shows an object in a hand, at the place of the hand."""
    x, y, z = track.pose.position
    reach = float(np.linalg.norm(track.size)) / 2 + HAND_MARGIN
    offset = np.hypot(found.rectangle.x - x, found.rectangle.y - y)
    # A box that hangs in the air is taken to reach down to what is below it.
    height = min(found.height, 2 * reach) if found.category == "box" else found.height
    own = track.colour == found.colour or (track.relief is not None and found.category == "box")
    return own and float(offset) < reach and abs(found.top - height / 2 - z) < reach


def _assign(
    tracks: Sequence[Track], presences: Sequence[Presence], found: Sequence[Detection], settings: PerceptionSettings
) -> dict[int, int]:
    """Index of the detection of each track that has one: the nearest in all; far ones only where the old place is empty."""
    if not tracks or not found:
        return {}
    cost = np.full((len(tracks), len(found)), _FORBIDDEN)
    for row, (track, presence) in enumerate(zip(tracks, presences, strict=True)):
        x, y, _ = track.pose.position
        left = presence.there < 0.25 and (presence.empty > 0.5 or track.searching)
        for column, detection in enumerate(found):
            if not alike(track, detection):
                continue
            distance = float(np.hypot(detection.rectangle.x - x, detection.rectangle.y - y))
            distance += 0.5 * abs(detection.top - track.top) + (0.05 if detection.category != track.category else 0.0)
            if distance < settings.tracking.gate or left:
                cost[row, column] = distance
    rows, columns = linear_sum_assignment(cost)
    return {int(row): int(column) for row, column in zip(rows, columns, strict=True) if cost[row, column] < _FORBIDDEN}


def _search(track: Track, presence: Presence, image: Image, others: Sequence[Track], settings: PerceptionSettings) -> Track:
    """An object that wasn't found whole: seen in part, or in place, or leaning, or hidden, or gone."""
    partly = None if is_round(track.category) else fit_partly(track, image.faces, settings)
    told_by_colour = track.relief is None or track.relief.is_of_one_colour
    if partly is None and presence.there < 0.8 and presence.hidden < 0.4 and told_by_colour:
        partly = find_lump(image.view, image.robot, track, others, settings)
    if partly is not None:
        return glimpse(track, *partly, image.stamp, settings)
    if presence.empty > 0.6 and presence.there < 0.25:
        gone = keep(track, image.stamp, False, settings.tracking)
        return replace(gone, empties=track.empties + 1)
    return keep(track, image.stamp, presence.there > 0.3, settings.tracking)


def _slipped(
    tracks: list[Track], rest: list[Detection], image: Image, settings: PerceptionSettings
) -> tuple[list[Track], list[Detection]]:
    """An object thought to be in a hand that is seen elsewhere, in several images, isn't in the hand."""
    for index, track in enumerate(tracks):
        if not track.grasps:
            continue
        elsewhere = [found for found in rest if alike(track, found) and found.category == track.category]
        if not elsewhere:
            tracks[index] = replace(track, strays=0)
        elif track.strays + 1 < 2 * settings.tracking.empty_images:
            tracks[index] = replace(track, strays=track.strays + 1)
        else:
            tracks[index] = see(replace(track, grasps=(), searching=True), elsewhere[0], image.stamp, settings)
        rest = [found for found in rest if found not in elsewhere]
    return tracks, rest
