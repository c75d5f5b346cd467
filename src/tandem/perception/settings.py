"""The figures of config/perception.yaml, typed."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from tandem.cell import description

Span = tuple[float, float]


@dataclass(frozen=True)
class Workspace:
    """The box in which objects are looked for, world frame [m]."""

    x: Span
    y: Span
    z: Span


@dataclass(frozen=True)
class Depth:
    """How heights above the table are told apart [m]."""

    table_band: float
    object_height: float
    flat_slope: float
    face_band: float
    cover: float


@dataclass(frozen=True)
class SelfFilterSettings:
    """How points of the robot are told from others [m]."""

    inflation: float


@dataclass(frozen=True)
class FaceSettings:
    """What counts as a horizontal face: pixels, widths [m], share of a side that must be seen."""

    pixels: int
    width: float
    side_cover: float
    gate: float


@dataclass(frozen=True)
class Shapes:
    """What tells categories apart [m]."""

    cube_side: Span
    square: float
    bin_side: Span
    bin_depth: float
    bin_fill: float
    tray_side: Span
    tray_thickness: float
    peg_side: Span
    peg_height: float
    socket_side: Span
    hole_depth: float
    support: float


@dataclass(frozen=True)
class Rounds:
    """What counts as a round thing: sizes and heights [m], pixels, shares."""

    radius: Span
    half: Span
    pixels: int
    jump: float
    bulge: float
    level_share: float
    error: float
    seen: float


@dataclass(frozen=True)
class Tracking:
    """How objects are followed from image to image [m, deg, s, rad/s]."""

    gate: float
    window: int
    moved: float
    jumped: float
    turned: float
    empty_images: int
    confirm_images: int
    confidence_gain: float
    hidden_half_life: float
    surface: float
    still: float


@dataclass(frozen=True)
class Holding:
    """When a gripper holds something [m, m/s, N]."""

    reach: float
    settle: float
    play: float
    squeeze: float
    empty: float
    opened: float
    touch: float
    seen_elsewhere: float


@dataclass(frozen=True)
class Named:
    """Things that a detector names: lengths [m], pixels, shares, scores, times [s]."""

    stands_out: float
    pixels: int
    largest: float
    same_place: float
    part: float
    surer: float
    rest_after_error: float


@dataclass(frozen=True)
class BusyBoxSettings:
    """How the BusyBox is found and read: lengths [m], turns [deg], pixels, shares, probabilities.

    Attributes:
        height: faces this near to the height of the box's may be the box's.
        pixels: of level face at that height, at least.
        covered: share of the box's border that must be seen; ``fill`` of its inside, where it isn't expected.
        margin: what is this near to its border belongs to it.
        window, moved, jumped, turned, empty_images: as in ``Tracking``, for the box.
        nudged: a box that three images in a row see this far from where those before saw it was pushed a little [m].
        changed: a cell is read anew when a part of it differs by this share of full brightness.
    """

    height: float
    pixels: int
    covered: float
    fill: float
    margin: float
    window: int
    nudged: float
    moved: float
    jumped: float
    turned: float
    empty_images: int
    changed: float


@dataclass(frozen=True)
class PerceptionSettings:
    """All of config/perception.yaml."""

    workspace: Workspace
    depth: Depth
    self_filter: SelfFilterSettings
    faces: FaceSettings
    shapes: Shapes
    rounds: Rounds
    tracking: Tracking
    holding: Holding
    named: Named
    busybox: BusyBoxSettings
    history_s: float


@cache
def perception_settings() -> PerceptionSettings:
    """Read once a process.

    Raises:
        TypeError: a figure is missing or unknown.
    """
    table: dict[str, dict[str, Any]] = {
        key: {name: tuple(value) if isinstance(value, list) else value for name, value in group.items()}
        for key, group in description.settings("perception.yaml").items()
        if isinstance(group, dict)
    }
    return PerceptionSettings(
        workspace=Workspace(**table["workspace"]),
        depth=Depth(**table["depth"]),
        self_filter=SelfFilterSettings(**table["self_filter"]),
        faces=FaceSettings(**table["faces"]),
        shapes=Shapes(**table["shapes"]),
        rounds=Rounds(**table["rounds"]),
        tracking=Tracking(**table["tracking"]),
        holding=Holding(**table["holding"]),
        named=Named(**table["named"]),
        busybox=BusyBoxSettings(**table["busybox"]),
        history_s=float(description.settings("perception.yaml")["history_s"]),
    )
