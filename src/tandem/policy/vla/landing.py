"""Near a thing a free hand goes on slowly the way that it points: what it meets there is felt before it is pressed hard."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tandem.cell import names
from tandem.cell.names import Side
from tandem.cell.pose import Pose
from tandem.cell.scene import Scene
from tandem.policy.skills.grasps import FINGERTIP_M

Array = NDArray[np.float64]

_MPS, _NEAR_M, _PER_M = 0.025, 0.012, 1.5
"""Speed [m/s] this near to the box around a thing, and how much faster for each metre farther away [1/s]: an arm that is
stopped presses with 4 N more for each millimetre that it is sent on, and what it feels takes effect after 0.4 s."""


def slowly(targets: Array, before: Array, away: Array, step_dt: float) -> Array:
    """Targets, shape (samples, H, 2, 4, 4), of which those of hands near something advance slowly where they point.

    Aside and back they go as fast as they were to.

    Args:
        targets: of the grasp centres in the world, one every ``step_dt`` [s].
        before: where the hands were sent last, shape (2, 4, 4).
        away: how far their fingertips are from the nearest thing then, shape (2,) [m]; infinite for hands that needn't care.
        step_dt: time from one row to the next [s].
    """
    slowed, allowed = targets.copy(), np.zeros((targets.shape[1] + 1, len(away)))
    for row in range(1, len(allowed)):
        farther = np.maximum(np.minimum(away, 1.0) - allowed[row - 1] - _NEAR_M, 0.0)
        allowed[row] = allowed[row - 1] + step_dt * (_MPS + _PER_M * farther)
    for hand in np.flatnonzero(np.isfinite(away)):
        ahead = before[hand, :3, 2]
        depths = (targets[:, :, hand, :3, 3] - before[hand, :3, 3]) @ ahead
        slowed[:, :, hand, :3, 3] += (np.minimum(depths, allowed[1:, hand]) - depths)[..., None] * ahead
    return slowed


def distances(scene: Scene, hands: Mapping[Side, Pose]) -> Array:
    """How far the fingertips of free hands are from the nearest thing, left then right, shape (2,) [m]; infinite for others.

    Args:
        scene: as it is perceived.
        hands: tcp poses in the world, by side.
    """
    return np.array([np.inf if scene.held_by(side) is not None else _distance(scene, hands[side]) for side in names.SIDES])


def _distance(scene: Scene, hand: Pose) -> float:
    """From the fingertips to the nearest thing that no hand holds [m]."""
    tips = np.array(hand.position) + FINGERTIP_M * hand.rotation[:, 2]
    apart = [np.inf]
    for item in scene:
        if not item.held_by:
            inside = item.pose.rotation.T @ (tips - np.array(item.pose.position))
            apart.append(float(np.linalg.norm(np.maximum(np.abs(inside) - np.array(item.size) / 2, 0.0))))
    return min(apart)
