"""Superlatives, sides and ordinals: choosing from things that all fit."""

import math

from tandem.cell.scene import SceneObject
from tandem.language.answers import RefuseError, which
from tandem.language.busybox import places
from tandem.language.syntax import Filter, NounPhrase
from tandem.language.words import in_words
from tandem.language.world import World

SAME_PLACE = 0.02
"""Things that differ by less aren't told apart by their place [m]."""

CLEARLY_ACROSS = 0.05
"""A thing this far on the other side of the middle isn't on the left, or right, of the table [m]."""

SAME_DISTANCE = 0.01
"""Likewise by their distance from something [m]."""

SAME_SIZE = 0.10
"""Things whose volumes differ by a smaller share aren't told apart by size."""

_AXES = {"left": (1, -1.0), "right": (1, 1.0), "front": (0, 1.0), "back": (0, -1.0), "bottom": (2, 1.0), "top": (2, -1.0)}
_AXES |= {"upper": _AXES["top"], "lower": _AXES["bottom"]}
"""Of each side: the coordinate, and its sign by which the outermost comes first."""


def select(
    found: list[SceneObject], narrowing: Filter, phrase: NounPhrase, world: World, near: SceneObject | None
) -> list[SceneObject]:
    """Those that the filter means; ``near`` is the reference of nearest and farthest.

    Raises:
        AskError: they differ too little.
        RefuseError: none fits.
    """
    if places.are_parts(found):
        return places.select(found, narrowing, phrase, world, near)
    match narrowing.kind:
        case "side":
            return _on_side(found, narrowing.value, phrase, world)
        case "ordinal":
            return [_in_order(found, narrowing.value, phrase)]
        case "size":
            return [_by_size(sorted(found, key=_volume, reverse=narrowing.value == "big"), world)]
    ordered = sorted(found, key=lambda item: _distance(item, narrowing, near), reverse=narrowing.kind == "farthest")
    if phrase.plural:
        return ordered[: phrase.count] if phrase.count else ordered
    if len(ordered) > 1 and abs(_distance(ordered[0], narrowing, near) - _distance(ordered[1], narrowing, near)) < SAME_DISTANCE:
        raise which([o.name for o in ordered[:2]], world)
    return ordered[:1]


def _on_side(found: list[SceneObject], side: str, phrase: NounPhrase, world: World) -> list[SceneObject]:
    if side == "middle":
        return [_middle(found, world)]
    axis, sign = _AXES[side]
    ordered = sorted(found, key=lambda item: sign * item.pose.position[axis])
    if phrase.plural and not phrase.count:
        kept = [item for item in ordered if _is_on(item, side)]
        if not kept:
            raise RefuseError("unknown_object", f"I see none on the {side}")
        return kept
    if phrase.plural:
        return ordered[: phrase.count]
    if len(ordered) == 1:
        return [_not_across(ordered[0], side, world)]
    if abs(ordered[0].pose.position[axis] - ordered[1].pose.position[axis]) < SAME_PLACE:
        raise which([o.name for o in ordered[:2]], world)
    return ordered[:1]


def _is_on(item: SceneObject, side: str) -> bool:
    axis, sign = _AXES[side]
    middle = 0.45 if axis == 0 else 0.0
    return sign * (item.pose.position[axis] - middle) < 0.0


def _not_across(item: SceneObject, side: str, world: World) -> SceneObject:
    """The only one there is, unless it plainly is on the other side."""
    axis, sign = _AXES[side]
    if axis != 1 or sign * item.pose.position[1] < CLEARLY_ACROSS:
        return item
    alike = [other for other in world.scene if other.category == item.category]
    if len(alike) > 1 and min(alike, key=lambda other: sign * other.pose.position[1]) is item:
        return item
    raise RefuseError("unknown_object", f"{in_words(item.name)} is not on the {side}")


def _middle(found: list[SceneObject], world: World) -> SceneObject:
    ordered = sorted(found, key=lambda item: item.pose.position[1])
    if len(ordered) % 2 == 0:
        raise which([o.name for o in ordered], world)
    return ordered[len(ordered) // 2]


def _in_order(found: list[SceneObject], place: str, phrase: NounPhrase) -> SceneObject:
    """``2 left`` is the second from the left, ``-1 left`` the last."""
    number, side = place.split()
    axis, sign = _AXES.get(side, _AXES["left"])
    ordered = sorted(found, key=lambda item: sign * item.pose.position[axis])
    index = int(number) - 1 if int(number) > 0 else len(ordered) - 1
    if index >= len(ordered):
        raise RefuseError("unknown_object", f"there are only {len(ordered)} for '{phrase.text}'")
    return ordered[index]


def _by_size(ordered: list[SceneObject], world: World) -> SceneObject:
    if len(ordered) > 1 and abs(_volume(ordered[0]) - _volume(ordered[1])) < SAME_SIZE * _volume(ordered[0]):
        raise which([item.name for item in ordered], world)
    return ordered[0]


def _volume(item: SceneObject) -> float:
    return item.size[0] * item.size[1] * item.size[2]


def _distance(item: SceneObject, narrowing: Filter, near: SceneObject | None) -> float:
    """To the reference, to an arm's base, or to the middle between the arms."""
    x, y, _ = item.pose.position
    if near is not None:
        return math.hypot(x - near.pose.position[0], y - near.pose.position[1])
    base = {"left": 0.35, "right": -0.35}.get(narrowing.value, 0.0)
    return math.hypot(x, y - base)
