"""What a part is set to, which way and how far: ``to position 3``, ``off``, ``all the way right``, ``two steps clockwise``.

Every rule begins with words of config/language_busybox.yaml, so that in scenes without a box nothing of this is read.
"""

from tandem.language.numbers import lengths, number, ordinal
from tandem.language.reading import Results, Text, rule
from tandem.language.syntax import Setting

_ONES = ("a", "an", "another", "one", "one more", "a single", "just one", "1", "exactly one")

_TURNS = {"a quarter turn": 90.0, "a half turn": 180.0, "half a turn": 180.0, "a quarter of a turn": 90.0, "a full turn": 360.0}

_ENDS_CLAUSE = ("", ",", ".", "and", "then", "with", "using", "by")


@rule
def settings(text: Text, at: int) -> Results[Setting]:
    """Every setting that may begin here; several of them may follow one another and belong together."""
    if not text.lexicon.with_box:
        return []
    return [*_numbers(text, at), *_states(text, at), *_ends(text, at), *_steps(text, at), *_angles(text, at), *_ways(text, at)]


def _prefixed(text: Text, at: int) -> list[int]:
    return [end for _, end in text.said("setting_to", at)]


def _numbers(text: Text, at: int) -> Results[Setting]:
    """``to 3``, ``at position number three``, ``position 3``, ``to the third position``, ``from 2``, a bare number at the end."""
    found: Results[Setting] = []
    for start in _prefixed(text, at):
        for here in text.ends_after("position_words", start):
            found += number_at(text, here)
        if place := ordinal(text.word(start)):
            value = "last" if place < 0 else str(place)
            found += [(Setting(value), end) for _, end in text.said("position_words", start + 1)]
    for _, here in text.said("position_words", at):
        found += number_at(text, here)
    if text.word(at + 1) in _ENDS_CLAUSE and text.word(at - 1) not in ("and", ",", "then", "to"):
        found += number_at(text, at)
    for here in text.ends_after("position_words", at + 1) if text.word(at) == "from" else ():
        found += [(Setting(start=setting.value), end) for setting, end in number_at(text, here)]
        found += [(Setting(start=state), end) for state, end in text.any_of(here, ("on", "off"))]
    return found


def number_at(text: Text, at: int) -> Results[Setting]:
    """A number, or an hour of a clock."""
    word = text.word(at)
    value = number(word)
    if value is None:
        return []
    plain = str(int(value)) if value == int(value) else word
    return [(Setting(f"{plain}h"), at + 2)] if text.word(at + 1) == "oclock" else [(Setting(plain), at + 1)]


def _states(text: Text, at: int) -> Results[Setting]:
    """``on``, ``to off``, ``in the on position``, ``the other way``."""
    found: Results[Setting] = [(Setting("other"), end) for _, end in text.said("other_state", at)]
    for start in [at, *_prefixed(text, at)]:
        if text.word(start) in ("on", "off"):
            found += [(Setting(text.word(start)), end) for end in text.ends_after("switch_words", start + 1)]
    return found


def _ends(text: Text, at: int) -> Results[Setting]:
    """``to the right end``, ``to the far left``, ``to the minimum``, ``halfway``."""
    found: Results[Setting] = [(Setting("middle"), end) for _, end in text.said("halfway", at)]
    for start in _prefixed(text, at):
        for value, end in text.said("ends", start):
            found += [(Setting(value), after) for after in text.ends_after("position_words", end)]
    return found


def _steps(text: Text, at: int) -> Results[Setting]:
    """``two positions``, ``by one``, ``one notch``, ``to the next position``; a bare number only before which way to go."""
    found: Results[Setting] = [(Setting(steps=1, direction="up"), end) for _, end in text.said("next", at)]
    found += [(Setting(steps=1, direction="down"), end) for _, end in text.said("previous", at)]
    for start in (at, at + 1) if text.word(at) == "by" else (at,):
        for amount, end in _amounts(text, start):
            found += [(Setting(steps=amount), after) for _, after in text.said("step_words", end)]
            if start > at or text.said("directions", end):
                found.append((Setting(steps=amount), end))
    return found


def _amounts(text: Text, at: int) -> Results[int]:
    found: Results[int] = [(1, end) for _, end in text.any_of(at, _ONES)]
    found += [(2, end) for _, end in text.any_of(at, ("a couple of", "a couple", "two more", "another two"))]
    value = number(text.word(at))
    if value is not None and value >= 2 and value == int(value):
        found += [(int(value), at + 1 + (text.word(at + 1) == "more"))]
    return found


def _angles(text: Text, at: int) -> Results[Setting]:
    """``by 60 degrees``, ``half a turn``; and how far something is moved, ``(by) 5 cm``."""
    found: Results[Setting] = []
    for _, start in text.any_of(at, ("by", "through", "by about", "")):
        found += [(Setting(degrees=_TURNS[turn]), end) for turn, end in text.any_of(start, _TURNS)]
        value = number(text.word(start))
        if value and text.word(start + 1) in ("degrees", "degree", "deg"):
            found.append((Setting(degrees=value), start + 2))
        found += [(Setting(metres=metres), end) for metres, end in lengths(text, start)]
    return found


def _ways(text: Text, at: int) -> Results[Setting]:
    """Which way, as far as it goes (``as far right as possible``), how often, and in which order."""
    found: Results[Setting] = [(Setting(direction=way), end) for way, end in text.said("directions", at)]
    for table, way in (("nearer_to", "closer"), ("farther_from", "away")):  # ``closer to me``
        for _, start in text.said(table, at):
            watchers = [*text.said("observers", start), *text.said("watchers", start)]
            found += [(Setting(direction=way), end) for _, end in watchers]
    found += [(Setting(fully=True), end) for _, end in text.said("fully", at)]
    for _, start in text.said("as_far", at):
        for way, end in text.said("directions", start):
            found += [(Setting(direction=way, fully=True), stop) for _, stop in text.said("as_possible", end)]
    found += [(Setting(order=side), end) for side, end in text.said("in_order", at)]
    value = number(text.word(at))
    if value and value == int(value) and text.word(at + 1) == "times":
        found.append((Setting(times=int(value)), at + 2))
    return found + [(Setting(times=int(times)), end) for times, end in text.said("twice", at)]
