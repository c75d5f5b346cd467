"""One image after another to what is known of the box."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tandem.cell.busybox.layout import CELLS, Layout
from tandem.cell.busybox.parts import BOX
from tandem.perception.busybox.answers import TURNS, kind_log_probabilities
from tandem.perception.busybox.changes import change, glimpse
from tandem.perception.busybox.finder import find_box
from tandem.perception.busybox.memory import KNOWN, BoxMemory, unseen, with_evidence, with_readings
from tandem.perception.busybox.network import CellNetwork
from tandem.perception.busybox.patches import Patch, cut, windows
from tandem.perception.busybox.place import begin, follow, miss
from tandem.perception.busybox.states import read
from tandem.perception.busybox.wiring import with_wires
from tandem.perception.settings import PerceptionSettings
from tandem.perception.view import Mask, View, Window

SEEN = 0.5
"""A cell of which less is seen isn't read."""

FIRST_LOOKS = 3
"""Each cell is read so often before it is read again only when it changes."""


def watch(
    memory: BoxMemory | None, view: View, robot: Mask, network: CellNetwork, settings: PerceptionSettings
) -> BoxMemory | None:
    """What is known after an image from above; None when there is no box.

    Args:
        memory: what was known before.
        view: the image.
        robot: pixels of the robot, shape (height, width).
        network: reads cells.
        settings: of perception.
    """
    stamp, rules = view.frame.stamp, settings.busybox
    expected = memory.place.placement if memory is not None else None
    sighting = find_box(view, robot, settings, expected)
    if memory is None:
        if sighting is None:
            return None
        memory = BoxMemory(begin(sighting, stamp))
    elif sighting is None:
        place = miss(memory.place, view, robot, rules)
        return None if place is None else unseen(replace(memory, place=place))
    else:
        memory = replace(memory, place=follow(memory.place, sighting, stamp, rules))
    placement = memory.place.placement if not memory.place.strays else sighting.placement
    areas = windows(view, placement, memory.place.top, CELLS)
    due = [index for index, area in enumerate(areas) if _is_due(memory, index, view, robot, area, rules.changed)]
    if due:
        patches = dict(zip(due, cut(view, robot, placement, memory.place.top, [CELLS[index] for index in due]), strict=True))
        glimpses = {index: glimpse(view, robot, areas[index]) for index in due}
        memory = replace(memory, glimpses={**memory.glimpses, **glimpses})
        memory = _read_cells(_without_hidden(memory, patches), patches, network, stamp)
        if CELLS.index(memory.assignment.layout["wires"].cell) in due:
            memory = with_wires(memory, view, robot)
    return _seen_still(memory, stamp)


def _read_cells(memory: BoxMemory, patches: Mapping[int, Patch], network: CellNetwork, stamp: float) -> BoxMemory:
    """Read those of some cells, by index, of which enough is seen."""
    cells = [index for index, patch in patches.items() if patch.share >= SEEN]
    turns = _turns(memory.assignment.layout)
    told = network.read([patches[index].upright(turns[index]) for index in cells])
    kinds = kind_log_probabilities(told)
    for row, index in enumerate(cells):
        kinds[row] = np.roll(kinds[row], turns[index], axis=1)  # back to how it lies
    memory = with_evidence(memory, cells, kinds, [patches[index].share for index in cells])
    assignment = memory.assignment
    now = _turns(assignment.layout)
    turned = [row for row, index in enumerate(cells) if now[index] != turns[index]]
    if turned:
        told[turned] = network.read([patches[cells[row]].upright(now[cells[row]]) for row in turned])
    rows = {CELLS[index]: told[row] for row, index in enumerate(cells)}
    for module, place in assignment.layout.places:
        if place.cell in rows and assignment.probability[module] > KNOWN:
            upright = patches[CELLS.index(place.cell)].upright(place.turns)
            memory = with_readings(memory, f"{BOX}/{module}/", read(module, upright, rows[place.cell]), stamp)
    return memory


def _is_due(memory: BoxMemory, index: int, view: View, robot: Mask, area: Window, changed: float) -> bool:
    before = memory.glimpses.get(index)
    return before is None or memory.looks[index] < FIRST_LOOKS or change(before, view, robot, area) > changed


def _without_hidden(memory: BoxMemory, patches: Mapping[int, Patch]) -> BoxMemory:
    """Parts in cells that are mostly hidden aren't visible."""
    parts = dict(memory.parts)
    for module, place in memory.assignment.layout.places:
        patch = patches.get(CELLS.index(place.cell))
        if patch is not None and patch.share < SEEN:
            for name, known in parts.items():
                if name.startswith(f"{BOX}/{module}/"):
                    parts[name] = replace(known, visible=False)
    return replace(memory, parts=parts)


def _seen_still(memory: BoxMemory, stamp: float) -> BoxMemory:
    """What is visible was seen now."""
    parts = {name: replace(known, last_seen=stamp) if known.visible else known for name, known in memory.parts.items()}
    return replace(memory, parts=parts)


def _turns(layout: Layout) -> NDArray[np.intp]:
    """Quarter turns of the module in each of ``CELLS``."""
    turns = {place.cell: place.turns % TURNS for _, place in layout.places}
    return np.array([turns[cell] for cell in CELLS])
