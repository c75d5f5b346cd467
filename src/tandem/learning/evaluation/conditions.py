"""What must be true at the end of an episode, said in config/tasks/*.yaml and checked on what really happened."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tandem.learning.evaluation import box, grips, plugging, resting
from tandem.learning.evaluation.recording import Recording
from tandem.sim.scenes import SceneSpec

Selector = str | Mapping[str, Any]
"""A name in the simulator, or a mapping with category, colour, and side (``left``: the one farthest to the left)."""


@dataclass(frozen=True)
class Condition:
    """A kind of ``KINDS`` and its arguments. ``object`` may select several objects: each must fulfil it."""

    kind: str
    arguments: dict[str, Any] = field(default_factory=dict)


def select(selector: Selector, scene: SceneSpec) -> tuple[str, ...]:
    """Names of the objects that are meant.

    Raises:
        KeyError: the scene has none.
    """
    if isinstance(selector, str):
        found = [item for item in scene.objects if item.name == selector]
    else:
        wanted = {key: selector[key] for key in ("category", "colour") if key in selector}
        found = [item for item in scene.objects if all(getattr(item, key) == value for key, value in wanted.items())]
        if found and "side" in selector:
            leftmost, rightmost = max(found, key=_y), min(found, key=_y)
            found = [leftmost if selector["side"] == "left" else rightmost]
    if not found:
        raise KeyError(f"the scene has no {selector}; it has {', '.join(item.name for item in scene.objects)}")
    return tuple(item.name for item in found)


def unmet(condition: Condition, recording: Recording) -> str:
    """Why a condition isn't fulfilled, in words; empty when it is.

    Raises:
        KeyError: the condition is of no known kind, or means an object that isn't there.
    """
    arguments = dict(condition.arguments)
    objects = select(arguments.pop("object"), recording.scene)
    for role in ("container", "support", "target"):
        if role in arguments:
            arguments[role] = select(arguments[role], recording.scene)[0]
    reasons = (KINDS[condition.kind](recording, name, **arguments) for name in objects)
    return next((reason for reason in reasons if reason), "")


KINDS: dict[str, Callable[..., str]] = {
    "rests_in": resting.rests_in,
    "rests_on": resting.rests_on,
    "rests_beside": resting.rests_beside,
    "rests_on_table": resting.rests_on_table,
    "inserted": plugging.inserted,
    "held_in_turn": grips.held_in_turn,
    "held_up": grips.held_up,
    "held": grips.held_at_end,
    "held_over": grips.held_over,
    "not_broken": grips.not_broken,
    "box_pressed": box.pressed,
    "box_at": box.at,
    "box_moved": box.moved,
    "box_rotated": box.rotated,
    "box_otherwise_unchanged": box.nothing_else,
}
"""Checks by name: each takes the recording, the object's name and its own arguments, and says what is wrong."""


def _y(item: Any) -> float:
    return float(item.pose.position[1])
