"""How far a scene is from the truth, where somebody knows it: for evaluation only."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import dist

import numpy as np

from tandem.cell.pose import Pose
from tandem.cell.scene import Scene, SceneObject
from tandem.perception.rectangle import nearest_turn
from tandem.perception.track import symmetry


@dataclass(frozen=True)
class PoseError:
    """Of one object: distance of the centres in the plane [m], of the heights [m], of the headings [deg]."""

    name: str
    position: float
    height: float
    yaw: float


@dataclass(frozen=True)
class SceneErrors:
    """A scene compared with the truth: errors of what was found, names of what was missed and of what isn't there."""

    found: tuple[PoseError, ...]
    missed: tuple[str, ...]
    false: tuple[str, ...]


def pose_errors(scene: Scene, truth: Mapping[str, Pose], square: float = 0.007) -> SceneErrors:
    """Compare a scene with true poses by name.

    Headings are compared up to the symmetry of the object: a quarter turn for square ones (sides differ by less than ``square``
    [m]), else half a turn. An object with another axis up, such as a cube that was rolled, is compared by that axis.
    """
    found = tuple(_error(item, truth[item.name], square) for item in scene if item.name in truth)
    missed = tuple(name for name in truth if name not in scene)
    return SceneErrors(found, missed, tuple(item.name for item in scene if item.name not in truth))


def _error(item: SceneObject, true: Pose, square: float) -> PoseError:
    turn = nearest_turn(item.pose.yaw - _heading(true), 0.0, symmetry(item.category, item.size, square))
    (x, y, z), (true_x, true_y, true_z) = item.pose.position, true.position
    return PoseError(item.name, dist((x, y), (true_x, true_y)), abs(z - true_z), float(abs(np.rad2deg(turn))))


def _heading(pose: Pose) -> float:
    """Yaw of the pose with its most upright axis taken for z."""
    rotation = pose.rotation
    axis = rotation[:, (int(np.abs(rotation[2]).argmax()) + 1) % 3]
    return float(np.arctan2(axis[1], axis[0]))
