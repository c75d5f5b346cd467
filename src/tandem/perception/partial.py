"""Objects of which only a part is seen: placed by the sides that show, with the size that is known."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tandem.cell.props import primitives
from tandem.perception.faces import Face
from tandem.perception.rectangle import Fit, Rectangle, explained, fit_rectangle
from tandem.perception.settings import PerceptionSettings
from tandem.perception.track import Track

REACH = 0.015
"""How far from its last place the parts of an object are looked for [m]."""

TOLERANCE = 0.0025
"""Outline this near to a rectangle's border belongs to it [m]: about a pixel and a half."""

EXPLAINED = 0.85
"""Share of the outline that a rectangle must account for."""

LEAST_POINTS = 10
"""Outline points of which something can be told."""


def fit_partly(track: Track, faces: Sequence[Face], settings: PerceptionSettings) -> tuple[Rectangle, float] | None:
    """The object's rectangle and the height of its upper face, None where too little is seen to tell.

    Args:
        track: the object, with its last pose.
        faces: all faces of the image that no other object has claimed.
    """
    near = track.rectangle.grown(REACH)
    own = [face for face in faces if face.colour == track.colour and near.contains(face.outline[:, :2]).all()]
    levels = _levels(track)
    gaps = [min((face.height - track.bottom - level for level in levels), key=abs) for face in own]
    own = [face for face, gap in zip(own, gaps, strict=True) if abs(gap) < settings.tracking.surface]
    gaps = [gap for gap in gaps if abs(gap) < settings.tracking.surface]
    if not own:
        return None
    outline = np.concatenate([face.outline[face.trusted] for face in own])
    top = track.top + float(np.median(gaps))
    if len(outline) < LEAST_POINTS:
        return None
    if abs(top - track.top) < settings.tracking.moved and explained(outline, track.rectangle, TOLERANCE) > EXPLAINED:
        return track.rectangle, top  # at rest: a sliver would only pull it askew
    gate = min(REACH / 2, 0.2 * track.rectangle.width)
    fit = fit_rectangle(outline, track.rectangle, gate, settings.faces.side_cover / 2, keep_size=True)
    return (fit.rectangle, top) if _plausible(fit, track, outline, settings) else None


def _levels(track: Track) -> list[float]:
    """Heights above the object's bottom of those of its horizontal faces that reach the border of its footprint [m]."""
    half = np.asarray(track.size) / 2
    levels = set()
    for pose, size in primitives(track.category, track.size):
        reach = np.abs(pose.position[:2]) + np.asarray(size[:2]) / 2
        if np.any(reach > half[:2] - 0.001):
            levels.add(round(pose.position[2] + size[2] / 2 + half[2], 4))
    return sorted(levels)


def _plausible(fit: Fit, track: Track, outline: NDArray[np.float64], settings: PerceptionSettings) -> bool:
    """Whether a moved object accounts for what is seen, with one side long enough to tell its heading."""
    turned = abs(fit.rectangle.yaw - track.rectangle.yaw)
    near = fit.rectangle.distance(track.rectangle) < 2 * REACH and turned < 0.3
    told = fit.located and fit.best_cover >= settings.faces.side_cover
    return near and told and explained(outline, fit.rectangle, TOLERANCE) > EXPLAINED
