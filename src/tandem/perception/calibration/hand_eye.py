"""Where a camera is mounted, from views of a board while a hand moves one against the other.

The camera is fixed to one frame, the board to another, and the robot tells how these move to one another: a camera on a hand
looks at a board on the table, or a fixed camera at a board in a hand. With C the board in the camera's frame, M the board's
frame in the camera's, X and Z how camera and board are mounted in these: C = X^-1 M Z. The rotation of X comes from the axes of
relative motions (Park and Martin, "Robot sensor calibration: solving AX = XB on the Euclidean group", IEEE T-RA 1994), its
position by linear least squares; both, and Z, are then refined on the corners' pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation

from tandem.cell.pose import Pose
from tandem.perception.calibration.board import Corners

Array = NDArray[np.float64]

FEWEST_VIEWS = 6

_LEAST_TURN = np.radians(8.0)
"""Relative motions that turn less tell nothing of where their axis is."""

_LEAST_SPREAD = 0.15
"""Axes of relative motions must point in different directions: the middle one of their singular values by the first."""


class CalibrationError(ValueError):
    """The views don't tell where the camera is; the message says what to do."""


@dataclass(frozen=True)
class Lens:
    """Intrinsics as in CameraInfo: the matrix, shape (3, 3) [px], and the coefficients of distortion, as many as OpenCV knows."""

    matrix: Array
    distortion: Array


@dataclass(frozen=True)
class View:
    """Corners of one image, and where the board's frame was in the camera's at that time."""

    corners: Corners
    moved: Pose


@dataclass(frozen=True)
class Mounted:
    """What was found.

    Attributes:
        camera: the optical frame in the frame that it is fixed to.
        board: the board in the frame that it is fixed to.
        error_px: root mean square of the corners' distances from where they should be.
        position_m, angle_rad: standard deviation of the camera's pose, the largest over directions, by the spread of the pixels.
    """

    camera: Pose
    board: Pose
    error_px: float
    position_m: float
    angle_rad: float


def solve(views: Sequence[View], lens: Lens) -> Mounted:
    """Where camera and board are mounted.

    Raises:
        CalibrationError: too few views, or all of them about the same axis.
    """
    if len(views) < FEWEST_VIEWS:
        raise CalibrationError(f"{len(views)} views show the board; take at least {FEWEST_VIEWS}")
    seen = [_board_pose(view.corners, lens) for view in views]
    camera = _first_guess([view.moved.matrix for view in views], seen)
    board = np.linalg.inv(views[0].moved.matrix) @ camera @ seen[0]
    start = np.concatenate([_parameters(camera), _parameters(board)])
    found = least_squares(_residuals, start, args=(views, lens), method="lm", x_scale="jac")
    error = float(np.sqrt(np.mean(np.square(found.fun)) * 2))
    spread = np.linalg.pinv(found.jac.T @ found.jac) * np.square(found.fun).sum() / max(1, len(found.fun) - len(start))
    turn, way = (np.sqrt(np.linalg.eigvalsh(spread[part, part]).max()) for part in (slice(0, 3), slice(3, 6)))
    return Mounted(_pose(found.x[:6]), _pose(found.x[6:]), error, float(way), float(turn))


def _board_pose(corners: Corners, lens: Lens) -> Array:
    """The board in the camera's frame, shape (4, 4)."""
    _, turn, way = cv2.solvePnP(corners.points, corners.pixels, lens.matrix, lens.distortion)
    return _matrix(np.concatenate([turn.ravel(), way.ravel()]))


def _first_guess(moved: Sequence[Array], seen: Sequence[Array]) -> Array:
    """The camera's mount, from relative motions in either frame: A X = X B."""
    pairs = [
        (moved[i] @ np.linalg.inv(moved[j]), seen[i] @ np.linalg.inv(seen[j])) for i, j in combinations(range(len(moved)), 2)
    ]
    pairs = [(a, b) for a, b in pairs if Rotation.from_matrix(a[:3, :3]).magnitude() > _LEAST_TURN]
    axes = np.array([Rotation.from_matrix(a[:3, :3]).as_rotvec() for a, _ in pairs])
    if len(axes) < 2 or _spread(axes) < _LEAST_SPREAD:
        raise CalibrationError("the hand turned about one axis only; tilt it in different directions between the views")
    there = np.array([Rotation.from_matrix(b[:3, :3]).as_rotvec() for _, b in pairs])
    turn = Rotation.align_vectors(axes, there)[0].as_matrix()
    left = np.vstack([a[:3, :3] - np.eye(3) for a, _ in pairs])
    right = np.concatenate([turn @ b[:3, 3] - a[:3, 3] for a, b in pairs])
    camera = np.eye(4)
    camera[:3, :3], camera[:3, 3] = turn, np.linalg.lstsq(left, right, rcond=None)[0]
    return camera


def _spread(axes: Array) -> float:
    values = np.linalg.svd(axes / np.linalg.norm(axes, axis=1, keepdims=True), compute_uv=False)
    return float(values[1] / values[0])


def _residuals(parameters: Array, views: Sequence[View], lens: Lens) -> Array:
    """Pixels between where corners are seen and where they should be, over all views."""
    back, board = np.linalg.inv(_matrix(parameters[:6])), _matrix(parameters[6:])
    off = []
    for view in views:
        pose = back @ view.moved.matrix @ board
        told, _ = cv2.projectPoints(
            view.corners.points, Rotation.from_matrix(pose[:3, :3]).as_rotvec(), pose[:3, 3], lens.matrix, lens.distortion
        )
        off.append((told.reshape(-1, 2) - view.corners.pixels).ravel())
    return np.concatenate(off)


def _parameters(pose: Array) -> Array:
    return np.concatenate([Rotation.from_matrix(pose[:3, :3]).as_rotvec(), pose[:3, 3]])


def _matrix(parameters: Array) -> Array:
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = Rotation.from_rotvec(parameters[:3]).as_matrix(), parameters[3:]
    return pose


def _pose(parameters: Array) -> Pose:
    return Pose.from_matrix(_matrix(parameters))
