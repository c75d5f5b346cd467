"""Inverse kinematics of one arm in closed form, so that every solution is known and exact.

The arms have the structure of Universal Robots' UR3 to UR20: three parallel axes, and a wrist that isn't spherical. Hawkins,
"Analytic Inverse Kinematics for the Universal Robots UR-5/UR-10 Arms" (Georgia Tech, 2013) shows that it has up to eight
solutions: shoulder left or right, wrist up or down, elbow up or down. Lengths are read from the URDF, not repeated here.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tandem.cell import limits, names
from tandem.cell.ik_refining import chain_frames, refined
from tandem.cell.names import Side
from tandem.cell.pose import Pose
from tandem.cell.robot import RobotModel

Array = NDArray[np.float64]

JOINT_WEIGHTS = np.array([1.5, 1.5, 1.2, 0.8, 0.7, 0.5])
"""What a radian of each joint counts when solutions are compared: joints near the base move more of the arm."""

_SINGULARITY_COST = 1.5
"""Weighted radians that a solution at a singularity counts as farther than one well away from it."""

_SINGULARITY_ONSET = 0.15
"""Conditioning (see `conditioning`) below which a solution starts to cost more."""

_TOLERANCE = 1e-9

_MISSHAPEN = 0.05
"""Arms are made better than this [m; of rotations, no unit]: where the axes are farther off, it is another kind of arm."""


@dataclass(frozen=True)
class ArmChain:
    """Denavit-Hartenberg lengths of one arm [m], and the two fixed transforms around it, shape (4, 4).

    Attributes:
        base: from the world to the frame in which the first joint turns.
        tool: from the last joint's frame to the tcp.
        a2, a3: upper arm and forearm, negative as published.
        d4, d5, d6: offsets of the wrist.
        placements: of the joints as this very arm was measured, see `ik_refining.chain_frames`, shape (6, 4, 4); None for an arm
            that is as the lengths say.
    """

    base: Array
    tool: Array
    a2: float
    a3: float
    d4: float
    d5: float
    d6: float
    placements: Array | None = None

    def conditioning(self, joints: Array) -> Array:
        """How far from a singularity, 0 (at one) to about 1, for joints of shape (..., 6).

        It is the smallest of the three factors of the Jacobian's determinant: elbow, wrist and shoulder singularity.
        """
        _, q2, q3, q4, q5, _ = np.moveaxis(joints, -1, 0)
        across = self.a2 * np.cos(q2) + self.a3 * np.cos(q2 + q3) + self.d5 * np.sin(q2 + q3 + q4)
        shoulder = np.abs(across) / (abs(self.a2) + abs(self.a3))
        return np.minimum(np.minimum(np.abs(np.sin(q3)), np.abs(np.sin(q5))), shoulder)


@lru_cache(maxsize=16)
def arm_chain(robot: RobotModel, side: Side) -> ArmChain:
    """The chain of one arm, read from the robot model.

    Raises:
        ValueError: the URDF's arm hasn't the structure that the closed form needs.
    """
    model = robot.model
    joints = [model.getJointId(name) for name in names.ARM_JOINTS[side]]
    place = [np.array(model.jointPlacements[joint].homogeneous) for joint in joints]
    tcp = model.frames[model.getFrameId(names.TCP_FRAME[side])]
    chain = ArmChain(
        base=place[0],
        tool=np.array(tcp.placement.homogeneous),
        a2=place[2][0, 3],
        a3=place[3][0, 3],
        d4=place[3][2, 3],
        d5=-place[4][1, 3],
        d6=place[5][1, 3],
    )
    error = _largest_error(chain, robot, side)
    if error > _MISSHAPEN:
        raise ValueError(f"the {side} arm of the URDF hasn't the axes of a Universal Robots arm: no closed-form solution")
    return chain if error < _TOLERANCE else replace(chain, placements=np.stack(place))


def _largest_error(chain: ArmChain, robot: RobotModel, side: Side) -> float:
    """Between the lengths' tcp and the robot model's, over two postures [m; of rotations, no unit]."""
    errors = []
    for angle in (0.3, -1.1):
        positions = np.full(names.DOF, angle)
        told = robot.frame_matrix(positions, names.TCP_FRAME[side])
        errors.append(np.abs(forward(chain, positions[names.ARM_COLUMNS[side]]) - told).max())
    return float(max(errors))


def _link(angle: Array, a: float, d: float, alpha: float) -> Array:
    """Denavit-Hartenberg transforms, shape (..., 4, 4), for angles of shape (...)."""
    angle = np.asarray(angle, dtype=float)
    c, s, ca, sa = np.cos(angle), np.sin(angle), np.cos(alpha), np.sin(alpha)
    matrix = np.zeros((*angle.shape, 4, 4))
    matrix[..., 0, 0], matrix[..., 0, 1], matrix[..., 0, 2], matrix[..., 0, 3] = c, -s * ca, s * sa, a * c
    matrix[..., 1, 0], matrix[..., 1, 1], matrix[..., 1, 2], matrix[..., 1, 3] = s, c * ca, -c * sa, a * s
    matrix[..., 2, 1], matrix[..., 2, 2], matrix[..., 2, 3] = sa, ca, d
    matrix[..., 3, 3] = 1.0
    return matrix


def forward(chain: ArmChain, joints: Array) -> Array:
    """Poses of the tcp in the world, shape (..., 4, 4), for many joints at once, shape (..., 6)."""
    if chain.placements is not None:
        return np.asarray(chain_frames(chain.placements, joints)[..., -1, :, :] @ chain.tool)
    rows = (
        (0.0, 0.0, np.pi / 2),
        (chain.a2, 0.0, 0.0),
        (chain.a3, 0.0, 0.0),
        (0.0, chain.d4, np.pi / 2),
        (0.0, chain.d5, -np.pi / 2),
        (0.0, chain.d6, 0.0),
    )
    matrix = chain.base
    for index, (a, d, alpha) in enumerate(rows):
        matrix = matrix @ _link(joints[..., index], a, d, alpha)
    return np.asarray(matrix @ chain.tool)


def _arccos(cosine: Array) -> Array:
    """Arc cosine that is NaN outside of its domain, but forgives rounding at its ends."""
    clipped = np.clip(cosine, -1.0, 1.0)
    return np.where(np.abs(cosine - clipped) <= _TOLERANCE, np.arccos(clipped), np.nan)


def inverse(chain: ArmChain, tcp: Array, wrist_3: float = 0.0) -> Array:
    """All solutions for tcp poses in the world, angles in (-pi, pi], limits not regarded.

    Args:
        chain: of the arm.
        tcp: homogeneous transforms, shape (..., 4, 4).
        wrist_3: taken for the last joint where the wrist is singular and any value would do [rad].

    Returns:
        Shape (..., 8, 6); the row of a branch without a solution is NaN. A row means the same branch at every pose.
    """
    flange = np.linalg.inv(chain.base) @ tcp @ np.linalg.inv(chain.tool)
    shape = flange.shape[:-2]
    rotation, position = flange[..., :3, :3], flange[..., :3, 3]
    shoulder = np.array([1, 1, 1, 1, -1, -1, -1, -1])
    wrist = np.array([1, 1, -1, -1, 1, 1, -1, -1])
    elbow = np.array([1, -1, 1, -1, 1, -1, 1, -1])

    centre = position - chain.d6 * rotation[..., :, 2]
    radius = np.hypot(centre[..., 0], centre[..., 1])
    with np.errstate(divide="ignore", invalid="ignore"):
        swing = _arccos(chain.d4 / radius)
    heading = np.arctan2(centre[..., 1], centre[..., 0])
    q1 = heading[..., None] + shoulder * swing[..., None] + np.pi / 2
    s1, c1 = np.sin(q1), np.cos(q1)

    across = position[..., None, 0] * s1 - position[..., None, 1] * c1
    q5 = wrist * _arccos((across - chain.d4) / chain.d6)
    s5 = np.sin(q5)
    x_axis = rotation[..., None, 0, 0] * s1 - rotation[..., None, 1, 0] * c1
    y_axis = rotation[..., None, 1, 1] * c1 - rotation[..., None, 0, 1] * s1
    sign = np.where(s5 < 0, -1.0, 1.0)
    q6 = np.where(np.abs(s5) > 1e-7, np.arctan2(y_axis * sign, x_axis * sign), wrist_3)

    hand = _link(q5, 0.0, chain.d5, -np.pi / 2) @ _link(q6, 0.0, chain.d6, 0.0)
    middle = np.linalg.inv(_link(q1, 0.0, 0.0, np.pi / 2)) @ flange[..., None, :, :] @ _rigid_inverse(hand)
    reach = middle[..., :3, 3] - chain.d4 * middle[..., :3, 1]
    x, y = reach[..., 0], reach[..., 1]
    q3 = elbow * _arccos((x * x + y * y - chain.a2**2 - chain.a3**2) / (2 * chain.a2 * chain.a3))
    q2 = np.arctan2(y, x) - np.arctan2(chain.a3 * np.sin(q3), chain.a2 + chain.a3 * np.cos(q3))
    q4 = np.arctan2(middle[..., 1, 0], middle[..., 0, 0]) - q2 - q3

    joints = np.stack([q1, q2, q3, q4, q5, q6], axis=-1)
    joints = np.where(np.isnan(joints).any(axis=-1, keepdims=True), np.nan, joints)
    joints = joints.reshape(*shape, 8, 6)
    if chain.placements is not None:
        joints = refined(chain.placements, chain.tool, tcp[..., None, :, :], joints)
    return np.asarray((joints + np.pi) % (2 * np.pi) - np.pi)


def _rigid_inverse(matrix: Array) -> Array:
    """Inverse of rigid transforms that may hold NaN, shape (..., 4, 4)."""
    result = np.zeros_like(matrix)
    turned = np.swapaxes(matrix[..., :3, :3], -1, -2)
    result[..., :3, :3] = turned
    result[..., :3, 3] = -(turned @ matrix[..., :3, 3, None])[..., 0]
    result[..., 3, 3] = 1.0
    return result


def wrap_near(joints: Array, seed: Array, side: Side) -> Array:
    """Whole turns added so that each joint is within its limits and as near to ``seed`` as can be; NaN where none is.

    Both have shape (..., 6) [rad].
    """
    bounds = limits.joint_limits()
    lower, upper = bounds.lower[names.ARM_COLUMNS[side]], bounds.upper[names.ARM_COLUMNS[side]]
    turn = 2 * np.pi
    fewest = np.ceil((lower - joints - _TOLERANCE) / turn)
    most = np.floor((upper - joints + _TOLERANCE) / turn)
    turns = np.clip(np.round((seed - joints) / turn), fewest, most)
    wrapped = np.clip(joints + turn * turns, lower, upper)
    return np.where((fewest <= most).all(axis=-1, keepdims=True), wrapped, np.nan)


def solutions(robot: RobotModel, side: Side, tcp_pose: Pose, seed: Array) -> Array:
    """All joint vectors of an arm that put its tcp there, within the limits, the best first.

    Each is wrapped as near to the seed as the limits allow. Best is near to the seed (weighted) and not near to a singularity.

    Args:
        robot: kinematics of the cell.
        side: which arm.
        tcp_pose: of the grasp centre in the world.
        seed: joints of the cell from which it would move there, shape (14,).

    Returns:
        Shape (n, 6), n from 0 to 8 [rad].
    """
    chain = arm_chain(robot, side)
    from_joints = seed[names.ARM_COLUMNS[side]]
    found = wrap_near(inverse(chain, tcp_pose.matrix, float(from_joints[5])), from_joints, side)
    found = found[~np.isnan(found).any(axis=-1)]
    return found[np.argsort(cost(chain, found, from_joints), kind="stable")]


def cost(chain: ArmChain, joints: Array, seed: Array) -> Array:
    """How far joints of shape (..., 6) are from the seed, shape (6,), weighted, and dearer near a singularity [rad]."""
    distance = np.linalg.norm((joints - seed) * JOINT_WEIGHTS, axis=-1)
    return np.asarray(distance + _SINGULARITY_COST * np.clip(1.0 - chain.conditioning(joints) / _SINGULARITY_ONSET, 0.0, 1.0))


def solve(
    robot: RobotModel, side: Side, tcp_pose: Pose, seed: Array, *, valid: Callable[[Array], bool] | None = None
) -> Array | None:
    """The best joint vector of an arm that puts its tcp there, shape (6,), or None.

    Args:
        robot, side, tcp_pose, seed: as for `solutions`.
        valid: asked about the cell's joints, shape (14,): the seed with this arm's joints replaced; for example whether they are
            free of collision.
    """
    for joints in solutions(robot, side, tcp_pose, seed):
        if valid is None or valid(_with_arm(seed, side, joints)):
            return np.array(joints)
    return None


def solve_both(
    robot: RobotModel, tcp_poses: dict[Side, Pose], seed: Array, *, valid: Callable[[Array], bool] | None = None
) -> Array | None:
    """The best joints of the cell, shape (14,), that put the named tcps there, or None; ``valid`` is asked about the whole."""
    candidates = [(0.0, seed)]
    for side, pose in tcp_poses.items():
        found = solutions(robot, side, pose, seed)
        costs = cost(arm_chain(robot, side), found, seed[names.ARM_COLUMNS[side]])
        candidates = [
            (total + float(own), _with_arm(positions, side, joints))
            for total, positions in candidates
            for own, joints in zip(costs, found, strict=True)
        ]
    candidates.sort(key=lambda pair: pair[0])
    return next((positions for _, positions in candidates if valid is None or valid(positions)), None)


def _with_arm(positions: Array, side: Side, joints: Array) -> Array:
    changed = positions.copy()
    changed[names.ARM_COLUMNS[side]] = joints
    return changed
