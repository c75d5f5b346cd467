"""Other ways to say a step, so that the model understands steps that other programs word in their own way."""

import re

import numpy as np

_WORDS: dict[str, tuple[str, ...]] = {
    "pick": ("pick", "pick up", "take", "grasp", "grab", "get"),
    "place": ("place", "put", "set", "set down", "drop"),
    "hand": ("hand", "pass", "give"),
    "lift": ("lift", "lift up", "raise"),
    "hold": ("hold", "keep holding"),
    "insert": ("insert", "push", "plug", "put"),
    "cube": ("cube", "cube", "block"),
    "bin": ("bin", "bin", "box", "container"),
    "egg": ("egg",),
    "arm": ("arm", "hand", "gripper", "arm"),
    "hands": ("hands", "arms", "grippers"),
    "in": ("in", "into", "inside"),
    "on": ("on", "onto", "on top of"),
    "with": ("with", "using"),
}
_BOX_VERBS: dict[str, tuple[str, ...]] = {
    "press": ("press", "push", "push down"),
    "slide": ("slide", "move", "push", "set"),
    "turn": ("turn", "rotate", "set"),
    "flip": ("flip", "switch", "turn"),
    "pull": ("pull",),
    "plug": ("plug", "put"),
    "rotate": ("rotate", "turn"),
    "move": ("move", "push", "shift"),
}
_BOX_WORDS: dict[str, tuple[str, ...]] = {
    "knob": ("knob", "knob", "dial"),
    "wire": ("wire", "wire", "cable"),
    "switch": ("switch", "switch", "lever"),
    "box": ("box", "box", "busybox"),
    "arm": _WORDS["arm"],
    "hands": _WORDS["hands"],
    "with": _WORDS["with"],
}
"""Of steps on the BusyBox, where `in` and `on` are no places."""

_SHARE = 0.5
"""Of the sentences that are said in another way."""


def reword(text: str, rng: np.random.Generator) -> str:
    """The step in other words, or as it is."""
    if rng.random() >= _SHARE:
        return text
    first, *rest = text.split(" ")
    on_box = first in _BOX_VERBS and (first != "move" or "box" in rest)
    verbs, words = (_BOX_VERBS, _BOX_WORDS) if on_box else (_WORDS, _WORDS)
    said = [_one_of(verbs.get(first, (first,)), rng)]
    said += [_one_of(words[word], rng) if word in words and word != "hand" else word for word in rest]
    return _moved_to_front(" ".join(said), rng)


def _one_of(words: tuple[str, ...], rng: np.random.Generator) -> str:
    return words[int(rng.integers(len(words)))]


def _moved_to_front(text: str, rng: np.random.Generator) -> str:
    """At times: "with the left arm, pick the cube"."""
    match = re.fullmatch(r"(.+) ((?:with|using) (?:the (?:left|right)|both) \w+)", text)
    return f"{match.group(2)}, {match.group(1)}" if match and rng.random() < 0.2 else text
