"""What a language model may answer: a few plain orders about things that are seen, and nothing else."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tandem.cell.busybox.parts import BOX_CATEGORY, HANDLE_CATEGORY, MODULE_CATEGORY, PLUG_CATEGORY
from tandem.cell.busybox.state import KNOB_NUMBERS
from tandem.cell.relations import TABLE
from tandem.cell.scene import Scene
from tandem.language.words import in_words

MOST_ORDERS = 8

DEEDS = ("pick up", "put", "hand over", "lift", "hold", "give me", "insert", "go home", "open the gripper", "close the gripper")
RELATIONS = ("", "in", "on", "to the left of", "to the right of", "in front of", "behind", "next to")
HANDS = ("", "left", "right", "both")

BOX_DEEDS = ("press", "slide", "turn", "flip", "pull out", "plug in", "move", "rotate", "view")
SETTINGS = (
    *(f"to {number}" for number in KNOB_NUMBERS),
    "on",
    "off",
    "away",
    "closer",
    "to the left",
    "to the right",
    "clockwise",
    "counterclockwise",
)
"""What else a relation may be, without a place, where there is a BusyBox."""

NOTHING = ""

_UNNAMED = (MODULE_CATEGORY, HANDLE_CATEGORY, PLUG_CATEGORY)
"""What belongs to the BusyBox, and no order is about."""

_ALONE = ("go home", "open the gripper", "close the gripper")


@dataclass(frozen=True)
class Order:
    """One order; empty where something isn't said. ``thing`` and ``place`` are scene names, or ``table`` for a place."""

    deed: str
    thing: str
    relation: str
    place: str
    hand: str

    def in_words(self) -> str:
        """As a sentence that the grammar reads."""
        words = [self.deed]
        if self.thing and self.deed not in _ALONE:
            words.append(in_words(self.thing))
        if self.relation in SETTINGS:
            words.append(self.relation)
        elif self.relation and self.place:
            words += ["into" if self.deed == "insert" else self.relation, in_words(self.place)]
        if self.hand:
            words.append(_hand_in_words(self.deed, self.hand))
        return " ".join(words)


def _hand_in_words(deed: str, hand: str) -> str:
    if deed == "hand over":
        return f"to the {hand} hand"
    return "with both hands" if hand == "both" else f"with the {hand} hand"


def choices(scene: Scene) -> dict[str, tuple[str, ...]]:
    """What each field of an order may be, in this scene."""
    seen = tuple(item.name for item in scene if item.category not in _UNNAMED)
    with_box = any(item.category == BOX_CATEGORY for item in scene)
    return {
        "deed": DEEDS + BOX_DEEDS * with_box,
        "thing": (NOTHING, *seen),
        "relation": RELATIONS + SETTINGS * with_box,
        "place": (NOTHING, *seen, TABLE),
        "hand": HANDS,
    }


def schema(scene: Scene) -> dict[str, Any]:
    """The JSON schema of an answer, as strict structured outputs take it."""
    fields = {name: {"type": "string", "enum": list(options)} for name, options in choices(scene).items()}
    order = {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}
    orders = {"type": "array", "items": order, "maxItems": MOST_ORDERS}
    return {"type": "object", "properties": {"orders": orders}, "required": ["orders"], "additionalProperties": False}


def read(answer: str, scene: Scene) -> tuple[Order, ...]:
    """The orders of an answer.

    Raises:
        ValueError: it isn't what the schema says; the message tells what is wrong.
    """
    try:
        told = json.loads(answer)
    except json.JSONDecodeError as error:
        raise ValueError(f"the answer is no JSON: {error}") from error
    if not isinstance(told, Mapping) or not isinstance(told.get("orders"), list):
        raise ValueError("the answer has no list of orders")
    if len(told["orders"]) > MOST_ORDERS:
        raise ValueError(f"the answer has {len(told['orders'])} orders, at most {MOST_ORDERS} are taken")
    return tuple(_order(entry, choices(scene)) for entry in told["orders"])


def _order(entry: object, allowed: Mapping[str, tuple[str, ...]]) -> Order:
    if not isinstance(entry, Mapping) or set(entry) != set(allowed):
        raise ValueError(f"an order must have the fields {', '.join(allowed)}")
    for name, options in allowed.items():
        if entry[name] not in options:
            raise ValueError(f"{name} can't be {entry[name]!r}")
    return Order(**{name: str(entry[name]) for name in allowed})
