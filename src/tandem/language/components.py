"""What a verb takes, in any order: objects, places, hands, times, heights, manners, and what must not happen."""

from dataclasses import dataclass

from tandem.cell.names import SIDES
from tandem.language.busybox.settings import settings
from tandem.language.destinations import destinations
from tandem.language.hands import hands
from tandem.language.numbers import durations, lengths
from tandem.language.phrases import noun_phrases, phrase_lists
from tandem.language.reading import Results, Text, rule
from tandem.language.syntax import Constraint, Destination, Hand, NounPhrase, Phrases, Setting

_AT_MOST = {
    "objects": 1, "destinations": 3, "sources": 1, "arms": 2, "in_hands": 1, "givers": 1, "takers": 2, "bare_hands": 1,
    "particles": 2, "durations": 1, "heights": 1, "manners": 3, "constraints": 3, "orders": 4,
    "settings": 3,
}  # fmt: skip
"""How often each role may be filled by one verb; more is word salad."""

_PARTICLES = ("up", "down", "over", "away", "across", "off", "out", "apart", "back", "along", "on")

_PEOPLE = ("me", "us", "him", "her", "the operator", "the person", "the user", "somebody", "someone", "a person", "my hand")


_IN_PASSING = ("without", "but without", "while not", "while avoiding", "avoiding", "taking care not to", "being careful not to")
"""After these the order may go on: ``put it, without touching the green cube, in the bin``."""


@dataclass(frozen=True)
class Component:
    """One of them. ``role`` is the name of its field in `Components`."""

    role: str
    value: object


