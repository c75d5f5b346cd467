"""What a policy sees."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tandem.cell.pose import Pose
from tandem.cell.scene import Scene


@dataclass(frozen=True)
class CameraFrame:
    """One RGB-D image.

    Attributes:
        camera: its name, one of ``names.CAMERAS``.
        stamp: time of exposure [s].
        rgb: shape (height, width, 3), uint8.
        depth: along the optical axis [m], shape (height, width), float32; 0 where unknown.
        intrinsics: pinhole matrix K, shape (3, 3) [px].
        pose: of the optical frame (z forward, x right, y down) in the world at that time.
    """

    camera: str
    stamp: float
    rgb: NDArray[np.uint8]
    depth: NDArray[np.float32]
    intrinsics: NDArray[np.float64]
    pose: Pose


@dataclass(frozen=True)
class TouchSample:
    """What the wrists and fingers felt at one time; arrays as in `Observation`.

    Attributes:
        stamp: when [s].
        wrenches: by side, shape (6,) [N, N m].
        tactile: by side, shape (2, rows, columns, 3) [N].
    """

    stamp: float
    wrenches: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    tactile: dict[str, NDArray[np.float64]] = field(default_factory=dict)


@dataclass(frozen=True)
class Observation:
    """Everything that a policy may use; never the simulator's truth.

    Attributes:
        stamp: of the joint state [s].
        positions: measured joints, shape (14,) [rad; m for grippers].
        velocities: shape (14,) [rad/s; m/s for grippers].
        scene: what perception knows.
        frames: newest images by camera name.
        wrenches: force [N] and torque [N m] at each wrist in the ``{side}_tcp`` frame, shape (6,), by side.
        tactile: forces on the finger pads [N], shape (2 fingers, rows, columns, 3: pressure, shear x, shear y), by side.
        touch: what was felt during the last half second, oldest first, at 20 samples a second or more.
    """

    stamp: float
    positions: NDArray[np.float64]
    velocities: NDArray[np.float64]
    scene: Scene
    frames: dict[str, CameraFrame] = field(default_factory=dict)
    wrenches: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    tactile: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    touch: tuple[TouchSample, ...] = ()
