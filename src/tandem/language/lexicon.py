"""The words of config/language.yaml, ready to be matched."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any

from tandem.cell import description
from tandem.cell.busybox.parts import BOX_CATEGORY
from tandem.cell.scene import Scene
from tandem.language.busybox.vocabulary import box_words
from tandem.language.world import named_categories

Words = tuple[str, ...]


@dataclass
class PhraseTable:
    """Phrases and what they mean; a phrase may mean several things."""

    by_first: dict[str, list[tuple[Words, str]]] = field(default_factory=dict)

    def redefined(self, meanings: Mapping[str, str]) -> "PhraseTable":
        """Another table, in which some phrases mean only what is given here."""
        replaced = {tuple(phrase.split()) for phrase in meanings}
        kept = {first: [entry for entry in entries if entry[0] not in replaced] for first, entries in self.by_first.items()}
        table = PhraseTable(kept)
        for phrase, meaning in meanings.items():
            table.add(phrase, meaning)
        return table

    def add(self, phrase: str, meaning: str) -> None:
        """Another phrase, its words parted by blanks."""
        words = tuple(phrase.split())
        entries = self.by_first.setdefault(words[0], [])
        if (words, meaning) not in entries:
            entries.append((words, meaning))
            entries.sort(key=lambda entry: -len(entry[0]))

    def match(self, words: Sequence[str], at: int) -> list[tuple[str, int]]:
        """All (meaning, end) of phrases that stand at ``at``, longest first."""
        found = self.by_first.get(words[at], ()) if at < len(words) else ()
        return [(meaning, at + len(phrase)) for phrase, meaning in found if tuple(words[at : at + len(phrase)]) == phrase]

    def merged(self, other: "PhraseTable") -> "PhraseTable":
        """Another table, with the phrases of both."""
        table = PhraseTable({first: list(entries) for first, entries in self.by_first.items()})
        for entries in other.by_first.values():
            for words, meaning in entries:
                table.add(" ".join(words), meaning)
        return table

    def phrases(self) -> Iterable[Words]:
        """All of them."""
        return (phrase for entries in self.by_first.values() for phrase, _ in entries)


@dataclass(frozen=True)
class Lexicon:
    """Tables by name: the sections of the file, and the lists under ``times`` and ``phrases``.

    ``vocabulary`` is every word that the grammar knows, ``word_lists`` the lists under ``words``.
    The meanings of ``verbs`` are ``class base``, for example ``put place``; of ``hands`` ``one`` or ``several``; those of a mere
    list the phrases themselves. ``with_box``: whether the words of the BusyBox are among them; else their tables are empty.
    """

    tables: dict[str, PhraseTable]
    cannot: dict[str, PhraseTable]
    vocabulary: frozenset[str]
    word_lists: dict[str, frozenset[str]]
    with_box: bool = False


_BOX_TABLES = (
    "belonging", "states", "setting_to", "position_words", "switch_words", "other_state", "ends", "halfway", "step_words", "next",
    "previous", "fully", "as_far", "as_possible", "directions", "twice", "in_order",
    "of_it", "given", "chosen_on", "once_more", "nearer_to", "farther_from", "watchers",
)  # fmt: skip
"""Sections of config/language_busybox.yaml that are tables of their own."""


def inflections(verb: str, irregular: Iterable[str] = ()) -> set[str]:
    """The forms of a verb of one or more words, of which the first one changes."""
    head, _, tail = verb.partition(" ")
    tail = f" {tail}" if tail else ""
    stem = head[:-1] if head.endswith("e") and not head.endswith("ee") else head
    if _doubles(head):
        stem = head + head[-1]
    if head.endswith("y") and head[-2] not in "aeiou":
        third, past = head[:-1] + "ies", head[:-1] + "ied"
    else:
        third = head + ("es" if head.endswith(("s", "sh", "ch", "x", "o")) else "s")
        past = stem + "ed"
    forms = {verb, third + tail, stem + "ing" + tail, past + tail}
    return forms | {form if " " in form else form + tail for form in irregular}


def _doubles(head: str) -> bool:
    """Whether the last letter is doubled, as in ``grabbing``: one vowel before one consonant in a short word."""
    vowels = "aeiou"
    return len(head) <= 4 and head[-1] not in vowels + "wxy" and head[-2] in vowels and head[-3:-2] not in tuple(vowels)


def _verbs(classes: dict[str, list[str]], irregular: dict[str, list[str]]) -> PhraseTable:
    table = PhraseTable()
    for kind, verbs in classes.items():
        for verb in verbs:
            extra = irregular.get(verb) or irregular.get(verb.split()[0], [])
            for form in inflections(verb, extra):
                table.add(form, f"{kind} {verb}")
    return table


def _plural(noun: str) -> str:
    if noun.endswith("y") and noun[-2:-1] not in tuple("aeiou"):
        return noun[:-1] + "ies"
    return "dice" if noun == "die" else noun + ("es" if noun.endswith(("x", "s", "ch", "sh")) else "s")


def _nouns(groups: dict[str, list[str]]) -> tuple[PhraseTable, PhraseTable]:
    singular, plural = PhraseTable(), PhraseTable()
    for meaning, nouns in groups.items():
        for noun in nouns:
            singular.add(noun, meaning)
            plural.add(_plural(noun), meaning)
    return singular, plural


def _hands(nouns: list[str]) -> PhraseTable:
    table = PhraseTable()
    for noun in nouns:
        table.add(noun, "one")
        table.add(_plural(noun), "several")
    return table


def _table(entries: list[str] | dict[str, list[str]]) -> PhraseTable:
    table = PhraseTable()
    groups = entries if isinstance(entries, dict) else {str(phrase): [phrase] for phrase in entries}
    for meaning, phrases in groups.items():
        for phrase in phrases:
            table.add(str(phrase), str(meaning))
    return table


@cache
def lexicon() -> Lexicon:
    """The lexicon, made once a process."""
    settings: dict[str, Any] = description.settings("language.yaml")
    tables = {"verbs": _verbs(settings["verbs"], settings["irregular"]), "hands": _hands(settings["hands"])}
    tables["nouns"], tables["plural_nouns"] = _nouns(settings["nouns"])
    flat = ("colours", "sizes", "plain_adjectives", "relations", "out_of", "fillers", "leads", "want", "ensure", "links")
    tables |= {name: _table(settings[name]) for name in flat}
    tables |= {name: _table(entries) for group in ("times", "phrases") for name, entries in settings[group].items()}
    cannot = {name: _table(entries) for name, entries in settings["cannot"].items()}
    word_lists = {name: frozenset(str(word) for word in entries) for name, entries in settings["words"].items()}
    tables |= {name: PhraseTable() for name in _BOX_TABLES}
    return Lexicon(tables, cannot, _words_in(tables) | word_lists["grammar"], word_lists)


def _words_in(tables: Mapping[str, PhraseTable]) -> frozenset[str]:
    return frozenset(word for table in tables.values() for phrase in table.phrases() for word in phrase)


@cache
def lexicon_with_box() -> Lexicon:
    """The lexicon, with the words of the BusyBox."""
    known, settings = lexicon(), box_words()
    more = {"verbs": _verbs(settings["verbs"], settings["irregular"])}
    more |= {name: _table(settings[name]) for name in ("manners", "leads", "relatives", "quantifier_the", "pronouns")}
    more["nouns"], more["plural_nouns"] = _nouns(settings["nouns"])
    more |= {name: _table(settings[name]) for name in _BOX_TABLES}
    tables = known.tables | {name: known.tables[name].merged(table) for name, table in more.items()}
    nouns = {phrase[-1] for name in ("nouns", "plural_nouns") for phrase in more[name].phrases()}  # a banana is no banana plug
    others = {name: table for name, table in more.items() if not name.endswith("nouns")}
    word_lists = known.word_lists | {"likely": known.word_lists["likely"] | frozenset(settings["likely"])}
    return replace(
        known, tables=tables, vocabulary=known.vocabulary | nouns | _words_in(others), word_lists=word_lists, with_box=True
    )


@cache
def _box_nouns() -> frozenset[str]:
    tables = (*_nouns(box_words()["nouns"]), lexicon().tables["hands"])
    return frozenset(phrase[-1] for table in tables for phrase in table.phrases())


def speaks_of_box(words: Sequence[str]) -> bool:
    """Whether words may be about a part of the BusyBox, or about a hand."""
    return not _box_nouns().isdisjoint(words)


def lexicon_for(scene: Scene) -> Lexicon:
    """The lexicon, with nouns for what a detector named: ``coffee mug`` where the scene has the category ``coffee_mug``.

    There such a noun means that thing alone, whatever else it may mean; so does ``mug``, if no other word ends like that.
    Where the scene has a BusyBox, its words are known.
    """
    return _extended(named_categories(scene), any(item.category == BOX_CATEGORY for item in scene))


@lru_cache(maxsize=8)
def _extended(categories: tuple[str, ...], with_box: bool) -> Lexicon:
    known = lexicon_with_box() if with_box else lexicon()
    if not categories:
        return known
    nouns = {category.replace("_", " "): category for category in categories}
    last = Counter(noun.split()[-1] for noun in nouns)
    nouns |= {
        noun.split()[-1]: category
        for noun, category in tuple(nouns.items())
        if last[noun.split()[-1]] == 1 and noun.split()[-1] not in known.vocabulary
    }
    plurals = {_plural(noun): category for noun, category in nouns.items()}
    tables = known.tables | {
        "nouns": known.tables["nouns"].redefined(nouns),
        "plural_nouns": known.tables["plural_nouns"].redefined(plurals),
    }
    words = {word for noun in (*nouns, *plurals) for word in noun.split()}
    return replace(known, tables=tables, vocabulary=known.vocabulary | words)
