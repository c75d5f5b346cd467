"""What stands between ``the`` and the noun: colours, sizes, sides, ordinals."""

from dataclasses import dataclass

from tandem.language.numbers import ordinal
from tandem.language.reading import Results, Text
from tandem.language.syntax import Filter, NounPhrase

SIDES = {
    "left": "left", "leftmost": "left", "lefthand": "left", "right": "right", "rightmost": "right", "righthand": "right",
    "middle": "middle", "central": "middle", "centre": "middle", "center": "middle", "front": "front", "frontmost": "front",
    "back": "back", "rear": "back", "rearmost": "back", "top": "top", "upper": "upper", "uppermost": "upper", "highest": "upper",
    "bottom": "bottom", "lower": "lower", "lowest": "lower",
}  # fmt: skip

NEAREST = ("nearest", "closest", "nearer", "closer")
FARTHEST = ("farthest", "furthest", "farther", "further")

_OTHERS = {
    "other": "other", "remaining": "other", "same": "same", "empty": "empty", "full": "full", "matching": "matching",
    "corresponding": "matching", "respective": "matching",
}  # fmt: skip


_PREPOSITIONS = ("on", "off", "in", "out", "not", "still", "already")
"""States that are said so only stand behind a noun, after ``that is``."""


_SURROUNDINGS = ("scene", "cell", "robot", "row", "line", "group", "image", "picture", "stack", "tower", "pile")


@dataclass(frozen=True)
class Adjectives:
    """All of them together."""

    colours: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()

    def plus(self, more: "Adjectives") -> "Adjectives":
        """With more."""
        return Adjectives(self.colours + more.colours, self.filters + more.filters)


def adjectives(text: Text, at: int) -> Results[Adjectives]:
    """Every run of adjectives from here, the longest first, none at all last."""
    found: Results[Adjectives] = [(Adjectives(), at)]
    runs = found
    while runs:
        runs = [(run.plus(more), after) for run, end in runs for more, after in _adjective(text, end, bool(run.colours))]
        found = runs + found
    return found


def _adjective(text: Text, at: int, coloured: bool) -> Results[Adjectives]:
    word, after = text.word(at), text.word(at + 1)
    found: Results[Adjectives] = [] if coloured else colours(text, at)
    found += [(Adjectives(), end) for _, end in text.said("plain_adjectives", at)]
    filters: Results[Filter] = [(Filter("size", size), end) for size, end in text.said("sizes", at)]
    if word in ("left", "right") and after in ("hand", "side"):
        filters.append((Filter("side", word), at + 2 + (text.word(at + 2) == "side")))
    if word in ("most", "far", *FARTHEST) and after in SIDES:
        filters.append((Filter("side", SIDES[after]), at + 2))
    if word in SIDES:
        filters.append((Filter("side", SIDES[word]), at + 1))
    if word in NEAREST or word in FARTHEST:
        filters.append((Filter("nearest" if word in NEAREST else "farthest"), at + 1))
    if word in _OTHERS:
        filters.append((Filter(_OTHERS[word]), at + 1))
    filters += [(Filter("state", state), end) for state, end in text.said("states", at) if word not in _PREPOSITIONS]
    if place := ordinal(word):
        filters.append((Filter("ordinal", f"{place} left"), at + 1))
    if word == "non":
        filters += [
            (Filter("not", phrase=any_coloured(text.between(at, end), run.colours)), end) for run, end in colours(text, at + 1)
        ]
    return found + [(Adjectives(filters=(narrowing,)), end) for narrowing, end in filters]


def colours(text: Text, at: int) -> Results[Adjectives]:
    """``red``, ``red and blue``, ``red, green and blue``, the longest first."""
    first = text.said("colours", at)
    if not first:
        return []
    names, ends = [first[0][0]], [first[0][1]]
    while True:
        end = ends[-1]
        joint = end + 1 if text.word(end) in (",", "and") else end
        joint += joint > end and text.word(end) == "," and text.word(joint) == "and"
        more = text.said("colours", joint) if joint > end else []
        if not more:
            break
        names.append(more[0][0])
        ends.append(more[0][1])
    return [(Adjectives(tuple(names[: k + 1])), end) for k, end in reversed(list(enumerate(ends)))]


def any_coloured(text: str, names: tuple[str, ...]) -> NounPhrase:
    """Everything of those colours."""
    return NounPhrase(text, "things", "one", colours=names, quantifier="all", plural=True)


def sides(text: Text, at: int) -> Results[str]:
    """``the left``, ``your right hand side``, ``the far left of the table``, ``the middle``, ``left``."""
    start = at + 1 if text.word(at) in ("the", "your", "my", "our") else at
    start += text.word(start) == "far"
    side = SIDES.get(text.word(start))
    if side is None:
        return []
    end = start + 1
    end += text.word(end) == "hand"
    end += text.word(end) in ("side", "end", "half", "edge", "part", "corner")
    found: Results[str] = [(side, end)]
    for _, after in text.any_of(end, ("of the", "of your", "of", "on the")):
        found += [(side, beyond) for category, beyond in text.said("nouns", after) if category == "table"]
        found += [(side, beyond) for _, beyond in text.any_of(after, _SURROUNDINGS)]
    return found
