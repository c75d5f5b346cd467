"""Unit quaternions (x, y, z, w) and rotation matrices of single poses, in plain numbers: arrays would take far longer."""

from collections.abc import Sequence
from math import cos, sin, sqrt

import numpy as np
from scipy.spatial.transform import Rotation

Quaternion = tuple[float, float, float, float]
Row = tuple[float, float, float]

_ORTHOGONAL = 1e-12
"""What rows of a rotation matrix may be off by from being at right angles to one another and of length 1."""


def rows_of(quaternion: Sequence[float]) -> tuple[Row, Row, Row]:
    """The rotation matrix of a quaternion of any length but 0.

    Raises:
        ValueError: its length is 0.
    """
    x, y, z, w = _of_length_one(quaternion)
    xx, yy, zz, ww = x * x, y * y, z * z, w * w
    xy, xz, yz, xw, yw, zw = x * y, x * z, y * z, x * w, y * w, z * w
    return (
        (xx - yy - zz + ww, 2 * (xy - zw), 2 * (xz + yw)),
        (2 * (xy + zw), -xx + yy - zz + ww, 2 * (yz - xw)),
        (2 * (xz - yw), 2 * (yz + xw), -xx - yy + zz + ww),
    )


def of_rows(rows: Sequence[Sequence[float]]) -> Quaternion:
    """The quaternion of a rotation matrix, of the two the one with w >= 0; of the nearest one where it isn't quite orthogonal.

    By the largest of the four components: Markley, "Unit quaternion from rotation matrix", 2008.

    Raises:
        ValueError: it is left-handed, or turns a volume to nothing.
    """
    (a, b, c), (d, e, f), (g, h, i) = rows
    if not _is_rotation(rows):
        x, y, z, w = Rotation.from_matrix(np.array(rows)).as_quat(canonical=True).tolist()
        return x, y, z, w
    trace = a + e + i
    largest = max(a, e, i, trace)
    if largest == trace:
        found = (h - f, c - g, d - b, 1 + trace)
    elif largest == a:
        found = (1 - trace + 2 * a, d + b, g + c, h - f)
    elif largest == e:
        found = (d + b, 1 - trace + 2 * e, h + f, c - g)
    else:
        found = (g + c, h + f, 1 - trace + 2 * i, d - b)
    return _canonical(_of_length_one(found))


def of_rpy(roll: float, pitch: float, yaw: float) -> Quaternion:
    """The quaternion of turns about the fixed axes x, then y, then z [rad], of the two the one with w >= 0."""
    sx, cx, sy, cy, sz, cz = sin(roll / 2), cos(roll / 2), sin(pitch / 2), cos(pitch / 2), sin(yaw / 2), cos(yaw / 2)
    x, y, z, w = cy * sx, cx * sy, -sy * sx, cy * cx
    return _canonical((cz * x - sz * y, cz * y + sz * x, cz * z + w * sz, cz * w - sz * z))


def _of_length_one(quaternion: Sequence[float]) -> Quaternion:
    x, y, z, w = quaternion
    length = sqrt(x * x + y * y + z * z + w * w)
    if length == 0.0:
        raise ValueError("a quaternion of zeros has no direction")
    return x / length, y / length, z / length, w / length


def _canonical(quaternion: Quaternion) -> Quaternion:
    """Of the two quaternions of a rotation the one whose last component that isn't 0, w first, then x, y, z, is positive."""
    x, y, z, w = quaternion
    return (-x, -y, -z, -w) if (w, x, y, z) < (0.0, 0.0, 0.0, 0.0) else quaternion


def _is_rotation(rows: Sequence[Sequence[float]]) -> bool:
    """Whether a matrix is a rotation to within rounding."""
    (a, b, c), (d, e, f), (g, h, i) = rows
    off = (a * a + b * b + c * c - 1, d * d + e * e + f * f - 1, g * g + h * h + i * i - 1)
    mixed = (a * d + b * e + c * f, a * g + b * h + c * i, d * g + e * h + f * i)
    volume = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    return volume > 0 and all(abs(value) <= _ORTHOGONAL for value in (*off, *mixed))
