"""How orders follow one another: joints, continuations without a verb, ``after``, ``before``, and what is mentioned first."""

from dataclasses import replace
from itertools import zip_longest

from tandem.language.busybox.orders import setting_of
from tandem.language.clauses import clauses, lead_ends, verb_phrases
from tandem.language.components import Components, sequences
from tandem.language.interpret import Actions, interpret
from tandem.language.phrases import phrase_lists
from tandem.language.reading import Results, Text, rule
from tandem.language.syntax import Action, Constraint, Hand, NounPhrase
from tandem.language.wishes import states

MOST_READINGS = 200
"""Of a whole text."""

_MOST_JOINTS = 4

_BUT_FIRST = ("but first", "but before that", "but beforehand", "before that", "but before doing so", "before doing so")


def orders(text: Text) -> list[Actions]:
    """Every reading of the whole text, the likelier first."""
    found = [actions for start in [0, *_joints(text, 0)] for actions, end in sequels(text, start) if end == len(text.words)]
    return list(dict.fromkeys([*_put_first(text), *found, *_timed_backwards(text)]))[:MOST_READINGS]


def prohibition(text: Text) -> bool:
    """Whether the text only says what must not be done."""
    readings = [actions for actions, end in _continuations(text, 0) if end == len(text.words)]
    return any(all(action.verb == "forbid" for action in actions) for actions in readings)


@rule
def sequels(text: Text, at: int) -> Results[Actions]:
    """An order and all that follow it to the end of the text."""
    firsts = [*_timed(text, at), *clauses(text, at)]
    by_first = [[((*actions, *rest), stop) for rest, stop in _rest(text, end)] for actions, end in firsts]
    return [*_in_turn(by_first), *_mentions(text, at), *_prohibitions(text, at)]


def _in_turn(groups: list[Results[Actions]]) -> Results[Actions]:
    """The best of each group, then the second of each: a first order that can't be read so must not crowd out the others."""
    rounds = zip_longest(*groups)
    return [result for one_round in rounds for result in one_round if result is not None]


@rule
def _rest(text: Text, at: int) -> Results[Actions]:
    """Nothing more, or a joint and another order."""
    if at >= len(text.words):
        return [((), at)]
    found: Results[Actions] = []
    for joint in _joints(text, at):
        found += sequels(text, joint)
        for actions, end in _continuations(text, joint):
            found += [((*actions, *rest), stop) for rest, stop in _rest(text, end)]
    return found + _relative(text, at)


def _joints(text: Text, at: int) -> list[int]:
    """Where the next order begins, the farthest first: beyond stops and words such as ``and then``."""
    ends: set[int] = set()
    newest = {at}
    for _ in range(_MOST_JOINTS):
        newest = {here + 1 for here in newest if text.word(here) in (",", ".")} | {
            end for here in newest for _, end in text.said("then", here)
        }
        ends |= newest
    return sorted(ends, reverse=True)


@rule
def _continuations(text: Text, at: int) -> Results[Actions]:
    """What may follow an order without a verb of its own: ``the green one in the green bin``, ``(and then) into the bin``."""
    found: Results[Actions] = []
    for start in lead_ends(text, at):
        for parts, stop in sequences(text, start):
            if stop > start and not parts.orders and not parts.particles:
                found += [(actions, stop) for actions in _continued(parts)]
    return found


def _continued(parts: Components) -> list[Actions]:
    found: list[Actions] = []
    if len(parts.objects) == 1 and parts.has("arms", "in_hands") and parts.only("objects", "arms", "in_hands"):
        found.append((Action("gap", parts.objects[0], arm=(parts.arms + parts.in_hands)[0].side),))
    if len(parts.arms) == 1 and parts.only("arms", "manners"):
        found.append((Action("gap", arm=parts.arms[0].side),))
    if len(parts.objects) == 1 and parts.only("objects") and all(_is_told(phrase) for phrase in parts.objects[0]):
        found.append((Action("gap", parts.objects[0]),))
    if parts.settings and len(parts.objects) <= 1 and parts.only("objects", "arms", "settings", "manners"):
        setting = setting_of(parts)
        arm = parts.arms[0].side if parts.arms else ""
        objects = parts.objects[0] if parts.objects else ()
        found += [(Action("gap", objects, arm=arm, setting=setting),)] if setting is not None else []
    if parts.destinations:
        for actions in interpret(("put place",), parts):
            found.append(tuple(replace(action, verb="gap") if action.verb == "put" else action for action in actions))
    if parts.constraints and parts.only("constraints"):
        found.append((Action("forbid", constraints=parts.constraints),))
    if parts.takers and not parts.destinations:
        found += interpret(("hand pass",), parts)
    if "stay" in parts.manners and parts.only("manners", "durations"):
        found.append((Action("hold", duration=sum(parts.durations)),))
    return found


