"""Typing errors: a word that nobody knows, one letter away from exactly one that the grammar knows."""

from tandem.cell.scene import Scene
from tandem.language.lexicon import Lexicon, lexicon_for

SHORTEST = 4
"""Shorter words have too many neighbours."""


def corrected(words: tuple[str, ...], scene: Scene) -> tuple[str, ...]:
    """The words, those mended that can be."""
    seen = {word for item in scene for word in (item.colour, *item.category.split("_"))}
    known = lexicon_for(scene)
    likely = known.word_lists["likely"] | seen
    return tuple(_mended(word, likely, known) for word in words)


def _mended(word: str, likely: frozenset[str], lexicon: Lexicon) -> str:
    known = lexicon.vocabulary
    if not word.isalpha() or word in known or word in lexicon.word_lists["lookalikes"]:
        return word
    if len(word) < SHORTEST:
        swapped = {other for other in likely | set(lexicon.tables["colours"].by_first) if sorted(other) == sorted(word)}
        near = swapped or {other for other in likely if len(other) == SHORTEST and len(word) > 2 and _one_apart(word, other)}
    else:
        near = {
            other
            for other in known
            if abs(len(other) - len(word)) <= 1 and len(other) >= SHORTEST - 1 and _one_apart(word, other)
        }
    if len(near) > 1:
        near &= likely
    if len(near) > 1:  # a letter too few, too many or out of place is likelier than a wrong one
        near = {other for other in near if len(other) != len(word) or sorted(other) == sorted(word)}
    return near.pop() if len(near) == 1 else word


def _one_apart(one: str, other: str) -> bool:
    """Whether one letter is missing, too much or wrong, or two neighbours are swapped."""
    short, long = sorted((one, other), key=len)
    start = next((k for k in range(len(short)) if short[k] != long[k]), len(short))
    if len(short) < len(long):
        return short[start:] == long[start + 1 :]
    swapped = short[start + 1 : start + 2] + short[start : start + 1] + short[start + 2 :]
    return short[start + 1 :] == long[start + 1 :] or swapped == long[start:]
