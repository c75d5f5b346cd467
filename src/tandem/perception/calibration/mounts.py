"""Mounts of cameras in a calibration file, see config/calibration.yaml."""

from pathlib import Path
from typing import Any

import yaml
from scipy.spatial.transform import Rotation

from tandem.cell import names
from tandem.cell.names import Side
from tandem.cell.pose import Pose

OPTICAL = Pose.from_xyz_rpy((0.0, 0.0, 0.0), (-1.5707963267948966, 0.0, -1.5707963267948966))
"""The optical frame in the camera's link, by REP-103."""


def side_of(camera: str) -> Side | None:
    """The hand that carries a camera; None for a fixed one.

    Raises:
        KeyError: there is no such camera.
    """
    if camera not in names.CAMERAS:
        raise KeyError(f"no camera is named '{camera}'; there are {', '.join(names.CAMERAS)}")
    return next((side for side in names.SIDES if camera.startswith(side)), None)


def parent_of(camera: str, calibration: dict[str, Any]) -> str:
    """The link that a camera is fixed to."""
    return str(calibration["cameras"][camera]["parent"])


def changed(calibration: dict[str, Any], camera: str, optical: Pose, where_from: str) -> dict[str, Any]:
    """The calibration with another mount of one camera.

    Args:
        calibration: as read from a file.
        camera: that was calibrated.
        optical: its optical frame in the link that it is fixed to.
        where_from: a note, how it was found.
    """
    link = optical @ OPTICAL.inverse
    angles = Rotation.from_quat(link.quaternion).as_euler("xyz")
    mount = calibration["cameras"][camera] | {
        "xyz": [round(float(value), 6) for value in link.position],
        "rpy": [round(float(value), 6) for value in angles],
        "found": where_from,
    }
    return calibration | {"cameras": calibration["cameras"] | {camera: mount}}


def write(calibration: dict[str, Any], file: Path) -> None:
    """Write a calibration; kinematics that are given by a path stay that path."""
    file.parent.mkdir(parents=True, exist_ok=True)
    head = "# Written by `tandem calibrate`; see config/calibration.yaml for what the entries mean.\n"
    file.write_text(head + yaml.safe_dump(calibration, sort_keys=False, default_flow_style=None), encoding="utf-8")
