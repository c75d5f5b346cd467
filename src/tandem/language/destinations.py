"""Where things should go: ``in the blue bin``, ``to its left``, ``back``, ``there``."""

from tandem.language.phrases import noun_phrases, phrase_lists
from tandem.language.reading import Results, Text, rule
from tandem.language.syntax import Destination, NounPhrase

_SIDES = {
    "left": "left_of",
    "right": "right_of",
    "front": "in_front_of",
    "back": "behind",
    "rear": "behind",
    "top": "on",
    "side": "next_to",
}

_OPPOSITE = {"left_of": "right_of", "right_of": "left_of", "in_front_of": "behind", "behind": "in_front_of", "next_to": "next_to"}

_IT = NounPhrase("it", "it")


@rule
def destinations(text: Text, at: int) -> Results[Destination]:
    """Every destination that may begin here; the relations without a reference are explained in `Destination`."""
    found: Results[Destination] = []
    for start in text.ends_after("so_that", at):
        found += _related(text, start)
    found += [(Destination(place), end) for place, end in text.said("places", at)]
    return found + _owned(text, at) + _turned_round(text, at)


def _related(text: Text, at: int) -> Results[Destination]:
    found: Results[Destination] = []
    for relation, end in text.said("relations", at):
        phrases = noun_phrases(text, end)
        if relation == "next_to":
            found += [(Destination(side, p), after) for p, here in phrases for side, after in _closer_said(text, here)]
        found += [(Destination(relation, phrase), after) for phrase, after in phrases]
        if relation == "between":
            found += [(Destination(relation, pair[0]), after) for pair, after in phrase_lists(text, end) if len(pair) == 2]
    return found


def _closer_said(text: Text, at: int) -> Results[str]:
    """``(beside the red cube,) on its left side``: which side."""
    start = at + 1 if text.word(at) == "," else at
    found: Results[str] = []
    for _, end in text.any_of(start, ("on its", "to its", "on the", "to the", "at its", "at the", "on")):
        if text.word(end) in ("left", "right"):
            found.append(_side(text, end))
    return found


def _side(text: Text, at: int) -> tuple[str, int]:
    """The relation that ``left hand side`` stands for, and its end."""
    end = at + 1 + (text.word(at + 1) == "hand")
    return _SIDES[text.word(at)], end + (text.word(end) == "side")


def _owned(text: Text, at: int) -> Results[Destination]:
    """``to the red cube's left``, ``on its right``."""
    found: Results[Destination] = []
    for _, end in text.any_of(at, ("to", "on", "at")):
        owners = [(phrase, after + 1) for phrase, after in noun_phrases(text, end) if text.word(after) == "'s"]
        if text.word(end) in ("its", "his", "their"):
            owners.append((_IT, end + 1))
        for owner, start in owners:
            start += text.word(start) == "immediate"
            if text.word(start) in _SIDES:
                relation, after = _side(text, start)
                found.append((Destination(relation, owner), after))
    return found


def _turned_round(text: Text, at: int) -> Results[Destination]:
    """``so that the red cube is on its right``: it is to the left of the red cube."""
    found: Results[Destination] = []
    for _, start in text.any_of(at, ("so that", "such that", "so")):
        for phrase, end in noun_phrases(text, start):
            for _, here in text.any_of(end, ("is", "sits", "ends up", "lies", "stands", "will be", "comes to be")):
                for destination, after in [*_owned(text, here), *_related(text, here)]:
                    said = destination.phrase
                    if said is not None and said.kind == "it" and destination.relation in _OPPOSITE:
                        found.append((Destination(_OPPOSITE[destination.relation], phrase), after))
    return found