@dataclass(frozen=True)
class Components:
    """All that one verb has.

    ``bare_hands`` stand without a preposition, ``orders`` say what stands where in a stack, ``settings`` are of the BusyBox.
    """

    objects: tuple[Phrases, ...] = ()
    destinations: tuple[Destination, ...] = ()
    sources: tuple[Destination, ...] = ()
    arms: tuple[Hand, ...] = ()
    in_hands: tuple[Hand, ...] = ()
    givers: tuple[Hand, ...] = ()
    takers: tuple[Hand, ...] = ()
    bare_hands: tuple[Hand, ...] = ()
    particles: tuple[str, ...] = ()
    durations: tuple[float, ...] = ()
    heights: tuple[float, ...] = ()
    manners: tuple[str, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    orders: tuple[tuple[str, NounPhrase], ...] = ()
    settings: tuple[Setting, ...] = ()

    def plus(self, component: Component) -> "Components":
        """With one more."""
        return Components(**{**self.__dict__, component.role: (*getattr(self, component.role), component.value)})

    def merged(self, other: "Components") -> "Components":
        """With all of another's."""
        return Components(**{role: (*values, *getattr(other, role)) for role, values in self.__dict__.items()})

    def has(self, *roles: str) -> bool:
        """Whether there is anything in any of those roles."""
        return any(getattr(self, role) for role in roles)

    def only(self, *roles: str) -> bool:
        """Whether all else is empty."""
        return all(not values for role, values in self.__dict__.items() if role not in roles)


NOTHING = Components()


@rule
def components(text: Text, at: int) -> Results[Component]:
    """Every single component that may begin here."""
    return [
        *((Component("objects", phrases), end) for phrases, end in phrase_lists(text, at)),
        *((Component("destinations", destination), end) for destination, end in destinations(text, at)),
        *_hand_components(text, at),
        *_particles(text, at),
        *_measures(text, at),
        *_sources(text, at),
        *_orders(text, at),
        *_constraints(text, at),
        *((Component("settings", setting), end) for setting, end in settings(text, at)),
    ]


def sequences(text: Text, at: int, start: Components = NOTHING) -> Results[Components]:
    """Every run of components from here, the longest first; a comma may stand before all but objects."""
    return _from_nothing(text, at) if start is NOTHING else _sequences(text, at, start)


@rule
def _from_nothing(text: Text, at: int) -> Results[Components]:
    return _sequences(text, at, NOTHING)


def _sequences(text: Text, at: int, start: Components) -> Results[Components]:
    found: Results[Components] = []
    for component, end in components(text, at):
        if _continues(component, start):
            found += _sequences(text, end, start.plus(component))
    if text.word(at) == ",":
        for component, end in components(text, at + 1):
            if component.role not in ("objects", "particles", "bare_hands") and _continues(component, start):
                found += _sequences(text, end, start.plus(component))
    return [*found, (start, at)]


def _continues(component: Component, start: Components) -> bool:
    """Whether it may stand there: no role too often; ``all`` refers back to objects, ``then blue`` to a stack being described."""
    if len(getattr(start, component.role)) >= _AT_MOST[component.role]:
        return False
    if component.role == "orders" and isinstance(component.value, tuple) and component.value[0] == "next":
        return bool(start.orders)
    return component.value != "all" or bool(start.objects)


def _hand_components(text: Text, at: int) -> Results[Component]:
    found: Results[Component] = []
    for table, role in (("with_hand", "arms"), ("to_hand", "takers"), ("from_hand", "givers"), ("inside", "in_hands")):
        for _, end in text.said(table, at):
            found += [(Component(role, hand), after) for hand, after in hands(text, end)]
    found += [(Component("bare_hands", hand), end) for hand, end in hands(text, at) if hand.explicit]
    for hand, end in hands(text, at):  # ``left to right``
        if hand.side in SIDES and text.word(end) == "to" and hands(text, end + 1):
            found.append((Component("givers", hand), end))
    if text.word(at) == "between":
        found += [(Component("takers", Hand("other")), end) for hand, end in hands(text, at + 1) if hand.side == "both"]
    for _, end in text.any_of(at, ("held in", "held by", "that is in", "which is in", "held with")):
        found += [(Component("givers", hand), after) for hand, after in hands(text, end)]
    for _, start in [*text.any_of(at, ("to", "over to")), ("", at)]:
        found += [(Component("takers", Hand("person")), end) for _, end in text.any_of(start, _PEOPLE)]
    return found


def _particles(text: Text, at: int) -> Results[Component]:
    found: Results[Component] = [(Component("particles", word), end) for word, end in text.any_of(at, _PARTICLES)]
    return found + [(Component("manners", manner), end) for manner, end in text.said("manners", at)]


def _measures(text: Text, at: int) -> Results[Component]:
    found: Results[Component] = []
    for end in text.ends_after("for_time", at):
        found += [(Component("durations", seconds), after) for seconds, after in durations(text, end)]
    for start in text.ends_after("by_height", at):
        for metres, end in lengths(text, start):
            found += [(Component("heights", metres), tail) for tail in text.ends_after("height_tails", end)]
    return found


def _sources(text: Text, at: int) -> Results[Component]:
    """``from the table``, ``out of the blue bin``, ``off the green cube``."""
    found: Results[Component] = []
    for phrase, end in text.said("out_of", at):
        found += [(Component("sources", Destination(phrase, reference)), after) for reference, after in noun_phrases(text, end)]
    return found


def _orders(text: Text, at: int) -> Results[Component]:
    """``with the red one on top``, ``the green one at the bottom``, ``green below``."""
    found: Results[Component] = []
    for _, start in text.any_of(at, (", then", "then", "and then", "followed by", ", followed by", ", next")):
        found += [(Component("orders", ("next", p)), end) for p, end in noun_phrases(text, start) if not p.plural]
    for start in text.ends_after("order_says", at):
        for phrase, end in noun_phrases(text, start):
            if phrase.kind != "things" or phrase.plural:
                continue
            end += text.word(end) in ("is", "being", "goes", "sits", "as", "should", "forms")
            found += [(Component("orders", (level, phrase)), after) for level, after in text.said("levels", end)]
    return found


def _constraints(text: Text, at: int) -> Results[Component]:
    """What must not be touched, used or chosen; not to let go is to hold."""
    found: Results[Component] = []
    for said, end in text.said("not_to", at):
        gerund = said.endswith(("without", "avoid", "avoiding")) or said == "while not"
        for _, after in text.said("touching", end) if text.word(end).endswith("ing") is gerund else ():
            found += [result for result in _ruled_out(text, after) if said in _IN_PASSING or _is_end(text, result[1])]
        for _, after in text.said("let_go", end):
            stops = [
                after,
                *(stop for _, stop in text.any_of(after, ("it", "them", "the tray", "anything", "of it", "the cube", "either"))),
            ]
            found += [(Component("manners", "stay"), stop) for stop in stops if _is_end(text, stop)]
    for _, end in text.any_of(at, ("not", "and not", "but not", "instead of", "rather than")):
        for _, after in [("", end), *text.any_of(end, ("with", "using", "by"))]:
            found += [result for result in _ruled_out(text, after) if _is_definite(result[0].value)]
        for destination, after in destinations(text, end):
            if destination.phrase is not None:
                found.append((Component("constraints", Constraint(destination=destination)), after))
    return found


def _is_definite(value: object) -> bool:
    """Whether a constraint names something particular, by more than a mere noun."""
    return not isinstance(value, Constraint) or all(p.kind != "things" or p.quantifier or p.colours for p in value.phrases)


def _is_end(text: Text, at: int) -> bool:
    """Whether nothing follows that could belong to what must not be done, such as the place in ``don't drop it in the bin``."""
    return text.word(at) in ("", ",", ".", "and", "then", "but")


def _ruled_out(text: Text, at: int) -> Results[Component]:
    found: Results[Component] = [(Component("constraints", Constraint(phrases=p)), end) for p, end in phrase_lists(text, at)]
    return found + [
        (Component("constraints", Constraint(hand=h.side)), end) for h, end in hands(text, at) if h.explicit and h.side in SIDES
    ]
