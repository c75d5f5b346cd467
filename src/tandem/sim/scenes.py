"""Random scenes by name and seed: what stands where, and in what light."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from tandem.cell import description, props
from tandem.cell.busybox import layout as layouts
from tandem.cell.busybox.parts import BOX, BOX_CATEGORY
from tandem.cell.pose import Pose
from tandem.cell.props import Size
from tandem.sim.busybox.setup import SCHEMES, BoxSetup, random_setup

_ATTEMPTS = 2000
_COLOURS = ("red", "green", "blue", "yellow")
_BESIDE = 0.09
"""From a cube to the place for another one next to it, centre to centre [m]."""


@dataclass(frozen=True)
class ObjectSpec:
    """One thing on the table: pose of its bounding box's centre in the world, full extents [m].

    Of the BusyBox ``colour`` is the colour scheme, and ``setup`` says how it stands; handles don't count in its size.
    """

    name: str
    category: str
    colour: str
    size: Size
    pose: Pose
    setup: BoxSetup | None = None


ObjectKind = tuple[str, str, str, Size]
"""Name, category, colour and size: what a model is built from; poses are set afterwards."""


@dataclass(frozen=True)
class Look:
    """How a scene looks.

    Attributes:
        light: brightness of the lamps, 1 is ordinary.
        lamp: offset of the main lamp from above the table's middle [m], x and y.
        tints: factors on red, green and blue of an object's colour, by its name.
    """

    light: float = 1.0
    lamp: tuple[float, float] = (0.0, 0.0)
    tints: dict[str, tuple[float, float, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class SceneSpec:
    """A scene: its name, its seed, and what follows from them."""

    name: str
    seed: int
    objects: tuple[ObjectSpec, ...]
    look: Look = field(default_factory=Look)


def scene_for(name: str, seed: int) -> SceneSpec:
    """The scene of that name and seed; the same every time.

    Raises:
        KeyError: no scene has that name.
    """
    if name not in _SCENES:
        raise KeyError(f"no scene named '{name}'; there are {', '.join(_SCENES)}")
    rng = np.random.default_rng([seed, *name.encode()])
    objects = _SCENES[name](rng)
    return SceneSpec(name, seed, objects, _look(rng, objects))


def scene_names() -> tuple[str, ...]:
    """The names that ``scene_for`` knows."""
    return tuple(_SCENES)


def _tabletop(rng: np.random.Generator) -> tuple[ObjectSpec, ...]:
    """Three cubes in the middle, which both arms reach, and a bin on either side."""
    for _ in range(_ATTEMPTS):
        colours = rng.permutation(["blue", "green"])
        bins = [
            _standing("bin", str(colour), rng.uniform(0.36, 0.50), side * rng.uniform(0.265, 0.30), rng.uniform(-0.25, 0.25))
            for side, colour in zip((1, -1), colours, strict=True)
        ]
        cubes = _place_cubes(rng, ("red", "green", "blue"), bins)
        if cubes is not None:
            return (*cubes, *bins)
    raise RuntimeError("no room found for the cubes")


def _tabletop_colours(rng: np.random.Generator) -> tuple[ObjectSpec, ...]:
    """As the tabletop, with three cubes of any colours and two bins of any."""
    for _ in range(_ATTEMPTS):
        bins = [
            _standing("bin", str(colour), rng.uniform(0.36, 0.50), side * rng.uniform(0.265, 0.30), rng.uniform(-0.25, 0.25))
            for side, colour in zip((1, -1), rng.permutation(_COLOURS)[:2], strict=True)
        ]
        colours = [str(colour) for colour in rng.permutation(_COLOURS)[:3]]
        cubes = _place_cubes(rng, tuple(colours), bins)
        if cubes is not None:
            # In an order that tells nothing, so that few models are enough.
            return tuple(sorted((*cubes, *bins), key=lambda item: (item.category != "cube", item.colour)))
    raise RuntimeError("no room found for the cubes")


def _tabletop_tray(rng: np.random.Generator) -> tuple[ObjectSpec, ...]:
    """A tray that needs two hands, and up to two cubes beside it."""
    tray = _standing("tray", "yellow", rng.uniform(0.41, 0.48), rng.uniform(-0.03, 0.03), math.pi / 2 + rng.uniform(-0.12, 0.12))
    for _ in range(_ATTEMPTS):
        cubes = []
        for colour in rng.permutation(["red", "green", "blue"])[: rng.integers(0, 3)]:
            side = rng.choice([-1.0, 1.0])
            x, y = rng.uniform(0.36, 0.52), side * rng.uniform(0.285, 0.31)
            cubes.append(_standing("cube", str(colour), x, y, rng.uniform(-math.pi, math.pi)))
        if len(cubes) < 2 or _apart(cubes[0], cubes[1]) >= 0.12:
            return (tray, *cubes)
    raise RuntimeError("no room found beside the tray")


def _tabletop_full(rng: np.random.Generator) -> tuple[ObjectSpec, ...]:
    """Everything at once, closer together: a tray at the back, a bin on either side, three cubes in a row in front."""
    tray = _standing("tray", "yellow", rng.uniform(0.54, 0.56), rng.uniform(-0.02, 0.02), math.pi / 2 + rng.uniform(-0.08, 0.08))
    bins = [
        _standing("bin", str(colour), rng.uniform(0.36, 0.40), side * rng.uniform(0.29, 0.31), rng.uniform(-0.2, 0.2))
        for side, colour in zip((1, -1), rng.permutation(["blue", "green"]), strict=True)
    ]
    cubes = [
        _standing("cube", str(colour), rng.uniform(0.31, 0.35), y + rng.uniform(-0.008, 0.008), rng.uniform(-math.pi, math.pi))
        for y, colour in zip((0.125, 0.0, -0.125), rng.permutation(["red", "green", "blue"]), strict=True)
    ]
    return (*cubes, *bins, tray)


def _tabletop_peg(rng: np.random.Generator) -> tuple[ObjectSpec, ...]:
    """A socket on one side, its hole towards the middle, and an upright peg on the other side."""
    side = float(rng.choice([-1.0, 1.0]))
    colours = rng.permutation(["red", "green", "blue", "yellow"])
    turn = -side * math.pi / 2 + rng.uniform(-0.8, 0.8)
    socket = _standing("socket", str(colours[0]), rng.uniform(0.36, 0.48), side * rng.uniform(0.13, 0.20), turn)
    x, y = rng.uniform(0.34, 0.50), -side * rng.uniform(0.07, 0.20)
    return (_standing("peg", str(colours[1]), x, y, rng.uniform(-math.pi, math.pi)), socket)


def _tabletop_egg(rng: np.random.Generator) -> tuple[ObjectSpec, ...]:
    """An egg of some size in the middle, a bin on either side, and at times a cube."""
    first, second = (str(colour) for colour in rng.permutation(["red", "green", "blue", "yellow"])[:2])
    bins = [
        _standing("bin", colour, rng.uniform(0.36, 0.50), side * rng.uniform(0.265, 0.30), rng.uniform(-0.25, 0.25))
        for side, colour in ((1, first), (-1, second))
    ]
    egg = _egg(rng, rng.uniform(0.33, 0.53), rng.uniform(-0.10, 0.10))
    if rng.random() < 0.5:
        return (egg, *bins)
    for _ in range(_ATTEMPTS):
        colour = str(rng.choice(["red", "green", "blue", "yellow"]))
        cube = _standing("cube", colour, rng.uniform(0.33, 0.53), rng.uniform(-0.15, 0.15), rng.uniform(-math.pi, math.pi))
        if _apart(cube, egg) >= 0.13 and all(_gap_to_box(cube.pose.position[:2], item) >= 0.075 for item in bins):
            return (egg, cube, *bins)
    raise RuntimeError("no room found for the cube")


def _egg(rng: np.random.Generator, x: float, y: float) -> ObjectSpec:
    """Of one of the widths that there are, so that it has to be felt how wide it is."""
    width, _, height = props.default_size("egg")
    wide = float(rng.choice(props.widths("egg")))
    size = (wide, wide, height * wide / width)
    colour = str(rng.choice(["white", "brown"]))
    return ObjectSpec(f"{colour}_egg", "egg", colour, size, Pose.from_xyz_rpy((x, y, size[2] / 2), (0.0, 0.0, 0.0)))


def _busybox(draw: Callable[[np.random.Generator], layouts.Layout]) -> Callable[[np.random.Generator], tuple[ObjectSpec, ...]]:
    """A BusyBox in front of the robots, its print's top away from them, with a layout that is drawn."""

    def scene(rng: np.random.Generator) -> tuple[ObjectSpec, ...]:
        told = description.settings("busybox.yaml")
        place, size = told["place"], (float(told["frame"][0]), float(told["frame"][1]), float(told["frame"][2]))
        scheme = str(rng.choice(SCHEMES))
        x, y = rng.uniform(*place["x"]), rng.uniform(*place["y"])
        yaw = -math.pi / 2 + math.radians(rng.uniform(*place["turn"]))
        pose = Pose.from_xyz_rpy((x, y, size[2] / 2), (0.0, 0.0, yaw))
        return (ObjectSpec(BOX, BOX_CATEGORY, scheme, size, pose, random_setup(rng, draw(rng))),)

    return scene


