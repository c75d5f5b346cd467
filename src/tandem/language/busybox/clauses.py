"""Orders about the BusyBox that are worded in another way: ``give the red button a push``, ``select position 4 on the knob``."""

from dataclasses import replace

from tandem.language.busybox.settings import number_at, settings
from tandem.language.busybox.vocabulary import SETTING_VERBS
from tandem.language.components import sequences
from tandem.language.interpret import Actions, interpret
from tandem.language.phrases import noun_phrases, phrase_lists
from tandem.language.reading import Results, Text
from tandem.language.syntax import Action


def box_clauses(text: Text, at: int) -> Results[Actions]:
    """Every such reading."""
    if not text.lexicon.with_box:
        return []
    again: Results[Actions] = [((Action("repeat"),), end) for _, end in text.said("once_more", at)]
    return [*_givings(text, at), *_selections(text, at), *again]


def _givings(text: Text, at: int) -> Results[Actions]:
    found: Results[Actions] = []
    for _, start in text.any_of(at, ("give", "giving", "gives")):
        for objects, end in phrase_lists(text, start):
            for verb, after in text.said("given", end):
                for parts, stop in sequences(text, after):
                    if not parts.objects:
                        whole = replace(parts, objects=(objects,))
                        found += [(actions, stop) for actions in interpret((f"{verb} give",), whole)]
    return found


def _selections(text: Text, at: int) -> Results[Actions]:
    found: Results[Actions] = []
    for kind, start in text.said("verbs", at):
        if kind.partition(" ")[0] not in SETTING_VERBS.values():
            continue
        for setting, end in [*settings(text, start), *number_at(text, start)]:
            for _, here in text.said("chosen_on", end):
                for phrase, after in noun_phrases(text, here):
                    for parts, stop in sequences(text, after):
                        whole = replace(parts, objects=((phrase,),), settings=(setting, *parts.settings))
                        found += [(actions, stop) for actions in interpret((kind,), whole) if not parts.objects]
    return found
