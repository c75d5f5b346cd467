"""Rigid poses."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tandem.cell import quaternions


@dataclass(frozen=True)
class Pose:
    """Position [m] and orientation (unit quaternion x, y, z, w) of a frame, in the world frame unless said otherwise."""

    position: tuple[float, float, float]
    quaternion: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 1.0)

    @classmethod
    def from_matrix(cls, matrix: NDArray[np.float64]) -> Self:
        """From a homogeneous transform, shape (4, 4)."""
        first, second, third = matrix.tolist()[:3]
        return cls((first[3], second[3], third[3]), quaternions.of_rows((first[:3], second[:3], third[:3])))

    @classmethod
    def from_xyz_rpy(cls, xyz: tuple[float, float, float], rpy: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> Self:
        """From a position [m] and fixed-axis roll, pitch, yaw [rad], as in URDF."""
        return cls((float(xyz[0]), float(xyz[1]), float(xyz[2])), quaternions.of_rpy(*map(float, rpy)))

    @classmethod
    def along(cls, position: NDArray[np.float64], axis: NDArray[np.float64], aside: NDArray[np.float64]) -> Self:
        """There [m], with z along a direction and x as near as can be to another one, shape (3,) each."""
        z = axis / np.linalg.norm(axis)
        x = aside - (aside @ z) * z
        if np.linalg.norm(x) < 1e-6:
            x = np.eye(3)[int(np.abs(z).argmin())]
            x = x - (x @ z) * z
        x = x / np.linalg.norm(x)
        matrix = np.eye(4)
        matrix[:3] = np.column_stack([x, np.cross(z, x), z, position])
        return cls.from_matrix(matrix)

    @property
    def matrix(self) -> NDArray[np.float64]:
        """Homogeneous transform, shape (4, 4)."""
        (a, b, c), (d, e, f), (g, h, i) = quaternions.rows_of(self.quaternion)
        x, y, z = self.position
        return np.array(((a, b, c, x), (d, e, f, y), (g, h, i, z), (0.0, 0.0, 0.0, 1.0)))

    @property
    def rotation(self) -> NDArray[np.float64]:
        """Rotation matrix, shape (3, 3)."""
        return np.array(quaternions.rows_of(self.quaternion))

    @property
    def yaw(self) -> float:
        """Heading of the x axis about world z [rad]."""
        rows = quaternions.rows_of(self.quaternion)
        return float(np.arctan2(rows[1][0], rows[0][0]))

    def turn_to(self, other: "Pose") -> float:
        """Angle by which another pose is turned from this one [rad]."""
        cosine = (float(np.trace(self.rotation.T @ other.rotation)) - 1.0) / 2.0
        return float(np.arccos(np.clip(cosine, -1.0, 1.0)))

    def lean_to(self, other: "Pose") -> float:
        """Angle between the z axes of both [rad]: how far something round is turned."""
        return float(np.arccos(np.clip(self.rotation[:, 2] @ other.rotation[:, 2], -1.0, 1.0)))

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