_SCENES: dict[str, Callable[[np.random.Generator], tuple[ObjectSpec, ...]]] = {
    "tabletop": _tabletop,
    "tabletop_tray": _tabletop_tray,
    "tabletop_full": _tabletop_full,
    "tabletop_peg": _tabletop_peg,
    "tabletop_colours": _tabletop_colours,
    "tabletop_egg": _tabletop_egg,
    "busybox_canonical": _busybox(lambda rng: layouts.canonical()),
    "busybox_semi": _busybox(layouts.semi_shuffled),
    "busybox_full": _busybox(layouts.fully_shuffled),
}


def _place_cubes(rng: np.random.Generator, colours: tuple[str, ...], bins: list[ObjectSpec]) -> list[ObjectSpec] | None:
    """Cubes with room for a gripper around each, and for another cube to the left of each; None where they don't fit."""
    cubes: list[ObjectSpec] = []
    for colour in colours:
        for _ in range(60):
            cube = _standing("cube", colour, rng.uniform(0.33, 0.55), rng.uniform(-0.17, 0.12), rng.uniform(-math.pi, math.pi))
            if _fits(cube, cubes, bins):
                cubes.append(cube)
                break
        else:
            return None
    return cubes


def _fits(cube: ObjectSpec, cubes: list[ObjectSpec], bins: list[ObjectSpec]) -> bool:
    place = cube.pose.position[0], cube.pose.position[1] + _BESIDE
    return (
        all(_apart(cube, other) >= 0.115 for other in cubes)
        and all(_gap_to_box(cube.pose.position[:2], item) >= 0.075 for item in bins)
        and all(_gap_to_box(place, item) >= 0.045 for item in bins)
        and not any(_left_is_crowded(cube, other) or _left_is_crowded(other, cube) for other in cubes)
    )


