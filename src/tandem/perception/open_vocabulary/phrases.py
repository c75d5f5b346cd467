"""What is looked for, in words."""

import re
from collections.abc import Iterable

from tandem.cell.props import CATEGORIES
from tandem.cell.relations import TABLE

MOST_WORDS = 5
"""Text encoders of detectors take few words at a time."""

_PHRASE = re.compile(r"[a-z0-9]+( [a-z0-9]+)*")


def checked(phrases: Iterable[str]) -> tuple[str, ...]:
    """The phrases in lower case with single blanks, each once; empty ones left out.

    Raises:
        ValueError: there are none, or one is no plain words, or too long, or something that is found without a model.
    """
    plain = dict.fromkeys(" ".join(phrase.lower().replace("-", " ").split()) for phrase in phrases)
    plain.pop("", None)
    if not plain:
        raise ValueError("a detector needs 'phrases': what it looks for, such as [screwdriver, coffee mug]")
    for phrase in plain:
        if not _PHRASE.fullmatch(phrase) or len(phrase.split()) > MOST_WORDS:
            raise ValueError(
                f"'{phrase}' can't be looked for: give one to {MOST_WORDS} words of letters and digits, one thing each"
            )
        if phrase in (*CATEGORIES, TABLE):
            raise ValueError(f"a {phrase} is found by its shape, without a model; leave it out of the phrases")
    return tuple(plain)


def category_of(phrase: str) -> str:
    """The category of what a phrase finds, as scenes have it: ``coffee mug`` is ``coffee_mug``."""
    return phrase.replace(" ", "_")
