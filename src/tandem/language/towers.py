"""What goes on what when several things are stacked."""

import math

from tandem.cell.relations import TABLE
from tandem.language.answers import RefuseError
from tandem.language.grounding import resolve_one
from tandem.language.syntax import Action
from tandem.language.world import World

HIGHEST = 4
"""Taller towers aren't tried."""


def tower_order(action: Action, world: World, items: tuple[str, ...]) -> tuple[str, ...]:
    """Scene names from the bottom to the top; the first one stays where it is.

    Args:
        action: its destinations name what carries the rest, its order what stands at the top, in the middle or at the bottom.
        world: the scene.
        items: what is stacked, as listed. ``red on green`` is a destination; in a mere list the first is the bottom.
    """
    levels: dict[str, list[str]] = {"bottom": [], "middle": [], "top": []}
    world.category = world.scene[items[0]].category if items and items[0] in world.scene else world.category
    for level, phrase in action.order:
        levels["middle" if level == "next" else level].append(resolve_one(phrase, world, "moved"))
    placed = [name for names in levels.values() for name in names]
    rest = [name for name in items if name not in placed]
    base = [resolve_one(d.phrase, world, "support") for d in reversed(action.destinations) if d.phrase is not None]
    if not base and not levels["bottom"] and len(rest) > 1 and any(phrase.plural for phrase in action.objects):
        rest = _steadiest_first(rest, world)
    base = [name for name in base if name != TABLE]  # where a stack stands anyway
    if set(base) & set(items):
        raise RefuseError("not_understood", "nothing can be stacked on itself; say what goes on what")
    order = [*base, *levels["bottom"], *_around(levels["middle"], rest), *reversed(levels["top"])]
    order = list(dict.fromkeys(order))
    if len(order) < 2:
        raise RefuseError("not_understood", "a stack needs at least two things; say what goes on what")
    if len(order) > HIGHEST:
        raise RefuseError("impossible", f"a stack of {len(order)} is too high")
    return tuple(order)


def _around(middle: list[str], rest: list[str]) -> list[str]:
    return (
        [*rest, *middle]
        if not rest
        else [*rest[: len(rest) // 2 + len(rest) % 2], *middle, *rest[len(rest) // 2 + len(rest) % 2 :]]
    )


def _steadiest_first(names: list[str], world: World) -> list[str]:
    """The biggest at the bottom; of equals the one nearest to the middle between the arms, where both reach."""

    def key(name: str) -> tuple[float, float]:
        item = world.scene[name]
        x, y, _ = item.pose.position
        return -round(math.prod(item.size) * 1e5), math.hypot(x - 0.42, y)

    return sorted(names, key=key)
