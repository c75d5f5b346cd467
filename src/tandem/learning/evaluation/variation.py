"""What differs between the episodes of one task: how it is said, and which colours and sides it is about."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

Entry = Mapping[str, Any]
"""A task as config/tasks/*.yaml has it."""

_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Wording:
    """A sentence with slots, ``{object}``; those that are ``held_out`` are never demonstrated."""

    text: str
    held_out: bool = False


@dataclass(frozen=True)
class Variant:
    """What the slots stand for, names of objects or sides; those that are ``held_out`` are never demonstrated."""

    slots: dict[str, str] = field(default_factory=dict)
    held_out: bool = False


def wordings_of(entry: Entry) -> tuple[Wording, ...]:
    """Of a task; the first one is its ordinary one."""
    known = (Wording(str(text)) for text in (entry["instruction"], *entry.get("wordings", ())))
    return (*known, *(Wording(str(text), held_out=True) for text in entry.get("held_out", {}).get("wordings", ())))


def variants_of(entry: Entry) -> tuple[Variant, ...]:
    """All combinations of what ``slots`` lists but those with equals among ``different``; the first one is the ordinary one."""
    choices: Mapping[str, Sequence[Any]] = entry.get("slots", {})
    different, held_out = entry.get("different", ()), entry.get("held_out", {}).get("variants", ())
    found = []
    for values in product(*choices.values()):
        slots: dict[str, str] = {}
        for name, value in zip(choices, values, strict=True):
            # A value that is a mapping fills several slots that go together.
            slots |= {key: str(word) for key, word in value.items()} if isinstance(value, Mapping) else {name: str(value)}
        if len({slots[name] for name in different}) == len(different):
            kept_back = any(all(slots.get(key) == word for key, word in partly.items()) for partly in held_out)
            found.append(Variant(slots, kept_back))
    return tuple(found)


def said(text: str, slots: Mapping[str, str]) -> str:
    """A sentence with its slots filled as people say it: ``red_cube`` is ``red cube``.

    Raises:
        KeyError: there is no such slot.
    """
    return _SLOT.sub(lambda match: slots[match[1]].replace("_", " "), text)


def filled(value: Any, slots: Mapping[str, str]) -> Any:
    """Conditions with their slots filled.

    Raises:
        KeyError: there is no such slot.
    """
    if isinstance(value, str):
        return _SLOT.sub(lambda match: slots[match[1]], value)
    if isinstance(value, Mapping):
        return {key: filled(entry, slots) for key, entry in value.items()}
    return [filled(entry, slots) for entry in value] if isinstance(value, (list, tuple)) else value
