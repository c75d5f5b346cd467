"""Where things should go: destinations as said, to a relation and a reference in the scene."""

from tandem.cell.busybox.parts import BOX_CATEGORIES
from tandem.cell.relations import CONTAINERS, TABLE
from tandem.language.answers import AskError, RefuseError, which
from tandem.language.grounding import Role, resolve_one
from tandem.language.syntax import Destination
from tandem.language.telling import is_whole
from tandem.language.words import in_words, listing, relation_in_words
from tandem.language.world import World

Goal = tuple[str, str]
"""A relation and the scene name of its reference, or the table."""


def goal_of(destination: Destination, world: World, name: str = "") -> Goal:
    """What a destination means for the object of that name.

    Raises:
        AskError: it may mean several things.
        RefuseError: there is no such thing, or nothing can be put there.
    """
    relation, phrase = destination.relation, destination.phrase
    if relation in ("between", "under"):
        raise RefuseError("impossible", f"putting things {relation} others is not something I can do")
    if phrase is None:
        return _implied(relation, world, name)
    if phrase.kind == "table":
        if relation not in ("on", "to"):
            raise RefuseError("impossible", f"nothing can be put {relation_in_words(relation)} the table")
        return "on", TABLE
    if phrase.text == "itself":
        return relation, name
    role: Role = "container" if relation == "in" else "support" if relation == "on" else "reference"
    if relation == "to" and phrase.category in ("box", "one") and not phrase.colours:
        role = "container"
    target = resolve_one(phrase, world, role, like=name)
    return ("on", TABLE) if target == TABLE else (_sensible(relation, target, world), target)


def _sensible(relation: str, target: str, world: World) -> str:
    """``to`` and ``on`` a bin mean in it; ``in`` a tray means on it."""
    category = world.scene[target].category
    if category in BOX_CATEGORIES and relation in ("in", "on"):
        raise RefuseError("impossible", f"nothing can be put {relation} {in_words(target)}")
    if category in CONTAINERS:
        return "in" if relation in ("to", "on") else relation
    if category == "socket" and relation == "to":
        return "in"
    if category == "socket" and relation == "in":
        return relation
    if category == "tray":
        return "on" if relation in ("to", "in") else relation
    if relation == "in":
        raise RefuseError("impossible", f"{in_words(target)} is no container")
    return "next_to" if relation == "to" else relation


def _implied(relation: str, world: World, name: str) -> Goal:
    match relation:
        case "down" | "out":
            return "on", TABLE
        case "back":
            return world.origins.get(name, ("on", TABLE))
        case "there":
            if world.destination is None and world.container:
                return "in", world.container
            if world.destination is None:
                raise RefuseError("not_understood", "I don't know where 'there' is")
            return world.destination
        case "top":
            return "on", _newest_top(world, name)
        case "inside" | "away" | "matching":
            return "in", _some_container(relation, world, name)
    others = tuple(item.name for item in world.scene if item.name != name and is_whole(item))
    if not others:
        raise RefuseError("unknown_object", f"there is nothing that it could be {relation_in_words(relation)}")
    raise AskError(f"{relation_in_words(relation).capitalize()} what: {listing([in_words(other) for other in others])}?", others)


def _newest_top(world: World, name: str) -> str:
    """The top of what was stacked, or spoken of, last."""
    for other in reversed([n for n in world.mentioned if n not in world.handled] + world.handled):
        item = world.scene.get(other)
        if item is None or other == name or item.category not in world.movable or item.held_by:
            continue
        while above := [upper for upper in world.above(other) if upper != name]:
            other = above[0]
        return other
    raise RefuseError("not_understood", "I don't know on top of what")


def _only_socket(world: World) -> str:
    sockets = tuple(item.name for item in world.scene if item.category == "socket")
    if not sockets:
        raise RefuseError("unknown_object", "I see no socket")
    if len(sockets) > 1:
        raise which(sockets, world)
    return sockets[0]


def _some_container(relation: str, world: World, name: str) -> str:
    colour = world.scene[name].colour if name else ""
    if name and world.scene[name].category == "peg":
        return _only_socket(world)
    bins = tuple(item.name for item in world.scene if item.category in CONTAINERS)
    if relation == "matching":
        bins = tuple(n for n in bins if world.scene[n].colour == colour)
        if not bins:
            raise RefuseError("impossible", f"there is no {colour} bin")
    if relation == "inside" and world.container:
        return world.container
    if not bins:
        raise RefuseError("unknown_object", "I see no bin")
    if len(bins) > 1:
        raise which(bins, world)
    return bins[0]
