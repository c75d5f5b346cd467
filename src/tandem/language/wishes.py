"""Orders that are worded as how things should be: ``the red cube belongs in the blue bin``."""

from tandem.language.busybox.vocabulary import SETTING_VERBS
from tandem.language.components import Component, Components, sequences
from tandem.language.interpret import Actions, interpret
from tandem.language.numbers import number
from tandem.language.phrases import noun_phrases, phrase_lists
from tandem.language.reading import Results, Text
from tandem.language.syntax import Destination

_PLAIN_PLACES = ("into", "onto", "in", "on", "to", "inside", "left", "right", "behind", "next", "beside")
"""With these even ``red cube into blue bin`` is an order; ``the red cube is in ...`` is none."""

_PLAIN_STATES = ("off", "position")
"""Likewise ``bottom switch off``."""

_MUST = ("should", "must", "shall", "needs to", "need to", "has to", "have to", "ought to", "is to", "are to")
"""``the knob should point to 4``: parts of the BusyBox are said to move by themselves."""

_STATIVE = ("slide set", "turn set", "flip set", "pull get", "plug put", "move move", "rotate turn")
"""What brings a part of the BusyBox to a state, in a wish that only says the state."""

_TAILS = ("go", "be", "to go", "to be", "placed", "be placed", "be put")


def wishes(text: Text, at: int) -> Results[Actions]:
    """Every reading as a wish."""
    return [*_declaratives(text, at), *_inverted(text, at), *_containing(text, at), *_asked_for(text, at)]


def _declaratives(text: Text, at: int) -> Results[Actions]:
    """``I want the red cube placed on the green one``, ``all cubes should go into the green bin``."""
    found: Results[Actions] = []
    ensured = [end for _, end in text.said("ensure", at)]
    wanted = [end for _, end in text.said("want", at)]
    for start in [at, *ensured, *wanted]:
        asked = start > at
        for objects, end in phrase_lists(text, start):
            starts = [(stop, True) for _, stop in text.said("links", end)] + [(end, asked)]
            if text.lexicon.with_box:
                starts += [(stop, True) for _, stop in text.any_of(end, _MUST)]
            if asked:
                starts += [(stop, True) for _, stop in text.any_of(end, ("is", "are", "that is"))]
            for here, ordered in starts:
                found += _wished(text, here, Components(objects=(objects,)), ordered)
    return found


def states(text: Text, at: int) -> Results[Actions]:
    """``the red cube is in the blue bin``, which is a wish only after words such as ``once``."""
    found: Results[Actions] = []
    for objects, end in phrase_lists(text, at):
        for _, start in text.any_of(end, ("is", "are", "has been", "have been", "has", "is all", "are all")):
            found += _wished(text, start, Components(objects=(objects,)), ordered=True)
    return found


def _wished(text: Text, at: int, subject: Components, ordered: bool) -> Results[Actions]:
    """What should become of the subject. Where no word orders it, only some places are plain enough."""
    found: Results[Actions] = []
    if (
        ordered
        or text.word(at) in _PLAIN_PLACES
        or (text.lexicon.with_box and (text.word(at) in _PLAIN_STATES or number(text.word(at))))
    ):
        for parts, stop in sequences(text, at, subject):
            if len(parts.objects) == 1 and parts.destinations:
                found += [(actions, stop) for actions in interpret(("put place",), parts)]
            if len(parts.objects) == 1 and text.lexicon.with_box and (ordered or _is_plain(parts)):
                found += [(actions, stop) for kind in _STATIVE for actions in interpret((kind,), parts)]
    for kind, end in text.said("verbs", at) if ordered else ():
        for parts, stop in sequences(text, end, subject):
            if len(parts.objects) == 1:
                found += [(actions, stop) for actions in interpret((kind,), parts)]
    return found


def _is_plain(parts: Components) -> bool:
    """Whether a part is named and set to a state: only then mere ``knob to 5`` is an order."""
    named = all(phrase.category in SETTING_VERBS for phrases in parts.objects for phrase in phrases)
    return named and any(setting.value or setting.fully for setting in parts.settings)


def _asked_for(text: Text, at: int) -> Results[Actions]:
    """``I would like the green cube``: that somebody wants to have it, and nothing of a place."""
    found: Results[Actions] = []
    for _, start in text.said("asking", at):
        for parts, end in sequences(text, start):
            if parts.only("objects", "arms", "sources", "manners", "constraints") and parts.objects:
                found += [(actions, end) for actions in interpret(("offer hold out",), parts)]
    return found


def _inverted(text: Text, at: int) -> Results[Actions]:
    """``into the blue bin goes the red cube``, ``in the green bin I want all cubes``."""
    found: Results[Actions] = []
    for parts, end in sequences(text, at):
        if not parts.destinations or not parts.only("destinations", "arms"):
            continue
        comma = end + 1 if text.word(end) == "," else end
        for _, start in [*text.said("links", end), *text.said("want", comma), *text.any_of(end, ("should", "must", "shall"))]:
            for objects, after in phrase_lists(text, start):
                wish = parts.plus(Component("objects", objects))
                for stop in [after, *(tail for _, tail in text.any_of(after, _TAILS))]:
                    found += [(actions, stop) for actions in interpret(("put place",), wish)]
    return found


def _containing(text: Text, at: int) -> Results[Actions]:
    """``the green bin should contain all the cubes``, ``the blue bin needs the red cube in it``."""
    found: Results[Actions] = []
    starts = [at, *(end for table in ("want", "ensure") for _, end in text.said(table, at))]
    for container, end in [result for start in starts for result in noun_phrases(text, start)]:
        for _, here in text.said("containing", end) if container.category in ("bin", "box", "tray") else ():
            for objects, after in phrase_lists(text, here):
                parts = Components(objects=(objects,), destinations=(Destination("in", container),))
                for stop in [
                    after,
                    *(tail for _, tail in text.any_of(after, ("in it", "inside it", "inside", "in there", "on it"))),
                ]:
                    found += [(actions, stop) for actions in interpret(("put place",), parts)]
    return found
