"""Text to words: lower case, contractions spelt out, courtesies dropped."""

import re
import unicodedata
from collections.abc import Sequence

from tandem.language.lexicon import lexicon

_CONTRACTIONS = {
    r"\bcan't\b": "can not",
    r"\bcannot\b": "can not",
    r"\bwon't\b": "will not",
    r"\bdon't\b": "do not",
    r"\bdont\b": "do not",
    r"\bdoesn't\b": "does not",
    r"\bdidn't\b": "did not",
    r"n't\b": " not",
    r"\blet's\b": "let us",
    r"\b(it|that|there|what|here|he|she|who)'s\b": r"\1 is",
    r"\bi'd\b": "i would",
    r"\byou'd\b": "you would",
    r"'ve\b": " have",
    r"'re\b": " are",
    r"'ll\b": " will",
    r"\bi'm\b": "i am",
    r"\bwanna\b": "want to",
    r"\bgonna\b": "going to",
    r"\bgotta\b": "have to",
    r"\blemme\b": "let me",
    r"\bgimme\b": "give me",
    r"\b(pls|plz|pleas)\b": "please",
    r"\b(teh|hte|th|thw)\b": "the",
    r"\b(adn|nad)\b": "and",
    r"\btot he\b": "to the",
    r"\bwiht\b": "with",
    r"\bu\b": "you",
    r"\bhandover\b": "hand over",
    r"\bas well as\b": "and",
    r"\btogether with\b(?! (your |the )?(both|two|2|left|right)( of)?( your| the)? (hand|arm|gripper|claw)s?\b)": "and",
    r"\balong with\b": "and",
    r"\b(?:both (?:of )?)?(?:the )?(?:two |2 )?handles of the ((?:\w+ )?tray)\b": r"the \1 by both handles",
    r"\btray's (?:two |2 |both )?handles\b": "tray by both handles",
    r"\b(left|right|top|bottom|front|rear|upper|lower)[ -]?most\b": r"\1most",
    r"\btopmost\b": "top",
    r"\bbottommost\b": "bottom",
    r"\be[ -]stop\b": "estop",
    r"\bpre[ -](\w)": r"pre\1",
    r"\b(from|to|towards?|nearest|closest|nearer|closer) (the|your|yourself,?) robots?\b(?: base)?(?! (arm|hand))": r"\1 you",
    r"\b(very|right) (left|right)\b(?= ?(end|edge|side|$|[,.;!?]))": r"far \2",
    r"\bo'? ?clock\b": "oclock",
    r"\b(?:the |your |its )?(?:fingers|jaws|tips) of (?=(?:the|your|both) )": "",
    r"\b(so|so that|until|such that) (?:the|its) (?:pointer|arrow|knob|dial|slider|switch|lever) (?=is|points|reads)": r"\1 it ",
    r"\b(whichever|whatever) (?!hand|arm|gripper|claw)(\w+) (is|are)\b": r"the \2 that \3",
}

_HEADING = (
    r"^\W*(please |now )?((clean|tidy|clear)( up)?( the table| everything)?( up)?|(your |the )?(task|goal|job)|instruction"
    r"|do (the following|this|these things|these)( \w+)?( in (this |that )?order)?)\s*:"
)
"""What only announces the order after the colon."""

_DENIED_HEADING = r"^(\W*(?:please |now )?(?:do not|never|(?:you )?(?:must|should|may|can) not)\b[^.!?;:\n]*):"
"""What follows the colon says what is denied, and is denied as well."""

_UNITS = r"(cm|mm|m|s|sec|secs|centimet(?:er|re)s?|millimet(?:er|re)s?|met(?:er|re)s?|seconds?|minutes?)"


def words_of(text: str) -> tuple[str, ...]:
    """The words and numbers of a text; ``,`` and ``.`` (for every other stop) are words too, ``'s`` a word of its own."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "replace").decode() if text.isascii() else _ascii(text)
    plain = re.sub(_HEADING, " ", plain.lower())
    for pattern, spelt in _CONTRACTIONS.items():
        plain = re.sub(pattern, spelt, plain)
    plain = re.sub(_DENIED_HEADING, r"\1 and", plain)
    plain = re.sub(rf"(\d){_UNITS}\b", r"\1 \2", plain)
    plain = re.sub(r"(?<=\w)s'(?=\s|$)", "s 's", re.sub(r"'s\b", " 's", plain))
    plain = plain.replace("&", " and ").replace("->", " to ").replace("=", " to ").replace("#", " number ")
    plain = re.sub(r"[-_/\"()\[\]{}*]|'(?!s\b)|(?<=\w)'(?=\w)", " ", plain)
    plain = re.sub(r"[!?;:]|\.(?!\d)|\n", " . ", plain)
    plain = re.sub(r",(?!\d)|(?<!\d),", " , ", plain)
    return tuple(plain.split())


def _ascii(text: str) -> str:
    quotes = {
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2013": " - ",
        "\u2014": " , ",
        "\u2026": " . ",
        "\u00a0": " ",
    }
    for fancy, plain in quotes.items():
        text = text.replace(fancy, plain)
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c if c.isascii() else "?x?" for c in decomposed if not unicodedata.combining(c))


def without_fillers(words: Sequence[str]) -> tuple[str, ...]:
    """The words without courtesies, and without stops that then part nothing."""
    table = lexicon().tables["fillers"]
    kept: list[str] = []
    at = 0
    while at < len(words):
        found = table.match(words, at)
        if found:
            at = found[0][1]
        else:
            kept.append(words[at])
            at += 1
    return _tidy_stops(kept)


def _tidy_stops(words: Sequence[str]) -> tuple[str, ...]:
    """No stop at either end, none twice; of a comma and a full stop side by side the full stop stays."""
    tidy: list[str] = []
    for word in words:
        if word in ",.":
            if not tidy:
                continue
            if tidy[-1] in ",.":
                tidy[-1] = "." if "." in (word, tidy[-1]) else ","
                continue
        tidy.append(word)
    while tidy and tidy[-1] in ",.":
        tidy.pop()
    return tuple(tidy)
