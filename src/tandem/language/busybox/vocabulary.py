"""What config/language_busybox.yaml says, and what the verbs of the BusyBox work on."""

from functools import cache
from typing import Any, Final, Literal

from tandem.cell import description
from tandem.cell.busybox.parts import BOX_CATEGORY

PartRole = Literal["button", "slider", "knob", "switch", "wire", "busybox"]

ROLE_OF: Final[dict[str, PartRole]] = {
    "press": "button",
    "slide": "slider",
    "turn": "knob",
    "flip": "switch",
    "pull": "wire",
    "plug": "wire",
    "move": "busybox",
    "rotate": "busybox",
    "view": "busybox",
}
"""Category of what a verb is done to."""

BOX_VERBS: Final = (*ROLE_OF, "move_hand")

SETTING_VERBS: Final = {"slider": "slide", "knob": "turn", "switch": "flip"}
"""The verb that sets a part of that category."""

WHOLE: Final = BOX_CATEGORY


@cache
def box_words() -> dict[str, Any]:
    """The file; treat it as read-only."""
    return description.settings("language_busybox.yaml")


def is_in(section: str, base: str) -> bool:
    """Whether a verb's base form is in a list of the file."""
    return base in box_words()[section]


def implied(base: str) -> str:
    """What a verb says of a state by itself: ``on``, ``off``, ``up``, ``down`` or nothing."""
    return next((str(meaning) for meaning, verbs in box_words()["implied"].items() if base in verbs), "")