def _left_is_crowded(cube: ObjectSpec, other: ObjectSpec) -> bool:
    """Whether another cube stands where one would be put to the left (+y) of a cube."""
    dx = other.pose.position[0] - cube.pose.position[0]
    dy = other.pose.position[1] - cube.pose.position[1]
    return math.hypot(dx, dy - _BESIDE) < 0.10


def _apart(first: ObjectSpec, second: ObjectSpec) -> float:
    return math.dist(first.pose.position[:2], second.pose.position[:2])


def _gap_to_box(place: tuple[float, ...], box: ObjectSpec) -> float:
    """From a place on the table to the outline of a box that stands upright on it [m]."""
    turn = 2 * math.atan2(box.pose.quaternion[2], box.pose.quaternion[3])
    dx, dy = place[0] - box.pose.position[0], place[1] - box.pose.position[1]
    along, across = math.cos(turn) * dx + math.sin(turn) * dy, math.cos(turn) * dy - math.sin(turn) * dx
    outside = (max(abs(offset) - extent / 2, 0.0) for offset, extent in zip((along, across), box.size[:2], strict=True))
    return math.hypot(*outside)


def _standing(category: str, colour: str, x: float, y: float, yaw: float) -> ObjectSpec:
    size = props.default_size(category)
    return ObjectSpec(f"{colour}_{category}", category, colour, size, Pose.from_xyz_rpy((x, y, size[2] / 2), (0.0, 0.0, yaw)))


def _look(rng: np.random.Generator, objects: tuple[ObjectSpec, ...]) -> Look:
    tints = {}
    for item in objects:
        red, green, blue = rng.uniform(0.93, 1.07, 3)
        tints[item.name] = (float(red), float(green), float(blue))
    lamp_x, lamp_y = rng.uniform(-0.25, 0.25, 2)
    return Look(float(rng.uniform(0.92, 1.06)), (float(lamp_x), float(lamp_y)), tints)
