"""What is known of the box over time: its place, its layout, its parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from tandem.cell.busybox.layout import CELLS, MODULES
from tandem.cell.pose import Pose
from tandem.perception.busybox.answers import TURNS
from tandem.perception.busybox.assignment import FLOOR, Assignment, assign
from tandem.perception.busybox.changes import Glimpse
from tandem.perception.busybox.place import BoxPlace
from tandem.perception.busybox.states import SURE, PartReading

Array = NDArray[np.float64]

KEPT = 0.8
"""Of what earlier looks told of a cell, this much counts at the next one."""

KNOWN = 0.9
"""A place of a module that is as probable as this is believed."""


@dataclass(frozen=True)
class PartMemory:
    """Of one part.

    Attributes:
        reading: that is believed.
        last_seen: when it was seen [s].
        visible: in the newest image.
        doubt: a reading that disagrees, seen once.
    """

    reading: PartReading
    last_seen: float
    visible: bool = True
    doubt: str = ""


@dataclass(frozen=True)
class LoosePlug:
    """A plug that is out.

    Attributes:
        pose: in the world.
        last_seen: when it was found last [s].
        looks: its poses in the newest images that were taken from nearby, oldest first; none if it is known from above alone.
        from_above: its pose as the camera above saw it then; None if that hadn't seen it.
        visible: whether it was in the newest look for it.
    """

    pose: Pose
    last_seen: float
    looks: tuple[Pose, ...] = ()
    from_above: Pose | None = None
    visible: bool = True


@dataclass(frozen=True, eq=False)
class BoxMemory:
    """All of the box.

    Attributes:
        place: where it is.
        evidence: log probabilities of what is in each of ``CELLS``, added up, shape (cells, modules, turns).
        looks: how often each cell was read.
        glimpses: by the index of a cell, what it looked like when it was read last.
        parts: by name, of parts and plugs.
        loops: by name of a wire, the highest point of its loop in the module's frame [m].
        loose: by name, plugs that are out.
    """

    place: BoxPlace
    evidence: Array = field(default_factory=lambda: np.zeros((len(CELLS), len(MODULES), TURNS)))
    looks: tuple[int, ...] = (0,) * len(CELLS)
    glimpses: Mapping[int, Glimpse] = field(default_factory=dict)
    parts: Mapping[str, PartMemory] = field(default_factory=dict)
    loops: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    loose: Mapping[str, LoosePlug] = field(default_factory=dict)

    @property
    def assignment(self) -> Assignment:
        """Which module is where."""
        return assign(self.evidence)


def with_evidence(memory: BoxMemory, cells: Sequence[int], log_probabilities: Array, weight: Sequence[float]) -> BoxMemory:
    """After cells were read.

    Args:
        memory: before.
        cells: indices of those.
        log_probabilities: of what they are, in the box's frame, shape (N, modules, turns).
        weight: how much of each was seen, 0 to 1.
    """
    evidence, looks = memory.evidence.copy(), list(memory.looks)
    for cell, told, share in zip(cells, log_probabilities, weight, strict=True):
        evidence[cell] = KEPT * evidence[cell] + share * np.maximum(told, FLOOR)
        looks[cell] += 1
    return replace(memory, evidence=evidence, looks=tuple(looks))


def with_readings(memory: BoxMemory, prefix: str, readings: Sequence[PartReading], stamp: float) -> BoxMemory:
    """After a module's parts were read; those of its parts that weren't are hidden."""
    parts = dict(memory.parts)
    for name, known in parts.items():
        if name.startswith(prefix):
            parts[name] = replace(known, visible=False)
    for reading in readings:
        parts[reading.name] = _update(parts.get(reading.name), reading, stamp)
    return replace(memory, parts=parts)


def unseen(memory: BoxMemory) -> BoxMemory:
    """After an image in which nothing of the box was seen."""
    return replace(memory, parts={name: replace(known, visible=False) for name, known in memory.parts.items()})


def _update(known: PartMemory | None, reading: PartReading, stamp: float) -> PartMemory:
    """A new state is believed when it is sure, or seen twice in a row."""
    if known is None or reading.state == known.reading.state or reading.sure >= SURE or known.doubt == reading.state:
        return PartMemory(reading, stamp)
    return replace(known, visible=True, last_seen=stamp, doubt=reading.state)