def _is_told(phrase: NounPhrase) -> bool:
    """Whether a phrase says enough to be all of an order: ``the blue one``, not ``it``."""
    return phrase.kind == "things" and bool(phrase.colours or phrase.filters or phrase.category not in ("one", "thing", ""))


def _relative(text: Text, at: int) -> Results[Actions]:
    """``..., which then puts it in the bin``: who took it over goes on."""
    found: Results[Actions] = []
    for _, start in text.said("who", at):
        for kinds, end in verb_phrases(text, start):
            for parts, stop in sequences(text, end):
                for actions in interpret(kinds, replace(parts, arms=(*parts.arms, Hand("taker")))):
                    found += [((*actions, *rest), last) for rest, last in _rest(text, stop)]
    return found


def _timed(text: Text, at: int) -> Results[Actions]:
    """``after picking up A, put ...`` and ``before you put ..., pick up A``."""
    found: Results[Actions] = []
    for table in ("after", "before"):
        for first, end in _subordinate(text, at, table):
            for joint in [end, *(stop for _, stop in text.any_of(end, (",", ", then", "then")))]:
                for second, stop in clauses(text, joint):
                    found.append(((*second, *first) if table == "before" else (*first, *second), stop))
    return found


def _timed_backwards(text: Text) -> list[Actions]:
    """``put ... after picking up A``, ``pick up A before putting ...``."""
    found: list[Actions] = []
    for first, end in clauses(text, 0):
        start = end + 1 if text.word(end) == "," else end
        for table in ("after", "before"):
            for second, stop in _subordinate(text, start, table):
                if stop == len(text.words):
                    found.append((*first, *second) if table == "before" else (*second, *first))
    return found


def _put_first(text: Text) -> list[Actions]:
    """``put ..., but first pick up A``."""
    found: list[Actions] = []
    for first, end in clauses(text, 0):
        start = end + 1 if text.word(end) in (",", ".") else end
        for _, joint in text.any_of(start, _BUT_FIRST):
            for after in (joint, joint + 1) if text.word(joint) == "," else (joint,):
                found += [(*second, *first) for second, stop in clauses(text, after) if stop == len(text.words)]
    return found


def _subordinate(text: Text, at: int, table: str) -> Results[Actions]:
    starts = [start for _, end in text.said(table, at) for start in text.ends_after("having_done", end)]
    return [result for start in starts for result in [*clauses(text, start), *states(text, start)]]


def _prohibitions(text: Text, at: int) -> Results[Actions]:
    """``do not put it in the blue bin``, with what follows: no order, but a constraint."""
    found: Results[Actions] = []
    for _, start in text.any_of(
        at, ("do not", "never", "you must not", "you should not", "must not", "you may not", "you can not")
    ):
        for actions, end in clauses(text, start):
            places = tuple(Constraint(destination=d) for a in actions for d in a.destinations if d.phrase is not None)
            objects = tuple(phrase for action in actions for phrase in action.objects)
            ruled_out = places or (Constraint(phrases=objects),)
            said = (Action("mention", objects), Action("forbid", constraints=ruled_out))
            if len(actions) == 1 and objects and _negation_ends(text, end):
                found += [((*said, *rest), stop) for rest, stop in _rest(text, end)]
    for actions, end in _continuations(text, at):  # ``do not use the left hand. ...``
        if end < len(text.words) and all(action.verb == "forbid" for action in actions) and _negation_ends(text, end):
            found += [((*actions, *rest), stop) for rest, stop in _rest(text, end)]
    return found


def _negation_ends(text: Text, at: int) -> bool:
    """Whether what follows is plainly no longer denied: after a stop or ``but``, not after ``and`` or ``then``."""
    start = at + 1 if text.word(at) in (",", ".") else at
    return (
        at >= len(text.words)
        or text.word(at) == "."
        or text.word(start) in ("but", "instead", "rather")
        or (start > at and not any(start < end for _, end in text.said("then", start)))
    )


def _mentions(text: Text, at: int) -> Results[Actions]:
    """``the red cube: put it in the blue bin``, ``use the green cube as a base and ...``."""
    found: Results[Actions] = []
    named = [result for start in text.ends_after("mentions", at) for result in phrase_lists(text, start)]
    for objects, end in phrase_lists(text, at + 1) if text.word(at) in ("use", "take", "with", "using", "keep") else ():
        named += [(objects, stop) for _, stop in text.said("bases", end)]
    for objects, end in named:
        for joint in _joints(text, end):
            mention = Action("mention", objects)
            found += [((mention, *rest), stop) for rest, stop in sequels(text, joint)]
            for actions, stop in _continuations(text, joint):
                found += [((mention, *actions, *rest), last) for rest, last in _rest(text, stop)]
    return found
