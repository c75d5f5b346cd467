"""The box's place over time: steady while it rests, followed when it is pushed, kept while arms hide it."""

from dataclasses import dataclass, replace
from math import hypot, pi

import numpy as np

from tandem.cell import description
from tandem.cell.pose import Pose
from tandem.perception.busybox.finder import BoxSighting
from tandem.perception.busybox.outline import Placement, face_points
from tandem.perception.rectangle import nearest_turn
from tandem.perception.settings import BusyBoxSettings
from tandem.perception.view import Mask, View

_SINCE = 3
"""So many images in a row tell of a little push."""


@dataclass(frozen=True)
class BoxPlace:
    """Where the box is.

    Attributes:
        placement: its centre and heading.
        top: height of its faces above the table [m].
        window: sightings since it last moved, newest last.
        strays: sightings in a row that disagree with where it is.
        empties: images in a row in which its place was seen empty.
        visible: seen in the newest image.
        last_seen: when it was seen [s].
        moved: it was seen to move in the newest image.
    """

    placement: Placement
    top: float
    window: tuple[BoxSighting, ...]
    last_seen: float
    strays: int = 0
    empties: int = 0
    visible: bool = True
    moved: bool = False

    @property
    def frame(self) -> Pose:
        """The box's frame in the world: in the middle of its underside."""
        face = float(description.settings("busybox.yaml")["face"])
        x, y, yaw = self.placement.x, self.placement.y, self.placement.yaw
        return Pose.from_xyz_rpy((x, y, self.top - face), (0.0, 0.0, yaw))


def begin(sighting: BoxSighting, stamp: float) -> BoxPlace:
    """A box that wasn't there before."""
    return BoxPlace(sighting.placement, sighting.top, (sighting,), stamp)


def follow(place: BoxPlace, sighting: BoxSighting, stamp: float, rules: BusyBoxSettings) -> BoxPlace:
    """The box after it was seen: at once elsewhere if it is clearly off, after two images if it is a little off."""
    seen, now = sighting.placement, place.placement
    off = hypot(seen.x - now.x, seen.y - now.y)
    turned = abs(np.rad2deg(nearest_turn(seen.yaw, now.yaw, 2 * pi) - now.yaw))
    if off > rules.jumped or turned > 2 * rules.turned:
        return _at((sighting,), stamp, moved=True)
    strays = place.strays + 1 if off > rules.moved or turned > rules.turned else 0
    if strays >= 2:
        return _at((sighting,), stamp, moved=True)
    if strays:
        return replace(place, strays=strays, empties=0, visible=True, last_seen=stamp, moved=False)
    return _at(_since_nudged((*place.window, sighting)[-rules.window :], rules.nudged), stamp, moved=False)


def _since_nudged(window: tuple[BoxSighting, ...], nudged: float) -> tuple[BoxSighting, ...]:
    """The newest sightings alone where the older ones agree that the box was elsewhere: their mean would lag behind for long."""
    before, since = window[:-_SINCE], window[-_SINCE:]
    if not before:
        return window
    places = [np.array([(item.placement.x, item.placement.y) for item in part]) for part in (before, since)]
    step = places[1].mean(axis=0) - places[0].mean(axis=0)
    way = float(np.linalg.norm(step))
    # Each of them must have gone at least half that way: one that is far off by itself is an error.
    return since if way > nudged and bool(((places[1] - places[0].mean(axis=0)) @ step > way**2 / 2).all()) else window


def miss(place: BoxPlace, view: View, robot: Mask, rules: BusyBoxSettings) -> BoxPlace | None:
    """The box after an image in which it wasn't found: hidden, or gone when its place is seen empty several times; then None."""
    empties = place.empties + 1 if empty_share(view, robot, place) > 0.5 else 0
    if empties >= rules.empty_images:
        return None
    return replace(place, visible=False, empties=empties, moved=False)


def empty_share(view: View, robot: Mask, place: BoxPlace) -> float:
    """Share of the box's upper side through which something lower is seen."""
    points = face_points(place.placement)
    u, v, _ = view.project(np.column_stack([points, np.full(len(points), place.top)]))
    rows, columns = np.round(v).astype(int), np.round(u).astype(int)
    inside = (rows >= 0) & (rows < view.valid.shape[0]) & (columns >= 0) & (columns < view.valid.shape[1])
    rows, columns = rows[inside], columns[inside]
    lower = view.valid[rows, columns] & ~robot[rows, columns] & (view.heights[rows, columns] < place.top - 0.02)
    return float(lower.sum()) / len(points)


def _at(window: tuple[BoxSighting, ...], stamp: float, moved: bool) -> BoxPlace:
    """In the middle of what was seen, the better the more of the border was seen; headings are continuous."""
    weights = np.array([sighting.covered for sighting in window])
    values = np.array([(item.placement.x, item.placement.y, item.placement.yaw, item.top) for item in window])
    x, y, yaw, top = (float(value) for value in weights @ values / weights.sum())
    return BoxPlace(Placement(x, y, yaw), top, window, stamp, moved=moved)
