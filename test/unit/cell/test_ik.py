"""The closed-form inverse against Pinocchio's forward kinematics and Jacobian."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.cell import ik, limits, names
from tandem.cell.ik import Array
from tandem.cell.names import Side
from tandem.cell.pose import Pose
from tandem.cell.robot import RobotModel, home_positions

ROBOT = RobotModel()
LIMITS = limits.joint_limits()

sides = st.sampled_from(names.SIDES)
fractions = st.lists(st.floats(0.0, 1.0), min_size=names.DOF, max_size=names.DOF).map(np.array)


def positions_at(fraction: Array) -> Array:
    return LIMITS.lower + fraction * (LIMITS.upper - LIMITS.lower)


def with_arm(positions: Array, side: Side, joints: Array) -> Array:
    changed = positions.copy()
    changed[names.ARM_COLUMNS[side]] = joints
    return changed


@settings(max_examples=200, deadline=None, derandomize=True)
@given(side=sides, fraction=fractions, seed_fraction=fractions)
def test_every_solution_is_exact_and_within_limits(side: Side, fraction: Array, seed_fraction: Array) -> None:
    pose = ROBOT.tcp_pose(positions_at(fraction), side)
    seed = positions_at(seed_fraction)
    columns = names.ARM_COLUMNS[side]
    for joints in ik.solutions(ROBOT, side, pose, seed):
        assert np.all(joints >= LIMITS.lower[columns])
        assert np.all(joints <= LIMITS.upper[columns])
        reached = ROBOT.frame_matrix(with_arm(seed, side, joints), names.TCP_FRAME[side])
        assert np.abs(reached - pose.matrix).max() < 1e-6


@settings(max_examples=200, deadline=None, derandomize=True)
@given(side=sides, fraction=fractions)
def test_the_posture_that_made_the_pose_is_among_the_solutions(side: Side, fraction: Array) -> None:
    positions = positions_at(0.01 + 0.98 * fraction)
    joints = positions[names.ARM_COLUMNS[side]]
    if ik.arm_chain(ROBOT, side).conditioning(joints) < 1e-3:
        return  # at a singularity one pose has infinitely many postures
    found = ik.solutions(ROBOT, side, ROBOT.tcp_pose(positions, side), positions)
    assert np.abs(found - joints).max(axis=1).min() < 1e-5


def test_solutions_are_distinct_and_up_to_eight() -> None:
    positions = home_positions()
    found = ik.solutions(ROBOT, "left", ROBOT.tcp_pose(positions, "left"), positions)
    assert 2 <= len(found) <= 8
    gaps = np.abs(found[:, None] - found[None]).max(axis=-1) + 10 * np.eye(len(found))
    assert gaps.min() > 1e-3


def test_the_nearest_solution_comes_first() -> None:
    rng = np.random.default_rng(4)
    for _ in range(20):
        seed = home_positions() + rng.normal(0, 0.1, names.DOF)
        found = ik.solutions(ROBOT, "right", ROBOT.tcp_pose(seed, "right"), seed)
        assert np.abs(found[0] - seed[names.ARM_COLUMNS["right"]]).max() < 1e-6


def test_the_last_wrist_joint_turns_the_short_way() -> None:
    seed = home_positions().copy()
    seed[5] = 3.3  # beyond pi: the wrapped solution must stay there instead of unwinding a whole turn
    found = ik.solve(ROBOT, "left", ROBOT.tcp_pose(seed, "left"), seed)
    assert found is not None
    assert found[5] == pytest.approx(3.3, abs=1e-6)


def test_a_singular_wrist_keeps_the_last_joint_of_the_seed() -> None:
    positions = home_positions().copy()
    positions[4], positions[5] = 0.0, 0.7
    pose = ROBOT.tcp_pose(positions, "left")
    found = ik.solutions(ROBOT, "left", pose, positions)
    assert np.abs(found - positions[:6]).max(axis=1).min() < 1e-5


@pytest.mark.parametrize("position", [(2.0, 0.35, 0.2), (0.0, 0.35, 1.4), (0.03, 0.35, 0.2)])
def test_poses_out_of_reach_have_no_solution(position: tuple[float, float, float]) -> None:
    assert len(ik.solutions(ROBOT, "left", Pose(position, (1.0, 0.0, 0.0, 0.0)), home_positions())) == 0
    assert ik.solve(ROBOT, "left", Pose(position, (1.0, 0.0, 0.0, 0.0)), home_positions()) is None


def test_validity_is_asked_about_the_whole_cell_and_respected() -> None:
    seed = home_positions()
    pose = Pose((0.45, 0.1, 0.2), (1.0, 0.0, 0.0, 0.0))
    best, second = ik.solutions(ROBOT, "left", pose, seed)[:2]
    asked = []

    def refuses_the_first(positions: Array) -> bool:
        asked.append(positions)
        return len(asked) > 1

    assert np.allclose(ik.solve(ROBOT, "left", pose, seed, valid=refuses_the_first), second)
    assert np.allclose(asked[0], with_arm(seed, "left", best))
    assert ik.solve(ROBOT, "left", pose, seed, valid=lambda _: False) is None


def test_both_arms_are_solved_together() -> None:
    seed = home_positions()
    goals = {"left": Pose((0.45, 0.2, 0.2), (1.0, 0.0, 0.0, 0.0)), "right": Pose((0.45, -0.2, 0.2), (1.0, 0.0, 0.0, 0.0))}
    first = ik.solve_both(ROBOT, goals, seed)
    assert first is not None
    for side, pose in goals.items():
        assert np.abs(ROBOT.frame_matrix(first, names.TCP_FRAME[side]) - pose.matrix).max() < 1e-6
    other = ik.solve_both(ROBOT, goals, seed, valid=lambda q: not np.allclose(q, first))
    assert other is not None
    assert not np.allclose(other, first)
    assert ik.solve_both(ROBOT, goals | {"left": Pose((3.0, 0.0, 0.0))}, seed) is None


@settings(max_examples=100, deadline=None, derandomize=True)
@given(side=sides, fraction=fractions)
def test_conditioning_vanishes_just_where_the_jacobian_does(side: Side, fraction: Array) -> None:
    positions = positions_at(fraction)
    chain = ik.arm_chain(ROBOT, side)
    determinant = abs(np.linalg.det(ROBOT.tcp_jacobian(positions, side)))
    conditioning = float(chain.conditioning(positions[names.ARM_COLUMNS[side]]))
    # |det J| = |sin q3| |sin q5| shoulder * |a2 a3| (|a2| + |a3|), each of the three at most about 1 and at least the smallest
    scale = abs(chain.a2 * chain.a3) * (abs(chain.a2) + abs(chain.a3))
    assert determinant <= scale * conditioning * 1.2 + 1e-9
    assert determinant >= scale * conditioning**3 - 1e-9
