"""What hands may touch of the BusyBox in a step: the part that it names and the face around it; the other hand holds the box."""

from collections.abc import Iterable
from itertools import product

from tandem.cell import contacts
from tandem.cell.busybox.layout import MODULES
from tandem.cell.busybox.parts import BOX, HANDLES, Part, is_part, part_named
from tandem.cell.busybox.state import ROW_NAMES, WIRE_COLOURS
from tandem.cell.names import SIDES, Side, other_side
from tandem.cell.plan import PART_VERBS, WHOLE_VERBS, Step
from tandem.sim.busybox.wires import SEGMENTS, cable_name, plug_name

Pair = frozenset[str]

BRUSHED_N = 5.0
"""Fingers may brush against loops of cable with less than this: these hang anywhere around the box, and give way."""

WITHOUT_TOUCH = ("view", "move_hand")
"""Verbs of the box in which nothing is touched."""

SHELL = (BOX, *(f"{BOX}/{module}" for module in MODULES), *HANDLES)
"""Bodies by which the box may be held or pushed."""


def named_on_box(step: Step) -> frozenset[Pair]:
    """Pairs of bodies that a step on the box may bring together.

    A part: fingers of the step's hand with the part, and with the face that it is on; fingers of the other hand with the box's
    shell, to hold it. A wire is its plugs and its cable; in the way of a hand that is after one, the cables of others are pushed
    aside. The whole box: fingers with its shell.
    """
    if step.verb in WHOLE_VERBS:
        return _fingers(SIDES if step.arm == "both" else (step.arm,), SHELL)
    if step.verb not in PART_VERBS or not is_part(step.object):
        return frozenset()
    part = part_named(step.object)
    sides: tuple[Side, ...] = SIDES if step.arm == "both" else (step.arm,)
    at_work = _fingers(sides, (*_bodies(part), f"{BOX}/{part.module}"))
    holding = _fingers((other_side(side) for side in sides), SHELL)
    return at_work | holding


def brushes(step: Step, bodies: Pair) -> bool:
    """Whether these are a finger of either hand, in a step that touches the box, and a loop of cable."""
    return step.verb in (*PART_VERBS, *WHOLE_VERBS) and bodies in _BRUSHES


def _bodies(part: Part) -> tuple[str, ...]:
    if part.module != "wires":
        return (part.name,)
    return (*(plug_name(part.key, row) for row in ROW_NAMES), *_CABLES)


def _fingers(sides: Iterable[Side], bodies: Iterable[str]) -> frozenset[Pair]:
    fingers = [finger for side in sides for finger in contacts.GROUPS[f"{side}_fingers"]]
    return frozenset(frozenset(pair) for pair in product(fingers, bodies))


_CABLES = tuple(cable_name(colour, index) for colour, index in product(WIRE_COLOURS, range(SEGMENTS)))
_BRUSHES = _fingers(SIDES, _CABLES)
