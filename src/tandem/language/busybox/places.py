"""Which part is the leftmost, the second from the top, the one next to another: by where parts are, and by their print.

Left, right, front, back, upper, lower, near and far go by where a part is seen to be. Top and bottom go by the module's print
where it has rows, so that a module that is turned still has a top slider.
"""

import math
from collections.abc import Callable, Sequence

from tandem.cell.busybox.parts import PART_CATEGORIES, PLUG_CATEGORY, centre, part_named
from tandem.cell.busybox.scene_objects import module_frame
from tandem.cell.busybox.state import ROW_NAMES, BoxState
from tandem.cell.pose import Pose
from tandem.cell.scene import Scene, SceneObject
from tandem.language.answers import RefuseError, which
from tandem.language.syntax import Filter, NounPhrase
from tandem.language.world import World

SAME_PLACE = 0.006
"""Parts that differ by less aren't told apart by their place [m]; wires are 23 mm apart."""

_BESIDE = math.radians(35)
"""What is to the left of a part is at most so far off that direction."""

_AXES = {"left": (1, -1.0), "right": (1, 1.0), "front": (0, 1.0), "lower": (0, 1.0), "back": (0, -1.0), "upper": (0, -1.0)}
"""Of each side: the coordinate, and its sign by which the outermost comes first."""

_BY_SIGHT = {"top": "upper", "bottom": "lower"}

_WAYS = {"left_of": (0.0, 1.0), "right_of": (0.0, -1.0), "behind": (1.0, 0.0), "in_front_of": (-1.0, 0.0)}
_WAYS |= {"on": _WAYS["behind"], "under": _WAYS["in_front_of"]}  # above and below, of what lies flat

_BASES = {"left": 0.35, "right": -0.35}


def are_parts(items: Sequence[SceneObject]) -> bool:
    """Whether all are parts of the BusyBox."""
    return bool(items) and all(item.category in PART_CATEGORIES for item in items)


def place_of(item: SceneObject, scene: Scene) -> tuple[float, float]:
    """Where a part is at home, x and y in the world [m]: a slider in the middle of its slot, a wire above its jacks."""
    module = scene.get(item.on)
    if item.category not in PART_CATEGORIES or module is None:
        return item.pose.position[0], item.pose.position[1]
    at = (module_frame(module) @ Pose(_home(item.name))).position
    return at[0], at[1]


def _home(name: str) -> tuple[float, float, float]:
    """In the module's frame."""
    part = part_named(name)
    x, y, z = centre(part, BoxState())
    return (0.0 if part.module in ("sliders", "switches") else x), y, z


def select(
    found: list[SceneObject], narrowing: Filter, phrase: NounPhrase, world: World, near: SceneObject | None
) -> list[SceneObject]:
    """Those of some parts that the filter means, as `tandem.language.selecting.select` does for other things.

    Raises:
        AskError: they are too much alike.
        RefuseError: there aren't so many.
    """
    match narrowing.kind:
        case "ordinal":
            return _in_order(found, narrowing.value, phrase, world)
        case "side" if narrowing.value == "middle":
            return _middle(sorted_from("left", found, world.scene), phrase, world)
        case "side":
            return _outermost(found, _key(narrowing.value, found, world.scene), phrase, world)
        case "nearest" | "farthest":
            sign = -1.0 if narrowing.kind == "farthest" else 1.0
            return _outermost(found, lambda item: sign * _distance(item, narrowing, near, world.scene), phrase, world)
    return found


def beside(
    found: list[SceneObject], relation: str, targets: tuple[str, ...], phrase: NounPhrase, scene: Scene
) -> list[SceneObject]:
    """Those of some parts that are at that relation to another one; the nearest where one is meant."""
    kept: list[tuple[float, SceneObject]] = []
    for item in found:
        for target in targets:
            if target in scene and target != item.name and _is_beside(item, relation, scene[target], scene):
                kept.append((math.dist(place_of(item, scene), place_of(scene[target], scene)), item))
    kept.sort(key=lambda pair: pair[0])
    if phrase.plural or not kept:
        return [item for _, item in kept]
    return [item for distance, item in kept if distance < kept[0][0] + SAME_PLACE]


