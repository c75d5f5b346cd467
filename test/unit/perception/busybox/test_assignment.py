import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.cell.busybox.layout import CELLS, MODULES, fully_shuffled
from tandem.perception.busybox.assignment import assign

SHAPE = (len(CELLS), len(MODULES), 4)


def evidence_for(seed: int, strength: float) -> tuple[np.ndarray, object]:
    layout = fully_shuffled(np.random.default_rng(seed))
    told = np.full(SHAPE, -strength)
    for module, place in layout.places:
        told[CELLS.index(place.cell), MODULES.index(module), place.turns % 4] = 0.0
    return told, layout


@given(st.integers(0, 2**31))
@settings(max_examples=30, deadline=500)
def test_clear_evidence_gives_the_layout(seed: int) -> None:
    told, layout = evidence_for(seed, 6.0)
    found = assign(told)
    assert all(found.layout[name] == layout[name] for name in MODULES)  # type: ignore[index]
    assert found.least > 0.95


@given(st.integers(0, 2**31), st.integers(0, 5), st.integers(0, 5))
@settings(max_examples=30, deadline=500)
def test_a_cell_that_looks_like_another_module_is_outvoted_by_the_cell_that_has_it(seed: int, cell: int, wrong: int) -> None:
    told, layout = evidence_for(seed, 8.0)
    right = next(name for name in MODULES if layout[name].cell == CELLS[cell])  # type: ignore[index]
    told[cell] = -6.0
    told[cell, wrong, 0] = 0.0
    told[cell, MODULES.index(right), layout[right].turns % 4] = -3.0  # type: ignore[index]
    assert assign(told).layout[right].cell == CELLS[cell]


def test_the_last_module_is_known_without_being_seen_but_not_how_it_is_turned() -> None:
    told, layout = evidence_for(3, 8.0)
    hidden = 2
    told[hidden] = 0.0
    found = assign(told)
    name = next(name for name in MODULES if layout[name].cell == CELLS[hidden])  # type: ignore[index]
    assert found.layout[name].cell == CELLS[hidden]
    assert 0.2 < found.probability[name] < 0.3


def test_nothing_seen_is_nothing_known() -> None:
    assert assign(np.zeros(SHAPE)).least < 0.1
