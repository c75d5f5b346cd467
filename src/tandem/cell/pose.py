"""Rigid poses."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation


@dataclass(frozen=True)
class Pose:
    """Position [m] and orientation (unit quaternion x, y, z, w) of a frame, in the world frame unless said otherwise."""

    position: tuple[float, float, float]
    quaternion: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 1.0)

    @classmethod
    def from_matrix(cls, matrix: NDArray[np.float64]) -> Self:
        """From a homogeneous transform, shape (4, 4)."""
        x, y, z, w = Rotation.from_matrix(matrix[:3, :3]).as_quat(canonical=True)
        px, py, pz = matrix[:3, 3]
        return cls((float(px), float(py), float(pz)), (float(x), float(y), float(z), float(w)))

    @classmethod
    def from_xyz_rpy(cls, xyz: tuple[float, float, float], rpy: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> Self:
        """From a position [m] and fixed-axis roll, pitch, yaw [rad], as in URDF."""
        x, y, z, w = Rotation.from_euler("xyz", rpy).as_quat(canonical=True)
        return cls((float(xyz[0]), float(xyz[1]), float(xyz[2])), (float(x), float(y), float(z), float(w)))

    @property
    def matrix(self) -> NDArray[np.float64]:
        """Homogeneous transform, shape (4, 4)."""
        matrix = np.eye(4)
        matrix[:3, :3] = Rotation.from_quat(self.quaternion).as_matrix()
        matrix[:3, 3] = self.position
        return matrix

    @property
    def rotation(self) -> NDArray[np.float64]:
        """Rotation matrix, shape (3, 3)."""
        return Rotation.from_quat(self.quaternion).as_matrix()

    @property
    def yaw(self) -> float:
        """Heading of the x axis about world z [rad]."""
        x_axis = self.rotation[:, 0]
        return float(np.arctan2(x_axis[1], x_axis[0]))

    @property
    def inverse(self) -> "Pose":
        """The inverse transform."""
        matrix = np.eye(4)
        matrix[:3, :3] = self.rotation.T
        matrix[:3, 3] = -matrix[:3, :3] @ self.position
        return Pose.from_matrix(matrix)

    def __matmul__(self, other: "Pose") -> "Pose":
        """Compose: the pose of ``other``, given in this frame, in this pose's parent frame."""
        return Pose.from_matrix(self.matrix @ other.matrix)
