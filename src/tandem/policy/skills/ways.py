"""Postures of the arms at poses that straight lines join: on one branch of inverse kinematics, and free of collision."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from tandem.cell import ik, names
from tandem.cell.chunk import ContactPair
from tandem.cell.names import Side
from tandem.cell.pose import Pose
from tandem.cell.robot import home_positions
from tandem.policy.skills.situation import Situation

Array = NDArray[np.float64]

_MOST_COMBINATIONS = 24
"""So many combinations of two arms' branches are looked at."""


@dataclass(frozen=True)
class Way:
    """A way to poses that follow one another on straight lines.

    Attributes:
        joints: six joints of each arm at the first pose [rad].
        effort: what it costs to get there from where the arms are (see `ik.cost`) [rad].
    """

    joints: dict[Side, tuple[float, ...]]
    effort: float


def easiest_way(
    situation: Situation,
    poses: Mapping[Side, Sequence[Pose]],
    contacts: Iterable[ContactPair] = (),
    scale: float = 1.0,
    fingers: Mapping[Side, float] | None = None,
) -> Way | None:
    """The easiest way on which no pose is in collision, or None.

    Args:
        situation: with the joints that the arms come from, and what stands around.
        poses: of the tcps that move, equally many for each side.
        contacts: pairs that may touch.
        scale: of the margins that are kept.
        fingers: how far they are open at the poses, by side [m]; as far as they were sent last when not given.
    """
    sides = tuple(poses)
    found = {side: _branches(situation, side, poses[side]) for side in sides}
    combinations = sorted(
        ((sum(cost for cost, _ in chosen), chosen) for chosen in product(*(found[side] for side in sides))),
        key=lambda entry: entry[0],
    )
    situation.collision.set_world(situation.scene, contacts)
    for effort, chosen in combinations[:_MOST_COMBINATIONS]:
        joints = {side: path for side, (_, path) in zip(sides, chosen, strict=True)}
        if not any(situation.collision.in_collision(posture, scale) for posture in _postures(situation, joints, fingers or {})):
            return Way({side: tuple(float(value) for value in path[0]) for side, path in joints.items()}, effort)
    return None


def from_home(situation: Situation) -> Situation:
    """The same with the arms at home, so that of several postures at a pose `easiest_way` always finds the same one."""
    commanded = home_positions().copy()
    for column in names.GRIPPER_COLUMN.values():
        commanded[column] = situation.commanded[column]
    return replace(situation, commanded=commanded)


def in_the_way(
    situation: Situation,
    poses: Mapping[Side, Sequence[Pose]],
    contacts: Iterable[ContactPair] = (),
    fingers: Mapping[Side, float] | None = None,
) -> str:
    """Why there is no way to poses, in words; the arguments are those of `easiest_way`."""
    found = {side: _branches(situation, side, path) for side, path in poses.items()}
    for side, branches in found.items():
        if not branches:
            return f"it is out of the {side} arm's reach"
    situation.collision.set_world(situation.scene, contacts)
    easiest = {side: min(branches, key=lambda branch: branch[0])[1] for side, branches in found.items()}
    worst = min(map(situation.collision.clearance, _postures(situation, easiest, fingers or {})), key=lambda near: near.slack)
    return f"{' and '.join(worst.bodies)} would come too near to each other" if worst.slack < 0 else "there is no way"


def _branches(situation: Situation, side: Side, poses: Sequence[Pose]) -> list[tuple[float, Array]]:
    """Joints at each pose on every branch that reaches all of them, shape (k, 6), with what it costs to begin there."""
    chain = ik.arm_chain(situation.robot, side)
    seed = situation.commanded[names.ARM_COLUMNS[side]]
    solved = ik.inverse(chain, np.array([pose.matrix for pose in poses]), float(seed[5]))
    near = seed
    for index in range(len(poses)):
        solved[index] = near = ik.wrap_near(solved[index], near, side)
    whole = ~np.isnan(solved).any(axis=(0, 2)) & (np.abs(np.diff(solved, axis=0)) < np.pi / 2).all(axis=(0, 2))
    paths = [solved[:, branch] for branch in np.flatnonzero(whole)]
    return [(float(ik.cost(chain, path[0], seed)), path) for path in paths]


def _postures(situation: Situation, joints: dict[Side, Array], fingers: Mapping[Side, float]) -> list[Array]:
    """The cell at each pose, shape (14,)."""
    count = len(next(iter(joints.values())))
    here = situation.commanded.copy()
    for side, travel in fingers.items():
        here[names.GRIPPER_COLUMN[side]] = travel
    postures = [here.copy() for _ in range(count)]
    for side, path in joints.items():
        for posture, row in zip(postures, path, strict=True):
            posture[names.ARM_COLUMNS[side]] = row
    return postures
