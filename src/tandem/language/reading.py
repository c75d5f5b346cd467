"""The machinery of the grammar: rules that give every way to read the words from a place on, each remembered."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TypeVar

from tandem.language.lexicon import Lexicon, lexicon

T = TypeVar("T")

Results = list[tuple[T, int]]
"""What may be read, and where it ends; the likelier first."""

Rule = Callable[["Text", int], Results[T]]

MOST_RESULTS = 200
"""A rule that gives more than this at one place has met word salad; the rest is dropped."""


@dataclass
class Text:
    """The words to be read. ``farthest`` is how far anything could be made of them."""

    words: tuple[str, ...]
    lexicon: Lexicon = field(default_factory=lexicon)
    memo: dict[tuple[str, int], Results[Any]] = field(default_factory=dict)
    farthest: int = 0

    def word(self, at: int) -> str:
        """The word there, or empty beyond the end."""
        return self.words[at] if 0 <= at < len(self.words) else ""

    def is_at(self, at: int, *phrase: str) -> bool:
        """Whether these words stand there."""
        return self.words[at : at + len(phrase)] == phrase

    def between(self, start: int, end: int) -> str:
        """The words from ``start`` to before ``end``."""
        return " ".join(self.words[start:end]).replace(" ,", ",").replace(" 's", "'s").replace(" .", ".")

    def said(self, table: str, at: int) -> list[tuple[str, int]]:
        """The (meaning, end) of all phrases of a table of the lexicon that stand there, longest first."""
        return self.lexicon.tables[table].match(self.words, at)

    def any_of(self, at: int, phrases: Iterable[str]) -> list[tuple[str, int]]:
        """Those of a few phrases that stand there, longest first."""
        found = []
        for phrase in phrases:
            words = tuple(phrase.split())
            if self.words[at : at + len(words)] == words:
                found.append((phrase, at + len(words)))
        return sorted(found, key=lambda pair: -pair[1])

    def ends_after(self, table: str, at: int) -> list[int]:
        """Here, and behind each phrase of the table that stands here: for words that may or may not be there."""
        return [*(end for _, end in self.said(table, at)), at]


def rule(function: Rule[T]) -> Rule[T]:
    """Remembers a rule's results by place, drops double ones, and notes how far reading came."""

    @wraps(function)
    def remembered(text: Text, at: int) -> Results[T]:
        key = (function.__module__ + function.__qualname__, at)
        if key not in text.memo:
            text.memo[key] = []  # a rule that leads back to itself at the same place reads nothing
            found = list(dict.fromkeys(function(text, at)))[:MOST_RESULTS]
            text.memo[key] = found
            text.farthest = max([text.farthest, *(end for _, end in found)])
        return text.memo[key]

    return remembered
