"""What follows the name of a part of the BusyBox and tells which one is meant: ``that is off``, ``second from the left``."""

from tandem.language.adjectives import FARTHEST, NEAREST, SIDES, colours, sides
from tandem.language.busybox.settings import settings
from tandem.language.numbers import number, ordinal
from tandem.language.reading import Results, Text
from tandem.language.syntax import Filter

_ROWS = ("top", "bottom", "upper", "lower")

_MODULES = ("module", "panel", "block", "section", "modules")


def part_states(text: Text, at: int) -> Results[Filter]:
    """After ``that is``: a state, a number, a place in a row."""
    found: Results[Filter] = [(Filter("state", state), end) for state, end in text.said("states", at)]
    found += [(Filter("state", setting.value), end) for setting, end in settings(text, at) if setting.value.isdigit()]
    return found + (_in_a_row(text, at) if text.lexicon.with_box else [])


def part_modifiers(text: Text, at: int) -> Results[Filter]:
    """Right behind the name."""
    if not text.lexicon.with_box:
        return []
    found: Results[Filter] = [(Filter("part"), end) for table in ("belonging", "of_it") for _, end in text.said(table, at)]
    found += [(Filter("side", side), end) for side, end in text.any_of(at, _ROWS)]  # ``slider top``
    found += [(Filter("colour", " ".join(run.colours)), end) for run, end in colours(text, at)]  # ``button red``
    for _, start in text.any_of(at, ("on the", "of the", "in the", "from the")):
        for table in ("nouns", "plural_nouns"):
            found += [(Filter("part"), end + 1) for _, end in text.said(table, start) if text.word(end) in _MODULES]
    return found + _in_a_row(text, at) + _numbered(text, at)


def _in_a_row(text: Text, at: int) -> Results[Filter]:
    """``second from the left``, ``farthest to the right``, ``closest to the left edge``."""
    found: Results[Filter] = []
    word = text.word(at)
    if (place := ordinal(word)) and text.word(at + 1) == "from":
        found += [(Filter("ordinal", f"{place} {side}"), end) for side, end in sides(text, at + 2)]
    for _, start in text.any_of(at + 1, ("to the", "toward the", "towards the", "on the")) if word in FARTHEST + NEAREST else ():
        edge = text.word(start + 1) in ("edge", "side", "end", "border")
        if text.word(start) in SIDES and (word in FARTHEST or edge):
            found.append((Filter("side", SIDES[text.word(start)]), start + 1 + edge))
    return found


def _numbered(text: Text, at: int) -> Results[Filter]:
    """``wire 2``, ``wire number two``: counted from the left, or from the top."""
    start = at + (text.word(at) in ("number", "no"))
    value = number(text.word(start))
    return [(Filter("numbered", f"{int(value)} left"), start + 1)] if value and value == int(value) else []
