"""Whether an object is where it should be, or hidden, or gone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tandem.cell.props import is_round, primitives
from tandem.perception.colour import NAMES, classify
from tandem.perception.settings import PerceptionSettings
from tandem.perception.track import Track
from tandem.perception.view import Mask, View


@dataclass(frozen=True)
class Presence:
    """Shares of an object's upper faces that are seen in place, that something nearer hides, and where something else is seen."""

    there: float
    hidden: float
    empty: float


def look_for(view: View, robot: Mask, track: Track, settings: PerceptionSettings) -> Presence:
    """Compare the image with what it would show if the object were where it is thought to be."""
    tolerance = settings.tracking.surface
    if track.relief is not None:  # its bare place must not pass for something low
        tolerance = min(tolerance, max(track.size[2] / 2, settings.named.stands_out))
    points = _upper_points(track, 1.5 * tolerance)
    u, v, depth = view.project(points)
    height, width = view.valid.shape
    rows, columns = np.round(v).astype(int), np.round(u).astype(int)
    within = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width) & (depth > 0)
    if not within.any():
        return Presence(0.0, 1.0, 0.0)
    rows, columns, depth = rows[within], columns[within], depth[within]
    farther = view.frame.depth[rows, columns] - depth
    known = view.valid[rows, columns] & ~robot[rows, columns]
    near = known & (np.abs(farther) <= tolerance)
    colours = NAMES.index(track.colour) if track.relief is None else track.relief.colours[within]
    own = is_round(track.category) | (classify(view.frame.rgb[rows, columns], view.brightness) == colours)  # round: shaded
    there, empty = near & own, (known & (farther > tolerance)) | (near & ~own)
    count = len(points)
    return Presence(float(there.sum()) / count, 1.0 - float((there | empty).sum()) / count, float(empty.sum()) / count)


def _upper_points(track: Track, least: float) -> NDArray[np.float64]:
    """World points on the upper faces of the boxes of which an object is made, other than low ones, or on a round one, (N, 3).

    Of a thing of any shape those that were seen.
    """
    if track.relief is not None:
        return track.relief.points @ track.pose.rotation.T + np.asarray(track.pose.position)
    if is_round(track.category):
        return _cap_points(track)
    points = []
    for pose, size in primitives(track.category, track.size):
        top = pose.position[2] + size[2] / 2
        if top + track.size[2] / 2 > min(least, 0.9 * track.size[2]):
            lines = [np.linspace(-0.4, 0.4, 5) * extent if extent > 0.015 else np.zeros(1) for extent in size[:2]]
            a, b = (axis.ravel() for axis in np.meshgrid(*lines))
            points.append(np.stack([a, b, np.full_like(a, size[2] / 2), np.ones_like(a)], axis=1) @ pose.matrix.T)
    return (np.concatenate(points) @ track.pose.matrix.T)[:, :3]


def _cap_points(track: Track) -> NDArray[np.float64]:
    """World points on the upper part of a spheroid, shape (N, 3)."""
    share = np.concatenate([[0.0], np.repeat([0.3, 0.55, 0.75], 8)])
    angle = np.concatenate([[0.0], np.tile(np.arange(8) * np.pi / 4, 3)])
    half = np.asarray(track.size) / 2
    local = np.stack([share * np.cos(angle), share * np.sin(angle), np.sqrt(1.0 - share**2)], axis=1) * half
    return local @ track.pose.rotation.T + np.asarray(track.pose.position)
