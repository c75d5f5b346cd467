"""What follows a noun and narrows it down: places, relations to other things, hands, colours, exceptions."""

from tandem.language.adjectives import FARTHEST, NEAREST, adjectives, any_coloured, colours, sides
from tandem.language.busybox.modifiers import part_modifiers, part_states
from tandem.language.busybox.vocabulary import BOX_VERBS
from tandem.language.hands import hands
from tandem.language.reading import Results, Rule, Text
from tandem.language.syntax import Filter, NounPhrase

_HANDLING = ("pick", "put", "stack", "lift", "hold", "hand", *BOX_VERBS)

_COLOUR = ("colour", "color")


def modifiers(text: Text, at: int, noun_phrases: Rule[NounPhrase]) -> Results[Filter]:
    """Every modifier that may begin here. ``colour``, ``from``, ``nearest_to``, ``numbered``, ``not`` are for `narrowed`."""
    start = at + 1 if text.word(at) == "," and text.word(at + 1) in ("which", "that") else at
    found = places(text, at, noun_phrases)
    for _, here in text.said("relatives", start):
        found += places(text, here, noun_phrases)
        found += [(Filter("colour", " ".join(run.colours)), end) for run, end in colours(text, here)]
        for run, end in adjectives(text, here):
            outermost = end - here == 2 or text.word(here).endswith("most")  # ``that is furthest left``
            kinds = ("nearest", "farthest", "size", *(("side",) if outermost else ()))
            found += [(f, end) for f in run.filters if f.kind in kinds and len(run.filters) == 1]
        found += part_states(text, here)
        if text.word(here) == "not":
            found += _negated(text, here + 1, noun_phrases)
    found += [
        (Filter("stacked"), end) for _, end in text.any_of(at, ("of the stack", "of the tower", "of the pile", "in the stack"))
    ]
    found += _nearest_to(text, at, noun_phrases)
    found += part_modifiers(text, at)
    for _, here in text.said("colour_says", at):
        found += [(Filter("colour", " ".join(run.colours)), end) for run, end in colours(text, here)]
    if text.word(at) == "of":
        found += [
            (Filter("colour", " ".join(run.colours)), end + 1) for run, end in colours(text, at + 1) if text.word(end) in _COLOUR
        ]
    for _, here in text.said("recent_says", at):
        found += [(Filter("recent"), end) for verb, end in text.said("verbs", here) if verb.split()[0] in _HANDLING]
    found += [(Filter("held", side), end) for side, end in in_hand(text, at)]
    found += [(Filter("matching"), end) for _, end in text.said("same_colour", at)]
    return found


def in_hand(text: Text, at: int) -> Results[str]:
    """``you are holding``, ``in your left hand``, ``you hold in the right one``: the hand, or empty for any."""
    found: Results[str] = []
    for _, end in text.said("hold_says", at):
        found.append(("", end))
        for _, inside in text.any_of(end, ("in", "with", "by")):
            found += [(_named(hand.side), after) for hand, after in hands(text, inside) if hand.explicit or hand.side != "other"]
    for _, end in text.any_of(at, ("in", "is in", "that is in", "which is in")):
        found += [(_named(hand.side), after) for hand, after in hands(text, end) if hand.explicit]
    return found


def _named(side: str) -> str:
    return "" if side == "any" else side


def places(text: Text, at: int, noun_phrases: Rule[NounPhrase]) -> Results[Filter]:
    """``in the blue bin``, ``next to the tray``, ``on the left``, ``from the right``; ``between the red and the blue one``."""
    found: Results[Filter] = []
    for _, end in text.any_of(at, ("between", "in between")):
        pairs = [(first, noun_phrases(text, here + 1)) for first, here in noun_phrases(text, end) if text.word(here) == "and"]
        found += [(Filter("between", phrase=first, other=p), after) for first, seconds in pairs for p, after in seconds]
    for relation, end in text.said("relations", at):
        if relation not in ("to", "between"):
            found += [
                (Filter("relation", relation, phrase), after)
                for phrase, after in noun_phrases(text, end)
                if not phrase.plural and not (text.lexicon.with_box and phrase.text == "one")  # ``move the slider by one``
            ]
    for phrase, end in text.any_of(at, ("on", "at", "to", "in", "from", "towards", "over on", "over at", "over to", "toward")):
        found += [(Filter("from" if phrase == "from" else "side", side), after) for side, after in sides(text, end)]
    for phrase, end in text.any_of(at, ("in front", "in back", "up front", "on top")):
        found.append((Filter("side", {"in back": "back", "on top": "top"}.get(phrase, "front")), end))
    return found


def _negated(text: Text, at: int, noun_phrases: Rule[NounPhrase]) -> Results[Filter]:
    """``that are not red``, ``which is not in the bin``: all that would fit is left out."""
    found: Results[Filter] = [
        (Filter("not", phrase=any_coloured(f"non {text.between(at, end)}", run.colours)), end) for run, end in colours(text, at)
    ]
    for place, end in places(text, at, noun_phrases):
        phrase = NounPhrase(f"non {text.between(at, end)}", "things", "one", quantifier="all", plural=True, filters=(place,))
        found.append((Filter("not", phrase=phrase), end))
    return found


def _nearest_to(text: Text, at: int, noun_phrases: Rule[NounPhrase]) -> Results[Filter]:
    """``closest to the blue bin``, ``nearest the tray``, and ``to the tray`` after ``the closest cube``."""
    word = text.word(at)
    found: Results[Filter] = []
    if word in NEAREST or word in FARTHEST:
        kind = "nearest" if word in NEAREST else "farthest"
        end = at + 1 + (text.word(at + 1) == "away")
        bare = text.word(end) not in ("to", "from")
        end += not bare
        found += [(Filter(kind, phrase=phrase), after) for phrase, after in noun_phrases(text, end)]
        found += [(Filter(kind, value), after) for value, after in _observers(text, end)]
        found += [(Filter(kind), stop) for stop in {at + 1, end}] if bare else []
    elif word in ("to", "from"):
        found += [(Filter("nearest_to", phrase=phrase), after) for phrase, after in noun_phrases(text, at + 1)]
        found += [(Filter("nearest_to"), after) for _, after in _observers(text, at + 1)]
    return found


def _observers(text: Text, at: int) -> Results[str]:
    """Who something is near to: nobody in particular, or an arm."""
    found: Results[str] = [("", end) for _, end in text.said("observers", at)]
    return found + [(hand.side, end) for hand, end in hands(text, at) if hand.explicit and hand.side in ("left", "right")]
