"""Which module is where, of the box as a whole: each of the six is there once."""

from dataclasses import dataclass
from functools import cache
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from tandem.cell.busybox.layout import CELLS, MODULES, Layout, Module, Place

Array = NDArray[np.float64]

FLOOR = -7.0
"""Log probability below which a single look isn't believed: what something odd does to one cell must not outvote the others."""


@dataclass(frozen=True)
class Assignment:
    """The most probable layout, and by module how probable its place is."""

    layout: Layout
    probability: dict[Module, float]

    @property
    def least(self) -> float:
        """Of the module whose place is least certain."""
        return min(self.probability.values())


def assign(evidence: Array) -> Assignment:
    """The layout in which most is as it looks.

    All 720 ways to put the modules into the cells are weighed; turns are independent of one another.

    Args:
        evidence: log probabilities of what is in each of ``CELLS``, shape (cells, modules, turns); all zero if not seen.
    """
    turned = np.maximum(evidence, FLOOR)
    best = turned.max(axis=2)
    place = best + np.log(np.exp(turned - best[..., None]).sum(axis=2))
    order = _orders()
    weight = place[np.arange(len(CELLS)), order].sum(axis=1)
    share = np.exp(weight - weight.max())
    share /= share.sum()
    chosen = order[int(share.argmax())]
    places: list[tuple[Module, Place]] = []
    probability: dict[Module, float] = {}
    for cell, module in enumerate(chosen):
        turn = int(turned[cell, module].argmax())
        within = float(np.exp(turned[cell, module, turn] - place[cell, module]))
        places.append((MODULES[module], Place(CELLS[cell], turn)))
        probability[MODULES[module]] = within * float(share[order[:, cell] == module].sum())
    return Assignment(Layout(tuple(sorted(places, key=lambda item: MODULES.index(item[0])))), probability)


@cache
def _orders() -> NDArray[np.intp]:
    """Module of each cell, in all orders, shape (720, cells)."""
    return np.array(list(permutations(range(len(MODULES)))))
