"""Noun phrases: from words to a description, with everything that narrows it down."""

from dataclasses import dataclass, replace

from tandem.cell.busybox.parts import PART_CATEGORIES
from tandem.language.adjectives import Adjectives, adjectives
from tandem.language.modifiers import in_hand, modifiers, places
from tandem.language.numbers import count, ordinal
from tandem.language.reading import Results, Text, rule
from tandem.language.syntax import Filter, Kind, NounPhrase, Phrases, Quantifier

_STANDS_ALONE = ("ordinal", "other", "nearest", "farthest", "size")
"""Kinds of adjectives that make a description without a noun; a bare ``the left`` is too little."""

_MOST_MODIFIERS = 3


@dataclass(frozen=True)
class _Opening:
    """How a noun phrase begins."""

    quantifier: Quantifier
    plural: bool = False
    count: int = 0
    filters: tuple[Filter, ...] = ()
    single: bool = False


@dataclass(frozen=True)
class _Head:
    """The noun."""

    category: str
    plural: bool = False
    unknown: str = ""


def _openings(text: Text, at: int) -> Results[_Opening]:
    found: Results[_Opening] = []
    for phrase, end in text.said("quantifier_all", at):
        both = phrase.startswith("both")
        number = 2 if both else count(text.word(end))
        found.append((_Opening("all", True, number), end + (number > 0 and not both)))
    for _, end in text.any_of(at, ("a couple of", "a pair of", "any two of the", "two of the", "any two", "any 2")):
        found.append((_Opening("a", True, 2), end))
    for _, end in text.said("quantifier_the", at):
        number = count(text.word(end))
        found.append((_Opening("the", number > 0, number), end + (number > 0)))
    start = at + 1 if text.word(at) == "the" else at
    if text.lexicon.with_box and (place := ordinal(text.word(start))) in (1, -1) and (number := count(text.word(start + 1))):
        found.append((_Opening("the", True, number, (Filter("ordinal", f"{place} left"),)), start + 2))  # ``the first two``
    for phrase, end in text.said("quantifier_any", at):
        others = (Filter("other"),) if phrase == "another" else ()
        found.append((_Opening("a", filters=others, single=phrase.endswith("of the")), end))
    if number := count(text.word(at)):
        found.append((_Opening("a", True, number), at + 1))
    return [*found, (_Opening(""), at)]


def _heads(text: Text, at: int) -> Results[_Head]:
    found: Results[_Head] = [(_Head(category, True), end) for category, end in text.said("plural_nouns", at)]
    found += [(_Head(category), end) for category, end in text.said("nouns", at)]
    if text.word(at) in ("one", "ones"):
        found.append((_Head("one", text.word(at) == "ones"), at + 1))
    return found + [(_Head("one"), end) for _, end in text.any_of(at, ("of them", "of these", "of those"))]


def _unknown_heads(text: Text, at: int) -> Results[_Head]:
    """One or two words that nobody knows, as the name of a thing."""
    found: Results[_Head] = []
    for length in (2, 1):
        words = text.words[at : at + length]
        if len(words) == length and all(_is_unknown(text, word) for word in words):
            found.append((_Head("", unknown=" ".join(words)), at + length))
    return found


def _is_unknown(text: Text, word: str) -> bool:
    return word.isalpha() and word not in text.lexicon.vocabulary and word not in text.lexicon.word_lists["no_nouns"]


@rule
def noun_phrases(text: Text, at: int) -> Results[NounPhrase]:
    """One description or pronoun, with what follows it to narrow it down."""
    found = _pronouns(text, at)
    for opening, opened in _openings(text, at):
        for middle, end in adjectives(text, opened):
            heads = _heads(text, end)
            if end > at:
                heads += _unknown_heads(text, end)
            if middle.colours or any(f.kind in _STANDS_ALONE for f in middle.filters) or text.word(end - 1).endswith("most"):
                heads.append((_Head("one"), end))
            if text.lexicon.with_box and text.word(end) == "and" and any(f.kind == "side" for f in middle.filters):
                heads.append((_Head("one"), end))  # ``the top and the bottom slider``
            if text.lexicon.with_box and middle.filters and (number := count(text.word(end))):
                counted = replace(opening, count=number, plural=True)  # ``the leftmost two wires``
                for head, here in _heads(text, end + 1):
                    found += _headed(text, (at, here), counted, middle, head)
            for head, here in heads:
                found += _headed(text, (at, here), opening, middle, head)
    return found


def _headed(text: Text, span: tuple[int, int], opening: _Opening, middle: Adjectives, head: _Head) -> Results[NounPhrase]:
    start, end = span
    base = _base(opening, middle, head)
    if base.kind == "table" and (opening.quantifier not in ("the", "") or opening.count):
        return []
    return [(replace(phrase, text=text.between(start, after)), after) for phrase, after in _modified(text, end, base)]


def _base(opening: _Opening, middle: Adjectives, head: _Head) -> NounPhrase:
    filters = opening.filters + middle.filters
    if head.category == "table":
        return NounPhrase("", "table")
    if head.category == "tower":
        return NounPhrase("", "tower", colours=middle.colours, filters=filters)
    base = NounPhrase("", "things", head.category, head.unknown, middle.colours, opening.quantifier, opening.count)
    for narrowing in filters:
        base = _narrowed(base, narrowing)
    return replace(base, plural=not opening.single and (head.plural or opening.plural or len(middle.colours) > 1))


