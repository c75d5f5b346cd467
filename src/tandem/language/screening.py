"""What is refused before anything else is asked of a sentence: harm, and switching safety off."""

from tandem.language.adjectives import SIDES
from tandem.language.lexicon import PhraseTable, lexicon
from tandem.language.numbers import ordinal

_NEGATIONS = ("not", "without", "never", "avoid", "avoiding", "no")

_BOX_EXAMPLES = (
    "press the red button",
    "move the top slider to position 3",
    "turn the knob two positions clockwise",
    "flip the bottom switch on with the left gripper",
    "pull the second wire from the left",
    "insert the red wire",
    "move the box closer",
)

_HARMLESS_ON_BUTTONS = ("hit", "hitting", "poke", "poking")

_EXAMPLES = (
    "put the red cube in the blue bin",
    "hand the blue cube from the left hand to the right",
    "stack the red cube on the green cube",
    "lift the tray with both hands and hold it",
    "give me the red cube",
    "insert the peg into the socket",
)


def unsafe_reason(words: tuple[str, ...]) -> str:
    """Why the words ask for something dangerous; empty when they don't."""
    tables = lexicon().cannot
    for at, harm in _all(words, tables["harm"]):
        if not any(word in _NEGATIONS for word in words[max(0, at - 4) : at]) and not _hits_a_button(words, at):
            return f"'{harm}' could hurt someone or break something"
    hurled = [at for at, _ in _all(words, tables["hurl"])]
    for at, person in _all(words, tables["people"]):
        if "at" in words[max(0, at - 2) : at] or any("at" in words[start:at] for start in hurled):
            return f"'... at {person}' could hurt someone"
        thrown = next((verb for start, verb in _all(words, tables["throw"]) if start < at), "")
        if thrown and ("to" in words[max(0, at - 2) : at] or words[at - 1] == thrown):
            return f"'{thrown} ... {person}' could hurt someone; ask me to give it to you"
    disabled = [phrase for _, phrase in _all(words, tables["disable"])] + ["without"] * ("without" in words)
    for _, guard in _all(words, tables["guards"]):
        if disabled:
            return f"'{disabled[0]} ... {guard}': the safety of the cell can't be changed by an instruction"
    return ""


def _hits_a_button(words: tuple[str, ...], at: int) -> bool:
    """``hit the red button`` is no harm: between the verb and the button stand only words that say which one."""
    if words[at].removesuffix("s") not in _HARMLESS_ON_BUTTONS:
        return False
    button = next((k for k in range(at + 1, len(words)) if words[k] in ("button", "buttons")), 0)
    return button > 0 and all(_tells_which(words, k) for k in range(at + 1, button))


def _tells_which(words: tuple[str, ...], at: int) -> bool:
    word, tables = words[at], lexicon().tables
    plain = ("the", "a", "all", "both", "every", "each", "that", "this", "on", "of", "and", ",", "push", "arcade")
    return word in plain or word in SIDES or ordinal(word) != 0 or bool(tables["colours"].match(words, at))


def asks_to_stop(words: tuple[str, ...]) -> bool:
    """Whether it is a stop that is wanted, which is no instruction."""
    return words[0] in ("stop", "halt", "freeze", "abort", "cancel")


def only_forbids(words: tuple[str, ...]) -> bool:
    """Whether a text that wasn't understood begins as a prohibition."""
    return words[:1] == ("never",) or words[1:2] == ("not",) or words[1:3] == ("must", "not")


def denies_the_manner(words: tuple[str, ...]) -> bool:
    """Whether a text denies with which hand an order is done before it names the order: the whole order is denied then."""
    denials = (("do", "not"), ("never",), ("must", "not"), ("should", "not"), ("may", "not"), ("can", "not"))
    starts = [len(denial) + at for at in (0, 1) for denial in denials if words[at : at + len(denial)] == denial]
    return any(words[start : start + 1] in (("with",), ("using",)) for start in starts)


def _all(words: tuple[str, ...], table: PhraseTable) -> list[tuple[int, str]]:
    """Place and words of every phrase of the table, the longest at each place."""
    found = ((at, table.match(words, at)) for at in range(len(words)))
    return [(at, " ".join(words[at : ends[0][1]])) for at, ends in found if ends]


def examples(with_box: bool = False) -> str:
    """What can be said, where there is a BusyBox or not."""
    return "You can say, for example: " + "; ".join(f"'{example}'" for example in (_BOX_EXAMPLES if with_box else _EXAMPLES))
