"""Numbers, counts, ordinals, durations and lengths in words."""

from tandem.language.reading import Results, Text, rule

_UNITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_TENS = {"fifteen": 15.0, "twenty": 20.0, "thirty": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0, "half": 0.5}
_CARDINALS = {word: float(value) for value, word in enumerate(_UNITS)} | _TENS

_ORDINALS = (("first", "1st"), ("second", "2nd"), ("third", "3rd"), ("fourth", "4th"), ("fifth", "5th"), ("sixth", "6th"))

_SECONDS = {"s": 1.0, "sec": 1.0, "secs": 1.0, "second": 1.0, "seconds": 1.0, "minute": 60.0, "minutes": 60.0}

_METRES = {
    "mm": 0.001, "millimetre": 0.001, "millimetres": 0.001, "millimeter": 0.001, "millimeters": 0.001,
    "cm": 0.01, "centimetre": 0.01, "centimetres": 0.01, "centimeter": 0.01, "centimeters": 0.01,
    "m": 1.0, "metre": 1.0, "metres": 1.0, "meter": 1.0, "meters": 1.0, "inch": 0.0254, "inches": 0.0254,
}  # fmt: skip


def number(word: str) -> float | None:
    """The value of a number in digits or words."""
    if word in _CARDINALS:
        return _CARDINALS[word]
    try:
        value = float(word) if word.isascii() else -1.0
    except ValueError:
        return None
    return value if 0.0 <= value < 1e6 else None


def count(word: str) -> int:
    """A count from 2 on, 0 when it isn't one; ``one`` is rather a pronoun."""
    value = number(word)
    return int(value) if value is not None and value >= 2 and value == int(value) else 0


def ordinal(word: str) -> int:
    """1 for ``first``, -1 for ``last``, 0 when it isn't one."""
    return -1 if word == "last" else next((place for place, words in enumerate(_ORDINALS, 1) if word in words), 0)


@rule
def durations(text: Text, at: int) -> Results[float]:
    """``5 seconds``, ``a minute``, ``a few seconds``, ``a while`` (0: as long as is usual) [s]."""
    vague = ("a while", "a moment", "a bit", "some time", "a short while", "a short time", "a little while", "a short moment")
    found: Results[float] = [(0.0, end) for _, end in text.any_of(at, vague)]
    amounts = {"a few": 3.0, "a couple of": 2.0, "several": 3.0, "some": 3.0, "a": 1.0, "another": 1.0}
    for phrase, end in text.any_of(at, amounts):
        if text.word(end) in _SECONDS:
            found.append((amounts[phrase] * _SECONDS[text.word(end)], end + 1))
    return found + _measured(text, at, _SECONDS)


@rule
def lengths(text: Text, at: int) -> Results[float]:
    """``10 cm``, ``five centimetres`` [m]."""
    return _measured(text, at, _METRES)


def _measured(text: Text, at: int, units: dict[str, float]) -> Results[float]:
    value = number(text.word(at))
    half = text.is_at(at, "half", "a")
    unit = text.word(at + 1 + half)
    return [] if value is None or unit not in units else [(value * units[unit], at + 2 + half)]
