"""Which module is in which cell of the box, and how it is turned."""

from dataclasses import dataclass
from itertools import product
from math import pi
from typing import Final, Literal

import numpy as np

from tandem.cell import description
from tandem.cell.pose import Pose

Module = Literal["buttons", "sliders", "knob", "switches", "wires", "display"]

MODULES: Final[tuple[Module, ...]] = ("buttons", "sliders", "knob", "switches", "wires", "display")

COLUMNS, ROWS = 3, 2

Cell = tuple[int, int]
"""Column, from the left, and row, from the top, of the box in its own frame."""

CELLS: Final[tuple[Cell, ...]] = tuple((column, row) for row, column in product(range(ROWS), range(COLUMNS)))


@dataclass(frozen=True)
class Place:
    """Where a module is: its cell, and how many quarter turns counterclockwise it is turned, seen from above."""

    cell: Cell
    turns: int = 0

    @property
    def pose(self) -> Pose:
        """Of the module's frame in the box's frame."""
        return cell_pose(self.cell, self.turns)


@dataclass(frozen=True)
class Layout:
    """A place for each module; every cell has one.

    Raises:
        ValueError: a module is missing, or two are in one cell.
    """

    places: tuple[tuple[Module, Place], ...]

    def __post_init__(self) -> None:
        if sorted(name for name, _ in self.places) != sorted(MODULES):
            raise ValueError(f"a layout has each of {', '.join(MODULES)} once")
        if {place.cell for _, place in self.places} != set(CELLS):
            raise ValueError("each cell of the box has one module")

    def __getitem__(self, module: str) -> Place:
        return dict(self.places)[module]  # type: ignore[index]


def cell_pose(cell: Cell, turns: int = 0) -> Pose:
    """Frame of a module in that cell with so many quarter turns, in the box's frame."""
    settings = description.settings("busybox.yaml")
    pitch, (column, row) = float(settings["pitch"]), cell
    place = ((column - (COLUMNS - 1) / 2) * pitch, ((ROWS - 1) / 2 - row) * pitch, float(settings["face"]))
    return Pose.from_xyz_rpy(place, (0.0, 0.0, turns % 4 * pi / 2))


def canonical() -> Layout:
    """The layout in which the box is published."""
    table = description.settings("busybox.yaml")["canonical"]
    return Layout(tuple((table[row][column], Place((column, row))) for column, row in CELLS))


def semi_shuffled(rng: np.random.Generator) -> Layout:
    """Some modules, two to four, change cell or orientation."""
    places = dict(canonical().places)
    moved = [MODULES[i] for i in rng.permutation(len(MODULES))[: rng.integers(2, 5)]]
    swapped = moved[:2]
    first, second = (places[name] for name in swapped)
    places[swapped[0]], places[swapped[1]] = Place(second.cell), Place(first.cell)
    for name in moved[2:]:
        places[name] = Place(places[name].cell, int(rng.integers(1, 4)))
    return Layout(tuple(places.items()))


def fully_shuffled(rng: np.random.Generator) -> Layout:
    """Every module changes both its cell and its orientation."""
    before = dict(canonical().places)
    while True:
        cells = [CELLS[i] for i in rng.permutation(len(CELLS))]
        if all(before[name].cell != cell for name, cell in zip(MODULES, cells, strict=True)):
            return Layout(tuple((name, Place(cell, int(rng.integers(1, 4)))) for name, cell in zip(MODULES, cells, strict=True)))
