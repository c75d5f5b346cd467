"""What a detector named, among what is followed: things that are told by their shape stay what they are, boxes get their name."""

from collections.abc import Sequence
from dataclasses import replace

from tandem.cell.props import CATEGORIES
from tandem.cell.relations import CONTAINERS
from tandem.perception.follow import Image, is_held
from tandem.perception.newcomers import name_for
from tandem.perception.open_vocabulary.finder import Finding
from tandem.perception.open_vocabulary.lifting import SKIN
from tandem.perception.presence import Presence, look_for
from tandem.perception.rectangle import Rectangle
from tandem.perception.settings import PerceptionSettings
from tandem.perception.shapes import Detection
from tandem.perception.track import Track, keep, see, start


def name_things(tracks: Sequence[Track], finding: Finding, image: Image, settings: PerceptionSettings) -> list[Track]:
    """The objects with what was named.

    Args:
        tracks: the objects as they are in ``image``.
        finding: in that image, or in an older one.
        image: the newest one. What it shows to be elsewhere by now is left out.
        settings: of perception.
    """
    named = list(tracks)
    for thing in sorted(finding.things, key=lambda item: -item.score):
        named = _with(named, thing, finding.stamp, image, settings)
    return [track for track in named if not _is_explained(track, named, settings)]


def _with(tracks: list[Track], found: Detection, stamp: float, image: Image, settings: PerceptionSettings) -> list[Track]:
    fresh = start(found, name_for(found, tracks), stamp, settings)
    now = look_for(image.view, image.robot, fresh, settings)
    if now.empty > 0.5 or any(_is_in_hand(found, track) for track in tracks) or _is_explained(fresh, tracks, settings):
        return tracks
    mine = _same_thing(fresh, [track for track in tracks if not track.grasps], image, settings)
    if (
        mine is None
        or mine.relief is None
        or (found.category != mine.category and found.score > mine.score + settings.named.surer)
    ):
        thing = fresh
    else:
        thing = see(mine, replace(found, category=mine.category), max(stamp, mine.last_seen), settings)
    rest = [track for track in tracks if track is not mine and not _is_part(track, thing, settings)]
    return [*rest, keep(thing, image.stamp, now.there > 0.3, settings.tracking)]


def _same_thing(fresh: Track, tracks: Sequence[Track], image: Image, settings: PerceptionSettings) -> Track | None:
    """The object at that place, one that was named rather than a box; else one of that kind that has left its place."""
    here = [track for track in tracks if _may_be(track) and is_same_place(track, fresh, settings)]
    if here:
        return min(here, key=lambda track: (track.relief is None, track.rectangle.distance(fresh.rectangle)))
    alike = [track for track in tracks if track.category == fresh.category]
    gone = [track for track in alike if _has_left(look_for(image.view, image.robot, track, settings), track)]
    return min(gone, key=lambda track: (track.colour != fresh.colour, track.rectangle.distance(fresh.rectangle)), default=None)


def _may_be(track: Track) -> bool:
    return track.category == "box" or track.category not in CATEGORIES


def _has_left(presence: Presence, track: Track) -> bool:
    return presence.there < 0.25 and (presence.empty > 0.5 or track.searching)


def _is_in_hand(found: Detection, track: Track) -> bool:
    return bool(track.grasps) and is_held(replace(found, colour=track.colour), track)


def _is_explained(thing: Track, tracks: Sequence[Track], settings: PerceptionSettings) -> bool:
    """Whether a named thing is one that is told by its shape, a part of such a one, or what several of them look like."""
    if thing.relief is None or thing.grasps:
        return False
    known = [track for track in tracks if track.relief is None and track.category != "box" and not track.grasps]
    return any(
        is_same_place(track, thing, settings)
        or (track.category not in CONTAINERS and track.category != "tray" and _lies_in(thing, track, settings))
        or (_lies_in(track, thing, settings) and track.bottom < thing.bottom + SKIN)
        for track in known
    )


def _is_part(track: Track, whole: Track, settings: PerceptionSettings) -> bool:
    """Whether a box is a face of a named thing."""
    return track.category == "box" and not track.grasps and _lies_in(track, whole, settings)


def is_same_place(one: Track, other: Track, settings: PerceptionSettings) -> bool:
    """Whether two footprints cover each other and the heights overlap."""
    least, shared = settings.named.same_place, min(one.top, other.top) - max(one.bottom, other.bottom)
    covered = min(_cover(one.rectangle, other.rectangle), _cover(other.rectangle, one.rectangle))
    return covered >= least and shared > 0.5 * min(one.size[2], other.size[2])


def _lies_in(part: Track, whole: Track, settings: PerceptionSettings) -> bool:
    """Whether one thing stands within the footprint of another and doesn't reach above it."""
    inside = _cover(part.rectangle, whole.rectangle.grown(SKIN)) >= settings.named.part
    return inside and part.top < whole.top + 2 * SKIN and part.bottom < whole.top - SKIN


def _cover(one: Rectangle, other: Rectangle) -> float:
    """The share of a rectangle that lies in another one."""
    return float(other.contains(one.grid(9, 0.9)).mean())