def _pronouns(text: Text, at: int) -> Results[NounPhrase]:
    found: Results[NounPhrase] = []
    for meaning, end in text.said("pronouns", at):
        kind: Kind = "them" if meaning == "them" else "rest" if meaning == "rest" else "it"
        found.append((NounPhrase(text.between(at, end), kind, plural=kind != "it"), end))
    for phrase, end in text.any_of(at, ("everything", "all of it", "all the stuff", "the lot", "all", "each", "both")):
        kind = "them" if phrase in ("all", "each", "both") else "things"
        base = NounPhrase(phrase, kind, "thing", quantifier="all", plural=True, count=2 if phrase == "both" else 0)
        found += [(replace(p, text=text.between(at, after)), after) for p, after in _modified(text, end, base)]
    for _, end in text.any_of(
        at,
        (
            "what is",
            "whatever is",
            "what lies",
            "whatever lies",
            "all that is",
            "everything that is",
            "anything",
            "the contents of",
            "everything",
        ),
    ):
        all_of_it = NounPhrase("", "things", "thing", quantifier="all", plural=True)
        found += [
            (replace(all_of_it, text=text.between(at, after), filters=(place,)), after)
            for place, after in places(text, end, noun_phrases)
            if place.kind == "relation"
        ]
    for _, end in text.any_of(at, ("whatever", "what", "the thing", "the object", "the item")):
        for side, after in in_hand(text, end):
            held = (Filter("held", side),)
            found.append((NounPhrase(text.between(at, after), "things", "thing", quantifier="the", filters=held), after))
    return found


@rule
def _modifiers(text: Text, at: int) -> Results[Filter]:
    return modifiers(text, at, noun_phrases)


def _modified(text: Text, at: int, base: NounPhrase, depth: int = 0) -> Results[NounPhrase]:
    """The phrase with none, one or several of the things that may follow it; the longest first."""
    found: Results[NounPhrase] = []
    if depth < _MOST_MODIFIERS:
        for more, end in _modifiers(text, at):
            if not _applies(more, base):
                continue
            found += _modified(text, end, _narrowed(base, more), depth + 1)
    if depth == 0:
        found += [
            (replace(phrase, excluded=phrase.excluded + out), end)
            for phrase, here in [*found, (base, at)]
            for out, end in _exceptions(text, here)
        ]
    return [*found, (base, at)]


def _applies(more: Filter, base: NounPhrase) -> bool:
    """``from the left`` needs an ordinal before it, ``to the tray`` a superlative; only parts of the BusyBox have numbers."""
    if more.kind == "numbered":
        return base.category in PART_CATEGORIES
    needed = {"from": ("ordinal",), "nearest_to": ("nearest", "farthest")}.get(more.kind)
    return needed is None or any(f.kind in needed for f in base.filters)


def _narrowed(base: NounPhrase, more: Filter) -> NounPhrase:
    match more.kind:
        case "not" if more.phrase is not None:
            return replace(base, excluded=(*base.excluded, more.phrase))
        case "numbered":
            return replace(base, filters=(*base.filters, Filter("ordinal", more.value)))
        case "colour":
            return replace(base, colours=base.colours or tuple(more.value.split()))
        case "from":  # the side from which an ordinal counts
            kept = [replace(f, value=f"{f.value.split()[0]} {more.value}") if f.kind == "ordinal" else f for f in base.filters]
            return replace(base, filters=tuple(kept))
        case "nearest_to":
            kept = [replace(f, phrase=more.phrase) if f.kind in ("nearest", "farthest") else f for f in base.filters]
            return replace(base, filters=tuple(kept))
    return replace(base, filters=(*base.filters, more))


def _exceptions(text: Text, at: int) -> Results[Phrases]:
    start = at + 1 if text.word(at) == "," else at
    ends = [
        end
        for said, end in text.said("excepting", start)
        if said != "not" or start > at or text.word(end) in ("the", "any", "that")
    ]
    return [result for end in ends for result in phrase_lists(text, end)]


@rule
def phrase_lists(text: Text, at: int) -> Results[Phrases]:
    """One phrase, or several joined by commas and ``and``."""
    found: Results[Phrases] = []
    if text.word(at) == "both":  # ``both the red cube and the blue one``
        found += [(phrases, end) for phrases, end in phrase_lists(text, at + 1) if len(phrases) == 2]
    for first, end in noun_phrases(text, at):
        for _, joint in text.any_of(end, (", and", ",", "and", "and also", ", and also", "plus", "and then", ", then")):
            found += [((first, *rest), after) for rest, after in phrase_lists(text, joint)]
        found.append(((first,), end))
    return [(_share_noun(phrases), end) for phrases, end in found]


def _share_noun(phrases: Phrases) -> Phrases:
    """In ``the red and the blue cube`` the first one is a cube as well."""
    category = next((p.category for p in reversed(phrases) if p.kind == "things" and p.category not in ("one", "")), "")
    if len(phrases) < 2 or not category:
        return phrases
    return tuple(replace(p, category=category) if p.kind == "things" and p.category == "one" else p for p in phrases)
