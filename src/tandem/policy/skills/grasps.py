"""Where a hand can take an object from above, best first."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tandem.cell import description, footprint
from tandem.cell.names import Side
from tandem.cell.pose import Pose
from tandem.cell.props import is_round, primitives
from tandem.cell.reach import top_down
from tandem.cell.scene import Scene, SceneObject
from tandem.cell.socket import grip_frame
from tandem.policy.skills.actions import SkillFailure
from tandem.policy.skills.gripping import OPEN
from tandem.policy.skills.situation import Situation, fingers, in_words, raised
from tandem.policy.skills.ways import Way, easiest_way, in_the_way

Array = NDArray[np.float64]

APPROACH_M = 0.10
"""A hand comes down on an object from this far above."""

FINGER_M = 0.012
"""Thickness of a finger along the closing direction."""

FINGER_HALF_WIDTH_M = 0.011

FINGERTIP_M = 0.010
"""From the grasp centre to the fingertips."""

PALM_M = 0.050
"""From the grasp centre back to the palm."""

_NARROW_M = (0.009, 0.0055)
"""Gaps on either side of an object when the fingers come down half closed."""

_ROOMY_M = 0.010
"""Space beside the fingers that is as good as any more."""

_PALM_GAP_M = 0.006

_LOW_M = 0.007
"""Fingertips that are low are so far above what carries the object."""


@dataclass(frozen=True)
class Grasp:
    """A grasp from above.

    Attributes:
        tcp: pose of the grasp centre in the world.
        half_width: of what is between the fingers [m].
        opening: travel of the fingers before they close [m].
        space: beside the opened fingers [m]; negative where they would meet something.
    """

    tcp: Pose
    half_width: float
    opening: float
    space: float


def grasps_from_above(situation: Situation, item: SceneObject, side: Side) -> list[tuple[Grasp, Way]]:
    """All grasps that an arm can come down to: those with room for the fingers first, then those that it reaches more easily.

    Raises:
        SkillFailure: there is none, with the reason.
    """
    candidates = list(_across_the_faces(item, situation.scene))
    if not candidates:
        raise SkillFailure(f"{in_words(item.name)} is too wide for the fingers")
    contacts = ((fingers(side), item.name),)
    ranked = []
    for grasp in candidates:
        over_and_at = {side: (raised(grasp.tcp, APPROACH_M), grasp.tcp)}
        way = easiest_way(situation, over_and_at, contacts, fingers={side: grasp.opening})
        if way is not None:
            ranked.append((-min(grasp.space, _ROOMY_M), way.effort, grasp, way))
    if not ranked:
        best = max(candidates, key=lambda grasp: grasp.space)
        why = in_the_way(situation, {side: (raised(best.tcp, APPROACH_M), best.tcp)}, contacts, {side: best.opening})
        raise SkillFailure(f"the {side} arm can't get at {in_words(item.name)}: {why}")
    return [(grasp, way) for _, _, grasp, way in sorted(ranked, key=lambda entry: entry[:2])]


def _across_the_faces(item: SceneObject, scene: Scene) -> Iterator[Grasp]:
    """Both pairs of upright faces, the hand turned either way, the fingers wide open or less."""
    if item.category in ("bin", "tray"):
        return
    (x, y, height), axes, turns = _grip_point(item)
    others = [other for other in scene if other.name != item.name and not other.held_by]
    for axis in axes:
        half_width = item.size[axis] / 2
        # Alike from all sides: always taken at the same turns.
        yaw = (0.0 if is_round(item.category) else footprint.yaw(item)) + (np.pi / 2 if axis == 0 else 0.0)
        for opening in (OPEN, *(half_width + gap for gap in _NARROW_M)):
            if not half_width + _NARROW_M[-1] <= opening <= OPEN:
                continue
            for turn in turns:
                tcp = top_down((x, y, height), yaw + turn)
                yield Grasp(tcp, half_width, opening, finger_space(tcp, opening, others))


def _grip_point(item: SceneObject) -> tuple[tuple[float, float, float], tuple[int, ...], tuple[float, ...]]:
    """Where a hand takes an object, across which of its axes, and how turned.

    A peg is taken high up, a socket at the end without the hole, with the hand's camera out of the way of another hand there, and
    low: a finger that meets it first must push it along, not tip it, which jams it between finger and table.
    """
    x, y, z = item.pose.position
    if item.category == "socket":
        x, y, _ = (item.pose @ grip_frame(item.size)).position
        low = footprint.bottom(item) + FINGERTIP_M + _LOW_M
        return (x, y, max(low, item.top - PALM_M + _PALM_GAP_M)), (1,), (np.pi,)
    height = max(z, item.top - PALM_M + _PALM_GAP_M)
    if item.category == "peg":
        height = max(height, item.top - float(description.settings("props.yaml")["peg"]["grip"]))
    return (x, y, height), (0, 1), (0.0, np.pi)


def finger_space(tcp: Pose, opening: float, others: list[SceneObject]) -> float:
    """Distance from the fingers of a hand that points down to what stands as high as they reach [m]; negative inside of it."""
    inner, outer = opening, opening + FINGER_M
    points = [
        (across, sign * along, 0.0)
        for across in np.linspace(-FINGER_HALF_WIDTH_M, FINGER_HALF_WIDTH_M, 5)
        for along in np.linspace(inner, outer, 4)
        for sign in (1.0, -1.0)
    ]
    world = np.array(points) @ tcp.rotation.T + np.array(tcp.position)
    tips = tcp.position[2] - FINGERTIP_M
    gaps = [_gap(other, world[:, :2], tips) for other in others]
    return min(gaps, default=float("inf"))


def _gap(other: SceneObject, points: Array, height: float) -> float:
    """Smallest distance in plan view from points to those boxes of an object that reach above a height."""
    smallest = float("inf")
    for pose, size in primitives(other.category, other.size):
        box = other.pose @ pose
        if box.position[2] + size[2] / 2 <= height:
            continue
        local = (points - np.array(box.position[:2])) @ box.rotation[:2, :2]
        beyond = np.abs(local) - np.array(size[:2]) / 2
        gap = np.linalg.norm(np.maximum(beyond, 0.0), axis=1) + np.minimum(beyond.max(axis=1), 0.0)
        smallest = min(smallest, float(gap.min()))
    return smallest
