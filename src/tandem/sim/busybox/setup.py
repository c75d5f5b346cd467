"""How a box stands at the start: its layout, its parts' states, and how tight its plugs are."""

from dataclasses import dataclass, field

import numpy as np

from tandem.cell import description
from tandem.cell.busybox import layout as layouts
from tandem.cell.busybox.layout import Layout
from tandem.cell.busybox.state import KNOB_NUMBERS, ROW_NAMES, SLIDER_NUMBERS, WIRE_COLOURS, BoxState

SCHEMES = ("first", "second")

_LEAN_RAD = 1.0
_UPRIGHT = 0.3
"""Of the lean of a wire of which a plug is out: its cable holds the plug up."""

_AT_EDGE_M = 0.03
"""Wires this far to the side of their module are laid towards its middle, not over its edge."""

_BESIDE_M, _ASIDE_RAD = (0.010, 0.015), 0.9
_USUALLY_IN = 0.7
"""How often all wires are in."""

_PLUGS = len(WIRE_COLOURS) * len(ROW_NAMES)


@dataclass(frozen=True)
class BoxSetup:
    """Of one scene; none of it shapes the model.

    Attributes:
        layout: which module is where.
        state: of all parts at the start.
        pull_out: force at which each plug leaves its jack [N], by colour and then row, as ``jacks.PLUGS``.
        leans: how far each wire's loop leans from upright, by colour, positive to the module's right [rad].
        beside: where a plug that is out is let go: from its jack, to the module's right and away from the module's middle [m].
    """

    layout: Layout = field(default_factory=layouts.canonical)
    state: BoxState = field(default_factory=BoxState)
    pull_out: tuple[float, ...] = (8.0,) * _PLUGS
    leans: tuple[float, ...] = (0.0,) * len(WIRE_COLOURS)
    beside: tuple[float, float] = (0.0, 0.014)


def random_setup(rng: np.random.Generator, layout: Layout) -> BoxSetup:
    """Parts in any state; now and then one plug is out."""
    state, (low, high) = random_state(rng), description.settings("busybox.yaml")["wires"]["pull_out"]
    pull_out = tuple(float(force) for force in rng.uniform(low, high, _PLUGS))
    leans = [float(lean) for lean in rng.uniform(-_LEAN_RAD, _LEAN_RAD, len(WIRE_COLOURS))]
    aside, outwards = _beside(rng)
    for index, (colour, both) in enumerate(zip(WIRE_COLOURS, state.wires, strict=True)):
        if not all(both):
            leans[index] *= _UPRIGHT
            x = float(description.settings("busybox.yaml")["wires"]["columns"][colour])
            aside = -aside if abs(x) > _AT_EDGE_M and aside * x > 0 else aside
    return BoxSetup(layout, state, pull_out, tuple(leans), (aside, outwards))


def _beside(rng: np.random.Generator) -> tuple[float, float]:
    """Some way outwards, where there are no other plugs."""
    distance, aside = rng.uniform(*_BESIDE_M), rng.uniform(-_ASIDE_RAD, _ASIDE_RAD)
    return float(distance * np.sin(aside)), float(distance * np.cos(aside))


def random_state(rng: np.random.Generator) -> BoxState:
    """Every number and switch as likely as any other; all wires in, or one of them out by one end; no button down."""
    wires = [(True, True)] * len(WIRE_COLOURS)
    loose, end = int(rng.integers(len(wires))), int(rng.integers(2))
    if rng.random() > _USUALLY_IN:
        wires[loose] = (end != 0, end != 1)
    sliders = rng.choice(SLIDER_NUMBERS, 2)
    switches = rng.random(2) < 0.5
    return BoxState(
        sliders=(int(sliders[0]), int(sliders[1])),
        knob=int(rng.choice(KNOB_NUMBERS)),
        switches=(bool(switches[0]), bool(switches[1])),
        wires=tuple(wires),
    )
