"""What was taken for a calibration: images with the joints of their time, kept in a folder so that it can be looked at again."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tandem.cell.names import Side
from tandem.cell.robot import RobotModel
from tandem.perception.calibration.board import Board
from tandem.perception.calibration.hand_eye import CalibrationError, Lens, View

Array = NDArray[np.float64]

_LIST = "shots.json"


@dataclass(frozen=True)
class Shot:
    """An image, shape (h, w, 3), and the joints at its time, shape (14,)."""

    image: NDArray[np.uint8]
    joints: Array


@dataclass(frozen=True)
class Shots:
    """All that were taken with one lens."""

    lens: Lens
    taken: tuple[Shot, ...]

    def save(self, folder: Path) -> None:
        """Write images as PNG, and the rest as JSON."""
        folder.mkdir(parents=True, exist_ok=True)
        entries = []
        for index, shot in enumerate(self.taken):
            name = f"{index:03d}.png"
            cv2.imwrite(str(folder / name), cv2.cvtColor(shot.image, cv2.COLOR_RGB2BGR))
            entries.append({"image": name, "joints": shot.joints.tolist()})
        told = {"matrix": self.lens.matrix.tolist(), "distortion": self.lens.distortion.tolist(), "shots": entries}
        (folder / _LIST).write_text(json.dumps(told, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "Shots":
        """Read what `save` wrote.

        Raises:
            CalibrationError: the folder holds no such thing.
        """
        try:
            told = json.loads((folder / _LIST).read_text(encoding="utf-8"))
            lens = Lens(np.array(told["matrix"], dtype=float).reshape(3, 3), np.array(told["distortion"], dtype=float))
            return cls(lens, tuple(_shot(folder, entry) for entry in told["shots"]))
        except (OSError, KeyError, ValueError, TypeError) as error:
            raise CalibrationError(f"{folder} holds no shots of `tandem calibrate`: {error}") from error


def _shot(folder: Path, entry: dict[str, object]) -> Shot:
    image = cv2.imread(str(folder / str(entry["image"])), cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError(f"{entry['image']} can't be read")
    return Shot(np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), dtype=np.uint8), np.array(entry["joints"], dtype=float))


def views(shots: Sequence[Shot], board: Board, robot: RobotModel, parent: str, holder: Side | None) -> list[View]:
    """The shots that show the board.

    Args:
        shots: as taken.
        board: that is looked for.
        robot: tells where the hands were.
        parent: the link that the camera is fixed to.
        holder: the hand that has the board, None for a board that lies still.
    """
    found = []
    for shot in shots:
        corners = board.seen(shot.image)
        if corners is not None:
            carried = robot.frame_pose(shot.joints, f"{holder}_tool0" if holder else "world")
            found.append(View(corners, robot.frame_pose(shot.joints, parent).inverse @ carried))
    return found
