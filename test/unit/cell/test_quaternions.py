"""Quaternions and rotation matrices in plain numbers, against scipy."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from tandem.cell import quaternions
from tandem.cell.pose import Pose

numbers = st.floats(-1.0, 1.0, allow_subnormal=False)
rotations = st.tuples(numbers, numbers, numbers, numbers).filter(lambda values: np.linalg.norm(values) > 1e-3)
angles = st.floats(-10.0, 10.0) | st.sampled_from([0.0, np.pi / 2, -np.pi / 2, np.pi, -np.pi])
poses = st.builds(Pose, st.tuples(numbers, numbers, numbers), rotations)


@given(rotations)
def test_the_matrix_of_a_quaternion_of_any_length(quaternion: quaternions.Quaternion) -> None:
    expected = Rotation.from_quat(quaternion).as_matrix()
    np.testing.assert_allclose(quaternions.rows_of(quaternion), expected, rtol=0, atol=1e-14)


@given(rotations)
def test_the_quaternion_of_a_matrix(quaternion: quaternions.Quaternion) -> None:
    matrix = Rotation.from_quat(quaternion).as_matrix()
    expected = Rotation.from_matrix(matrix).as_quat(canonical=True)
    np.testing.assert_allclose(quaternions.of_rows(matrix.tolist()), expected, rtol=0, atol=1e-14)


@given(angles, angles, angles)
def test_the_quaternion_of_turns_about_fixed_axes(roll: float, pitch: float, yaw: float) -> None:
    expected = Rotation.from_euler("xyz", (roll, pitch, yaw)).as_quat(canonical=True)
    np.testing.assert_allclose(quaternions.of_rpy(roll, pitch, yaw), expected, rtol=0, atol=1e-14)


@given(rotations, st.lists(st.floats(-0.05, 0.05), min_size=9, max_size=9))
def test_what_is_not_quite_a_rotation_becomes_the_nearest_one(quaternion: quaternions.Quaternion, off: list[float]) -> None:
    matrix = Rotation.from_quat(quaternion).as_matrix() + np.reshape(off, (3, 3))
    assume(np.linalg.det(matrix) > 0.5)
    u, _, vt = np.linalg.svd(matrix)
    np.testing.assert_allclose(quaternions.rows_of(quaternions.of_rows(matrix.tolist())), u @ vt, rtol=0, atol=1e-9)


@pytest.mark.parametrize("diagonal", [(1.0, 1.0, -1.0), (1.0, 1.0, 0.0)])
def test_mirrors_and_flat_matrices_are_no_rotations(diagonal: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="determinant"):
        quaternions.of_rows(np.diag(diagonal).tolist())


def test_zeros_are_no_rotation() -> None:
    with pytest.raises(ValueError, match="direction"):
        quaternions.rows_of((0.0, 0.0, 0.0, 0.0))


@given(poses, poses)
def test_poses_compose_as_their_matrices_do(first: Pose, second: Pose) -> None:
    expected = first.matrix @ second.matrix
    np.testing.assert_allclose((first @ second).matrix, expected, rtol=0, atol=1e-12)
    np.testing.assert_allclose((first.inverse @ first).matrix, np.eye(4), rtol=0, atol=1e-12)


@given(poses)
def test_a_pose_comes_back_from_its_matrix(pose: Pose) -> None:
    again = Pose.from_matrix(pose.matrix)
    assert again.position == pose.position
    np.testing.assert_allclose(again.rotation, pose.rotation, rtol=0, atol=1e-14)


@given(angles, st.floats(-1.5, 1.5))
def test_yaw_is_the_heading_of_the_x_axis(yaw: float, pitch: float) -> None:
    turned = Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, pitch, yaw)).yaw - yaw
    assert abs((turned + np.pi) % (2 * np.pi) - np.pi) < 1e-9
