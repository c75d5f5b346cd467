"""The box's state as the messages that it publishes: a topic for each module, JSON. See docs/interfaces.md for their fields."""

from typing import Any, Final

from tandem.cell.busybox.state import BUTTON_COLOURS, ROW_NAMES, WIRE_COLOURS, BoxState

TOPICS: Final = tuple(f"busybox/{module}/state" for module in ("buttons", "knob", "sliders", "switches", "wires"))

RATE_HZ: Final = 10.0


def messages(now: BoxState, stamp: float) -> dict[str, dict[str, Any]]:
    """By topic; ``stamp`` is the cell's clock [s]."""
    contents: tuple[dict[str, Any], ...] = (
        {colour: colour in now.buttons for colour in BUTTON_COLOURS},
        {"position": now.knob},
        dict(zip(ROW_NAMES, now.sliders, strict=True)),
        dict(zip(ROW_NAMES, now.switches, strict=True)),
        {colour: all(both) for colour, both in zip(WIRE_COLOURS, now.wires, strict=True)},
    )
    return {topic: {"stamp": round(stamp, 3), **content} for topic, content in zip(TOPICS, contents, strict=True)}
