"""Clauses: every way to read one order."""

from dataclasses import replace

from tandem.language.busybox.clauses import box_clauses
from tandem.language.components import Component, Components, sequences
from tandem.language.hands import hands
from tandem.language.interpret import Actions, interpret
from tandem.language.phrases import noun_phrases, phrase_lists
from tandem.language.reading import Results, Text, rule
from tandem.language.syntax import Action, Destination, Hand
from tandem.language.wishes import wishes

_MOST_LEADS = 3

_AFTER_HAND = ("to", ",", ", to", "and", "for", "in order to", "so as to", ".")


@rule
def clauses(text: Text, at: int) -> Results[Actions]:
    """Every reading of one order that begins here."""
    found: Results[Actions] = []
    for start in lead_ends(text, at):
        for kind in (_imperatives, _homes, _towers, _fillings, _with_subject, wishes, _both_hands_on, _repeats, box_clauses):
            found += kind(text, start)
    return found


def lead_ends(text: Text, at: int) -> list[int]:
    """Beyond up to three opening phrases, a comma after each or not, and here."""
    ends = newest = [at]
    for _ in range(_MOST_LEADS):
        beyond = [end for here in newest for _, end in text.said("leads", here)]
        newest = [stop for end in beyond for stop in ((end, end + 1) if text.word(end) == "," else (end,))]
        ends = [*newest, *ends]
    return list(dict.fromkeys(ends))


@rule
def verb_phrases(text: Text, at: int) -> Results[tuple[str, ...]]:
    """One verb, or several joined by ``and`` that share what follows."""
    found: Results[tuple[str, ...]] = []
    for kind, end in text.said("verbs", at):
        found.append(((kind,), end))
        for _, joint in text.any_of(end, ("and then", "and also", "and", ", then", ", and", "then", ",", "to")):
            found += [((kind, *more), after) for more, after in verb_phrases(text, joint)]
    return found


def _preposed(text: Text, at: int) -> Results[Components]:
    """Places, hands and times said before the verb: ``with your left hand, ...``."""
    found: Results[Components] = [(Components(), at)]
    for parts, end in sequences(text, at):
        if end == at or parts.has("objects", "particles", "orders", "bare_hands"):
            continue
        found += [(parts, stop) for stop in [end, *(s for _, s in text.any_of(end, (", to", ",", "to")))]]
    for start in text.ends_after("ask_hand", at):
        for hand, end in hands(text, start):
            if hand.explicit:
                found += [(Components(arms=(hand,)), stop) for _, stop in text.any_of(end, _AFTER_HAND)]
                if start > at:
                    found.append((Components(arms=(hand,)), end))
    return found


def _imperatives(text: Text, at: int) -> Results[Actions]:
    found: Results[Actions] = []
    for before, start in _preposed(text, at):
        for kinds, end in verb_phrases(text, start):
            for after, stop in sequences(text, end):
                found += [(actions, stop) for actions in interpret(kinds, before.merged(after))]
    return found


def _homes(text: Text, at: int) -> Results[Actions]:
    """``move both arms to the home position``, ``return to rest``, ``park the left arm``."""
    found: Results[Actions] = []
    for verb, end in text.said("home_verbs", at):
        for hand, after in [*hands(text, end), (Hand("both", explicit=False), end)]:
            backs = [after, *(back for _, back in text.any_of(after, ("back", "all the way", "again")))]
            ends = [stop for back in backs for _, stop in text.said("home_places", back)]
            if hand.explicit and verb in ("park", "home", "retract", "reset", "withdraw", "rest", "fold"):
                ends.append(after)
            if hand.explicit or after == end:
                found += [((Action("home", arm=hand.side),), stop) for stop in ends]
    return found


def _towers(text: Text, at: int) -> Results[Actions]:
    """``build a tower of ...``, ``make a stack with the green cube at the bottom ...``."""
    found: Results[Actions] = []
    for kind, end in text.said("verbs", at):
        if not kind.startswith(("build", "put", "stack")):
            continue
        for _, after in text.said("towers", end):
            for start in text.ends_after("tower_of", after):
                for parts, stop in sequences(text, start):
                    if parts.objects or parts.orders:
                        found += [(actions, stop) for actions in interpret(("build build",), parts)]
    return found


def _fillings(text: Text, at: int) -> Results[Actions]:
    """``fill the green bin with all the cubes``."""
    found: Results[Actions] = []
    for kind, end in text.said("verbs", at):
        for container, after in noun_phrases(text, end) if kind.startswith("fill") else ():
            for _, start in text.any_of(after, ("with", "up with", "using")):
                for parts, stop in sequences(text, start):
                    inside = parts.plus(Component("destinations", Destination("in", container)))
                    found += [(actions, stop) for actions in interpret((kind,), inside)]
    return found


def _with_subject(text: Text, at: int) -> Results[Actions]:
    """``the left arm picks up ...``, ``your right hand should put ...``."""
    found: Results[Actions] = []
    for hand, end in hands(text, at):
        for start in text.ends_after("be_doing", end):
            if not hand.explicit and start == end:
                continue
            for kinds, verb_end in verb_phrases(text, start):
                for parts, stop in sequences(text, verb_end):
                    subject = replace(parts, arms=(*parts.arms, hand))
                    found += [(actions, stop) for actions in interpret(kinds, subject)]
    return found


def _both_hands_on(text: Text, at: int) -> Results[Actions]:
    """``get both hands on the tray``."""
    found: Results[Actions] = []
    for _, start in text.any_of(at, ("get", "put", "place", "lay", "set", "have", "")):
        for hand, end in hands(text, start):
            for _, after in text.any_of(end, ("on", "onto", "under", "around", "at")) if hand.side == "both" else ():
                found += [((Action("pick", objects, arm=hand.side),), stop) for objects, stop in phrase_lists(text, after)]
    return found


def _repeats(text: Text, at: int) -> Results[Actions]:
    """``do the same with the green cube``."""
    found: Results[Actions] = []
    for _, end in text.said("repeats", at):
        found += [((Action("repeat", objects),), stop) for objects, stop in phrase_lists(text, end)]
    return found
