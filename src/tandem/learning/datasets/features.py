"""What a frame of a dataset holds: names, shapes and types, as meta/info.json says them (LeRobot v3.0)."""

import math
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from tandem.cell import description, names
from tandem.policy import grounding

VERSION: Final = "v3.0"
FPS: Final = 10
ROBOT: Final = "tandem_cell"

STATE: Final = "observation.state"
VELOCITY: Final = "observation.velocity"
ACTION: Final = "action"
WRENCH: Final = "observation.wrench"
TACTILE: Final = "observation.tactile"
GROUNDING: Final = "observation.grounding"
STEP_INDEX: Final = "step_index"
STEP_REMAINING: Final = "step_remaining"
IS_MISTAKE: Final = "is_mistake"

Kind = Literal["float32", "int64", "bool", "image", "video"]


@dataclass(frozen=True)
class Feature:
    """One column.

    Attributes:
        dtype: of each value; ``image`` and ``video`` are colour pictures.
        shape: of a frame's value; (1,) for a number alone.
        names: of the last axis' entries, or of the axes; empty for none.
    """

    dtype: Kind
    shape: tuple[int, ...]
    names: tuple[str, ...] = ()

    @property
    def is_picture(self) -> bool:
        """Whether it is looked at rather than computed with."""
        return self.dtype in ("image", "video")

    @property
    def size(self) -> int:
        """Numbers in a frame's value."""
        return math.prod(self.shape)

    @property
    def numpy(self) -> np.dtype[Any]:
        """Type of its numbers in memory."""
        return np.dtype(np.uint8 if self.is_picture else self.dtype)

    def as_json(self) -> dict[str, Any]:
        """As meta/info.json has it."""
        return {"dtype": self.dtype, "shape": list(self.shape), "names": list(self.names) or None}

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> "Feature":
        """The inverse; names in another form than a list are dropped."""
        given = entry.get("names")
        return cls(
            entry["dtype"], tuple(int(length) for length in entry["shape"]), tuple(given) if isinstance(given, list) else ()
        )


Features = dict[str, Feature]

COUNTERS: Final[Features] = {
    "timestamp": Feature("float32", (1,)),
    "frame_index": Feature("int64", (1,)),
    "episode_index": Feature("int64", (1,)),
    "index": Feature("int64", (1,)),
    "task_index": Feature("int64", (1,)),
}
"""What every LeRobot dataset has; the writer fills them in."""


def image_key(camera: str) -> str:
    """Column of a camera's images."""
    return f"observation.images.{camera}"


def camera_of(key: str) -> str:
    """The inverse of `image_key`."""
    return key.removeprefix("observation.images.")


def cell_features(image_size: int, *, video: bool = False) -> Features:
    """The columns of the cell's datasets but for `COUNTERS`; images are ``image_size`` px wide and high."""
    picture = Feature("video" if video else "image", (image_size, image_size, 3), ("height", "width", "channels"))
    touch = description.settings("sim.yaml")["tactile"]
    return {
        STATE: Feature("float32", (names.DOF,), names.JOINTS),
        VELOCITY: Feature("float32", (names.DOF,), names.JOINTS),
        ACTION: Feature("float32", (names.DOF,), names.JOINTS),
        WRENCH: Feature("float32", (12,), WRENCH_NAMES),
        TACTILE: Feature("float32", (2, 2, int(touch["rows"]), int(touch["columns"]), 3), TACTILE_AXES),
        GROUNDING: Feature("float32", (grounding.OBJECTS, grounding.WIDTH), ("object", "column")),
        STEP_INDEX: Feature("int64", (1,)),
        STEP_REMAINING: Feature("float32", (1,)),
        IS_MISTAKE: Feature("bool", (1,)),
        **{image_key(camera): picture for camera in names.CAMERAS},
    }


WRENCH_NAMES: Final = tuple(
    f"{side}_{kind}_{axis}" for side in names.SIDES for kind in ("force", "torque") for axis in ("x", "y", "z")
)
"""Force [N] and torque [N m] in the ``{side}_tcp`` frames."""

TACTILE_AXES: Final = ("side", "finger", "row", "column", "pressure_shear")