def sorted_from(side: str, items: Sequence[SceneObject], scene: Scene) -> list[SceneObject]:
    """In order, the outermost on that side first."""
    return sorted(items, key=_key(side, items, scene))


def _is_beside(item: SceneObject, relation: str, target: SceneObject, scene: Scene) -> bool:
    (x, y), (to_x, to_y) = place_of(item, scene), place_of(target, scene)
    if relation == "next_to":
        return True
    if relation not in _WAYS:
        return False
    along = (x - to_x) * _WAYS[relation][0] + (y - to_y) * _WAYS[relation][1]
    return along >= math.cos(_BESIDE) * math.hypot(x - to_x, y - to_y) > 0.0


def _key(side: str, items: Sequence[SceneObject], scene: Scene) -> Callable[[SceneObject], float]:
    """By which the outermost on that side comes first."""
    if side in _BY_SIGHT:
        rows = {item.name: _row(item) for item in items}
        if len(set(rows.values())) > 1:
            return lambda item: -rows[item.name] if side == "top" else rows[item.name]
        side = _BY_SIGHT[side]
    axis, sign = _AXES[side]
    return lambda item: sign * place_of(item, scene)[axis]


def _row(item: SceneObject) -> float:
    """How far up in its module's print [m]."""
    if item.category == PLUG_CATEGORY:
        return float(item.name.endswith(ROW_NAMES[0]))
    return _home(item.name)[1]


def _middle(ordered: list[SceneObject], phrase: NounPhrase, world: World) -> list[SceneObject]:
    """Of an even number only two are in the middle."""
    wanted = (phrase.count or 2 - len(ordered) % 2) if phrase.plural else 1
    aside = len(ordered) - wanted
    return ordered[aside // 2 : aside // 2 + wanted] if aside >= 0 and aside % 2 == 0 else _ask(ordered, world)


def _outermost(
    found: list[SceneObject], key: Callable[[SceneObject], float], phrase: NounPhrase, world: World
) -> list[SceneObject]:
    ordered = sorted(found, key=key)
    if phrase.plural and not phrase.count:
        middle = (key(ordered[0]) + key(ordered[-1])) / 2
        return [item for item in ordered if key(item) < middle - SAME_PLACE] or ordered
    wanted = phrase.count if phrase.plural and phrase.count else 1
    if len(ordered) > wanted and key(ordered[wanted]) - key(ordered[wanted - 1]) < SAME_PLACE:
        _ask([item for item in ordered if key(item) < key(ordered[wanted - 1]) + SAME_PLACE], world)
    return ordered[:wanted]


def _in_order(found: list[SceneObject], place: str, phrase: NounPhrase, world: World) -> list[SceneObject]:
    """``2 left`` is the second from the left, ``-1 left`` the last; parts one above the other are counted from the top."""
    said, _, side = place.partition(" ")
    number = int(said)
    key = _key(side, found, world.scene)
    ordered = sorted(found, key=key)
    if side == "left" and len(ordered) > 1 and key(ordered[-1]) - key(ordered[0]) < SAME_PLACE:
        key = _key("top", found, world.scene)
        ordered = sorted(found, key=key)
    index = number - 1 if number > 0 else len(ordered) - 1
    if index >= len(ordered):
        raise RefuseError("unknown_object", f"there are only {len(ordered)} for '{phrase.text}'")
    if phrase.plural and phrase.count:
        return ordered[: phrase.count] if number > 0 else ordered[-phrase.count :]
    alike = [item for item in ordered if abs(key(item) - key(ordered[index])) < SAME_PLACE]
    return [ordered[index]] if len(alike) == 1 else _ask(alike, world)


def _ask(items: Sequence[SceneObject], world: World) -> list[SceneObject]:
    raise which([item.name for item in items], world)


def _distance(item: SceneObject, narrowing: Filter, near: SceneObject | None, scene: Scene) -> float:
    """To the reference, or to an arm's base; of the person and the robots, who are on the same side, along x alone."""
    here = place_of(item, scene)
    if near is not None:
        return math.dist(here, place_of(near, scene))
    if narrowing.value in _BASES:
        return math.dist(here, (0.0, _BASES[narrowing.value]))
    return here[0]
