"""Phrases for hands: ``your left hand``, ``both arms``, ``the other one``."""

from tandem.language.reading import Results, Text, rule
from tandem.language.syntax import Hand

_DETERMINERS = ("the", "your", "its", "my", "a", "his", "our", "that", "this")

_SIDES = {
    "left": "left", "leftmost": "left", "right": "right", "rightmost": "right",
    "other": "other", "opposite": "other", "second": "other", "remaining": "other", "same": "same", "first": "same",
    "free": "free", "empty": "free", "one": "any", "single": "any", "either": "any", "any": "any", "whichever": "any",
}  # fmt: skip

_BOTH = (
    "both of your", "both of the", "both your", "both the", "both", "your two", "the two", "two", "2", "your", "the", "all",
    "each", "both of its", "both its", "",
)  # fmt: skip

_LEFT_AND_RIGHT = (
    "left and right", "the left and the right", "your left and your right", "the left and right", "your left and right",
    "left and the right", "right and left",
)  # fmt: skip


_BEFORE_BARE = (
    "between",
    "change",
    "swap",
    "switch",
    "exchange",
    "changing",
    "swapping",
    "switching",
    "swaps",
    "switches",
    "changes",
)
"""Only behind these are mere ``hands`` both of them."""

_ONE_OF = ("one of your", "one of the", "either of your", "either of the", "any of your", "any one of your")

_WHICHEVER = (
    "is closer", "is closest", "is nearer", "is nearest", "is free", "is better", "is best", "you like", "you prefer", "you want",
    "is more convenient", "can reach it", "suits",
)  # fmt: skip


@rule
def hands(text: Text, at: int) -> Results[Hand]:
    """Every reading as a hand. A bare ``left`` or ``the other one`` is one that isn't explicit."""
    any_one = [after for _, end in text.any_of(at, _ONE_OF) for form, after in text.said("hands", end) if form == "several"]
    return _both(text, at) + _one(text, at) + [(Hand("any"), end) for end in any_one]


def _nouns(text: Text, at: int) -> list[tuple[str, int]]:
    """Words for hands there, as (``one`` or ``several``, end)."""
    return text.said("hands", at)


def _both(text: Text, at: int) -> Results[Hand]:
    found: Results[Hand] = []
    for phrase, end in text.any_of(at, _BOTH):
        if phrase or text.word(at - 1) in _BEFORE_BARE:
            found += [(Hand("both"), after) for form, after in _nouns(text, end) if form == "several" or phrase == "each"]
    for _, end in text.any_of(at, _LEFT_AND_RIGHT):
        found += [(Hand("both"), after) for _, after in _nouns(text, end)]
    return found


def _one(text: Text, at: int) -> Results[Hand]:
    start = at + 1 if text.word(at) in _DETERMINERS else at
    word = text.word(start)
    if word not in _SIDES:
        plain = [end for form, end in _nouns(text, start) if form == "one" and start > at]
        return [(Hand(side), after) for end in plain for side, after in _side_after(text, end)] + [
            (Hand("any"), end) for end in plain
        ]
    side, after = _SIDES[word], start + 1
    found: Results[Hand] = []
    for form, end in _nouns(text, after):
        found.append((Hand(side), end))
        found += [(Hand(side), further) for _, further in _nouns(text, end)]
        found += [(Hand(side), further) for _, further in text.any_of(end, _WHICHEVER) if side == "any"]
        if text.word(end) == "side" and form == "one":
            found.append((Hand(side, explicit=False), end + 1))
    if word in ("left", "right", "other"):
        if text.word(after) in ("one", "side"):
            found.append((Hand(side, explicit=False), after + 1))
        found.append((Hand(side, explicit=False), after))
    return found


def _side_after(text: Text, at: int) -> Results[str]:
    """``(the gripper) on the left``, ``(the arm) on your right side``."""
    found: Results[str] = []
    for _, end in text.any_of(at, ("on the", "on your", "at the", "to the", "to your", "that is on the", "on")):
        if text.word(end) in ("left", "right"):
            after = end + 1 + (text.word(end + 1) == "hand")
            found.append((text.word(end), after + (text.word(after) == "side")))
    return found
