"""What a sentence says, before it is known which objects it means."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Quantifier = Literal["the", "a", "all", ""]

Kind = Literal["things", "it", "them", "rest", "table", "tower"]


@dataclass(frozen=True)
class Filter:
    """Narrows down what a noun phrase means.

    Attributes:
        kind: ``side`` (value left, right, middle, front, back, top, bottom, upper, lower), ``ordinal`` (value ``2 left``: second
            from left), ``nearest`` and ``farthest`` (to ``phrase``, else to the robot), ``size`` (big, small), ``relation``
            (value that to ``phrase``), ``between`` (phrase and other), ``held`` (value left, right or empty), ``other``,
            ``same``, ``stacked``, ``empty``, ``full``, ``recent``, ``matching``; of the BusyBox ``state`` (value on, off, in,
            out, or a number) and ``part`` (whatever belongs to it).
        value: see there.
        phrase: the reference, if there is one.
        other: the second one of two references.
    """

    kind: str
    value: str = ""
    phrase: NounPhrase | None = None
    other: NounPhrase | None = None


@dataclass(frozen=True)
class NounPhrase:
    """A description of one or several things.

    Attributes:
        text: the words themselves.
        kind: ``things`` are described, the others stand for something by themselves.
        category: as in a scene, ``thing`` (anything), ``one`` (as said before), empty for an unknown noun.
        unknown: that noun.
        colours: any of them fits; none given means any colour.
        quantifier: ``a`` leaves the choice to us.
        count: how many, 0 for not said.
        plural: whether it speaks of several.
        filters: all must fit.
        excluded: what is not meant.
    """

    text: str
    kind: Kind = "things"
    category: str = ""
    unknown: str = ""
    colours: tuple[str, ...] = ()
    quantifier: Quantifier = ""
    count: int = 0
    plural: bool = False
    filters: tuple[Filter, ...] = ()
    excluded: tuple[NounPhrase, ...] = ()


Phrases = tuple[NounPhrase, ...]


@dataclass(frozen=True)
class Hand:
    """A hand, as said.

    Its side is ``left``, ``right``, ``both``, ``other``, ``same``, ``free``, ``any``, ``taker`` (who took it over) or ``person``.
    It is explicit when a word for hands was said.
    """

    side: str
    explicit: bool = True


@dataclass(frozen=True)
class Destination:
    """Where to: a relation and its reference.

    These need none: ``down`` (let go of), ``out`` (onto the table), ``back``, ``there``, ``inside``, ``away``, ``matching``
    (the bin of its colour), ``top`` (of what was stacked), ``stacked`` (on one another).
    """

    relation: str
    phrase: NounPhrase | None = None


@dataclass(frozen=True)
class Constraint:
    """What is not to be touched (phrases), not to be used (hand) or not to be put there (destination)."""

    phrases: Phrases = ()
    hand: str = ""
    destination: Destination | None = None


@dataclass(frozen=True)
class Setting:
    """To what, or by how much, something of the BusyBox is set or moved; empty fields weren't said.

    Attributes:
        value: a number, an hour of a clock (``10h``), ``on``, ``off``, ``other`` (than now), ``first``, ``middle`` or ``last``
            (of a slider).
        steps: positions by which to go on.
        direction: ``left``, ``right``, ``away``, ``closer``, ``clockwise``, ``counterclockwise``, ``forward``, ``back``, ``up``
            or ``down``.
        fully: as far as it goes.
        degrees: by which to turn.
        metres: by which to move.
        times: how often.
        start: the number that it is at now.
        order: the side from which several parts are done one after another.
    """

    value: str = ""
    steps: int = 0
    direction: str = ""
    fully: bool = False
    degrees: float = 0.0
    metres: float = 0.0
    times: int = 0
    start: str = ""
    order: str = ""

    def merged(self, other: Setting) -> Setting | None:
        """With all that another one says; None where both say something."""
        mine, more = (
            {name: value for name, value in vars(setting).items() if value != vars(NO_SETTING)[name]} for setting in (self, other)
        )
        return None if mine.keys() & more.keys() else Setting(**mine, **more)


NO_SETTING = Setting()


@dataclass(frozen=True)
class Action:
    """One order.

    Attributes:
        verb: ``pick``, ``put``, ``lift``, ``raise`` (what is held), ``hold``, ``wait`` (holding), ``hand``, ``home``, ``open``,
            ``close``, ``empty``, ``tower``, ``mention`` (says what it is about), ``repeat`` (as before, with something else),
            ``gap`` (as before, with another place, hand or setting), ``forbid`` (only constraints); on the BusyBox the verbs of
            `tandem.cell.plan.Step`.
        objects: what it is done to; empty means what was spoken of last.
        destinations: where to; several are stacked on one another.
        arm: the hand that does it, as said; ``it`` for that of the order before.
        giver, taker: of a hand-over, as said.
        height: [m], 0 for not said.
        duration: [s], 0 for not said.
        order: of a tower: top, bottom or middle, and what stands there.
        constraints: what must not happen.
        setting: of a part of the BusyBox, or which way the box or a hand goes.
    """

    verb: str
    objects: Phrases = ()
    destinations: tuple[Destination, ...] = ()
    arm: str = ""
    giver: str = ""
    taker: str = ""
    height: float = 0.0
    duration: float = 0.0
    order: tuple[tuple[str, NounPhrase], ...] = ()
    constraints: tuple[Constraint, ...] = field(default_factory=tuple)
    setting: Setting = NO_SETTING
