"""From descriptions to the objects of the scene."""

import math
from collections.abc import Sequence
from typing import Literal, get_args

from tandem.cell import relations
from tandem.cell.busybox.parts import BOX_CATEGORIES, PART_CATEGORIES
from tandem.cell.relations import TABLE
from tandem.cell.scene import SceneObject
from tandem.language.answers import AskError, RefuseError, which
from tandem.language.busybox import places
from tandem.language.busybox.vocabulary import WHOLE, PartRole
from tandem.language.selecting import select
from tandem.language.syntax import Filter, NounPhrase, Phrases
from tandem.language.telling import missing, noun_of, seen
from tandem.language.words import in_words, listing
from tandem.language.world import MOVABLE, World, named_categories

Role = Literal["moved", "container", "support", "reference"] | PartRole

_SELECTING = ("side", "ordinal", "nearest", "farthest", "size")

_SUITABLE: dict[Role, tuple[str, ...]] = {
    "moved": MOVABLE,
    "container": ("bin", "tray", "socket"),
    "support": ("cube", "box", "tray", "bin", "socket"),
    "reference": ("cube", "box", "egg", "bin", "tray", "peg", "socket"),
    **{role: (role,) for role in get_args(PartRole)},
}
"""Which categories a description without a noun may mean; a noun always means what it says."""

_NEARLY = 1.05
"""What lies between two things makes the way from one to the other at most so much longer."""

_ONE_BY_ONE = ("slider", "knob", "busybox")
"""A mere ``all`` or ``both`` means none of these unless they have been spoken of."""

PART_ROLES: tuple[str, ...] = get_args(PartRole)


def resolve(phrase: NounPhrase, world: World, role: Role, like: str = "") -> tuple[str, ...]:
    """Scene names of what a phrase means; ``table`` stands for the table.

    Args:
        phrase: the description.
        world: the scene and what was spoken of.
        role: what it is needed for, which tells apart what the words leave open.
        like: the object whose colour a matching one has.

    Raises:
        AskError: it may mean several things.
        RefuseError: there is no such thing.
    """
    match phrase.kind:
        case "table":
            return (TABLE,)
        case "it":
            names: tuple[str, ...] = (_it(phrase, world, role, like),)
        case "them":
            names = _them(phrase, world, role)
        case "rest":
            names = _other_parts(world, role) if role in PART_ROLES else _rest(world)
        case "tower":
            names = (_tower(world),)
        case _:
            names = _described(phrase, world, role, like)
    names = _without(names, phrase.excluded, world, role)
    world.mention(names)
    return names


def resolve_one(phrase: NounPhrase, world: World, role: Role, like: str = "") -> str:
    """The same for a phrase that must mean a single thing."""
    names = resolve(phrase, world, role, like)
    if not names:
        raise RefuseError("unknown_object", f"nothing is left of '{phrase.text}'; {seen(world)}")
    if len(names) != 1:
        raise AskError(f"Which one do you mean by '{phrase.text}': {_listed(names)}?", names)
    return names[0]


def resolve_all(phrases: Phrases, world: World, role: Role) -> tuple[str, ...]:
    """Everything that several phrases mean, without repetitions."""
    return tuple(dict.fromkeys(name for phrase in phrases for name in resolve(phrase, world, role)))


def _listed(names: Sequence[str]) -> str:
    return listing([in_words(name) for name in names])


def _it(phrase: NounPhrase, world: World, role: Role, like: str) -> str:
    if role == "container":
        if world.container:
            return world.container
        raise RefuseError("not_understood", f"I don't know which container '{phrase.text}' is")
    if role in PART_ROLES:
        return _part_spoken_of(phrase, world, role)
    known = [name for name in world.objects if name != like]
    if len(known) == 1:
        return known[0]
    others = [name for name in world.mentioned if name != like and name in world.scene]
    if len(known) > 1 and others and others[-1] not in known:
        return others[-1]
    if not known and others:
        return others[-1]
    held = world.all_held()
    if not known and len(held) == 1:
        return held[0]
    if known or held:
        choices = tuple(known) or held
        raise AskError(f"Which one do you mean by '{phrase.text}': {_listed(choices)}?", choices)
    raise RefuseError("not_understood", f"I don't know what '{phrase.text}' stands for")


def _part_spoken_of(phrase: NounPhrase, world: World, role: Role) -> str:
    """The newest of that kind; what was spoken of last where there is none, so that it can be said why it won't do."""
    spoken = [name for name in (*world.mentioned, *world.objects) if name in world.scene]
    alike = [name for name in spoken if world.scene[name].category == role]
    if alike or spoken:
        return (alike or spoken)[-1]
    raise RefuseError("not_understood", f"I don't know what '{phrase.text}' stands for")


def _them(phrase: NounPhrase, world: World, role: Role) -> tuple[str, ...]:
    if role in PART_ROLES:
        alike = tuple(name for name in world.objects or tuple(world.handled) if world.scene[name].category == role)
        if alike or role in _ONE_BY_ONE:
            return alike or _unknown_plural(phrase)
    if len(world.objects) > 1:
        return world.objects
    several = tuple(world.handled) or world.all_held() or world.objects
    if several:
        return several
    if {"all", "each", "both"} & set(phrase.text.split()):
        everything = NounPhrase(phrase.text, "things", "thing", quantifier="all", plural=True)
        return _described(everything, world, role if role in PART_ROLES else "moved", "")
    return _unknown_plural(phrase)


def _unknown_plural(phrase: NounPhrase) -> tuple[str, ...]:
    raise RefuseError("not_understood", f"I don't know what '{phrase.text}' stands for")


def _rest(world: World) -> tuple[str, ...]:
    """All of the kind that was spoken of, or all that can be moved, but what has been handled."""
    last = world.scene.get(world.handled[-1]) if world.handled else None
    categories = world.movable if last is None else (last.category,)
    names = tuple(item.name for item in world.scene if item.category in categories and item.name not in world.handled)
    if not names:
        raise RefuseError("unknown_object", "there is nothing else")
    return names


def _other_parts(world: World, role: Role) -> tuple[str, ...]:
    """All of that kind but what has been handled, or named before in the same order."""
    known = {*world.handled, *world.mentioned}
    names = tuple(item.name for item in world.scene if item.category == role and item.name not in known)
    if not names:
        raise RefuseError("unknown_object", f"there is no other {role}")
    return names


def _tower(world: World) -> str:
    """The top of the only stack."""
    tops = tuple(
        o.name for o in world.scene if o.category in world.movable and not world.above(o.name) and _stands_on_another(o, world)
    )
    if len(tops) > 1:
        raise AskError(f"Which stack do you mean: the one under {_listed(tops)}?", tops)
    if not tops:
        raise RefuseError("unknown_object", "there is no stack")
    return tops[0]


def _stands_on_another(item: SceneObject, world: World) -> bool:
    return any(item.name in world.above(other.name) for other in world.scene if other.name != item.name)


def _without(names: tuple[str, ...], excluded: Phrases, world: World, role: Role) -> tuple[str, ...]:
    out: set[str] = set()
    for phrase in excluded:
        try:
            out |= set(resolve(phrase, world, role))
        except RefuseError:
            if phrase.quantifier != "all":
                raise
    return tuple(name for name in names if name not in out)


def _described(phrase: NounPhrase, world: World, role: Role, like: str) -> tuple[str, ...]:
    if not phrase.category:
        raise RefuseError("unknown_object", f"I know no '{phrase.unknown}'; {seen(world)}")
    found = _of_category(phrase, world, role, like)
    for narrowing in phrase.filters:
        if narrowing.kind not in _SELECTING:
            found = _narrowed(found, narrowing, world, like, phrase)
    if phrase.excluded:
        kept = set(_without(tuple(item.name for item in found), phrase.excluded, world, role))
        found = [item for item in found if item.name in kept]
    for narrowing in phrase.filters:
        if narrowing.kind in _SELECTING:
            near = _reference(narrowing.phrase, found, world) if narrowing.phrase else None
            if near is None and role == "container" and not narrowing.value:
                near = world.scene.get(like)  # the nearest bin is the nearest to what goes into it
            found = select(found, narrowing, phrase, world, near)
    return _counted(found, phrase, world, role)


def _reference(phrase: NounPhrase, found: list[SceneObject], world: World) -> SceneObject:
    """What something is near to, or far from; ``the wires`` together are where their module is."""
    if places.are_parts(found):
        world.category = found[0].category
        names = resolve(phrase, world, "reference")
        modules = {world.scene[name].on for name in names if name in world.scene}
        if len(names) > 1 and len(modules) == 1 and (module := world.scene.get(modules.pop())) is not None:
            return module
    return world.scene[resolve_one(phrase, world, "reference")]


def _of_category(phrase: NounPhrase, world: World, role: Role, like: str) -> list[SceneObject]:
    """What fits the noun and the colours; for a noun that says little, what fits the role."""
    for categories in _categories(phrase, world, role):
        found = [item for item in world.scene if item.category in categories]
        found = [item for item in found if not phrase.colours or item.colour in phrase.colours]
        found = [item for item in found if item.name != like] or found
        if found:
            missing = [colour for colour in phrase.colours if all(item.colour != colour for item in found)]
            if missing:
                raise RefuseError("unknown_object", f"I see no {missing[0]} {noun_of(phrase)}; {seen(world)}")
            return found
    colours = listing(phrase.colours)
    noun = role if role in PART_ROLES and phrase.category in ("one", "thing") else noun_of(phrase)
    raise RefuseError("unknown_object", f"I see no {colours + ' ' if colours else ''}{noun}; {seen(world, noun)}")


def _categories(phrase: NounPhrase, world: World, role: Role) -> list[tuple[str, ...]]:
    named = named_categories(world.scene)
    suitable = (*_SUITABLE[role], *named) if role in ("moved", "reference") else _SUITABLE[role]
    any_of_all = (*_SUITABLE["reference"], *named)
    if role in PART_ROLES and phrase.category in ("one", "thing"):
        return [suitable]
    match phrase.category:
        case "cube":
            return [("cube",), ("box",)]
        case "box" if not phrase.colours and not phrase.plural and role != "container" and _has_busybox(world):
            return [(WHOLE,)]
        case "box":
            return [("bin",), ("box",), ("cube",)] if role == "container" else [("box",), suitable]
        case "one" if phrase.quantifier == "all" and phrase.text.startswith("non"):
            return [any_of_all]
        case "one":
            said = [(world.category,)] if world.category in (*suitable, *PART_CATEGORIES) else []
            return [*said, suitable, any_of_all, PART_CATEGORIES] if role != "moved" else [*said, suitable]
        case "thing":
            return [suitable] if phrase.quantifier in ("all", "a") or role == "moved" else [suitable, any_of_all]
    return [(phrase.category,)]


def _has_busybox(world: World) -> bool:
    return any(item.category == WHOLE for item in world.scene)


def _narrowed(found: list[SceneObject], narrowing: Filter, world: World, like: str, phrase: NounPhrase) -> list[SceneObject]:
    if narrowing.kind == "relation" and places.are_parts(found) and (among := _among_parts(found, narrowing, world, phrase)):
        return among
    if narrowing.kind == "between":
        kept = _between(found, narrowing, world)
    else:
        kept = [item for item in found if _fits(item, narrowing, world, like)]
    if narrowing.kind == "same" and kept:
        kept = [max(kept, key=lambda item: world.mentioned.index(item.name))]
    if not kept:
        raise RefuseError("unknown_object", f"{missing(narrowing, noun_of(phrase))}; {seen(world)}")
    return kept


def _among_parts(found: list[SceneObject], narrowing: Filter, world: World, phrase: NounPhrase) -> list[SceneObject]:
    """Those that are ``to the left of the green one``; all of them where they are said to be on the box."""
    if narrowing.phrase is None or narrowing.phrase.kind == "table":
        return []
    targets = _aside(narrowing.phrase, found[0].category, world)
    if all(world.scene[target].category == WHOLE for target in targets):
        return found
    return places.beside(found, narrowing.value, targets, phrase, world.scene)


def _between(found: list[SceneObject], narrowing: Filter, world: World) -> list[SceneObject]:
    """Those that are hardly off the straight line between two others."""
    ends: list[tuple[float, float]] = []
    for phrase in (narrowing.phrase, narrowing.other):
        names = _aside(phrase, found[0].category, world) if phrase is not None else ()
        ends += [places.place_of(world.scene[name], world.scene) for name in names[:1] if name != TABLE]
    if len(ends) < 2:
        return []
    kept = []
    for item in found:
        to_ends = [math.dist(places.place_of(item, world.scene), end) for end in ends]
        if min(to_ends) > 0.0 and sum(to_ends) < _NEARLY * math.dist(*ends):
            kept.append(item)
    return kept


def _fits(item: SceneObject, narrowing: Filter, world: World, like: str) -> bool:
    match narrowing.kind:
        case "relation":
            return _is_related(item, narrowing, world)
        case "held":
            return item.held_by == narrowing.value if narrowing.value else bool(item.held_by)
        case "other":
            return item.name not in world.mentioned
        case "same":
            return item.name in world.mentioned
        case "recent":
            return item.name in world.handled
        case "stacked":
            return bool(world.above(item.name)) or _stands_on_another(item, world)
        case "state":
            return item.state == narrowing.value
        case "part":
            return item.category in BOX_CATEGORIES
        case "empty":
            return not world.contents(item.name)
        case "full":
            return bool(world.contents(item.name))
        case "matching":
            return not like or item.colour == world.scene[like].colour
    raise ValueError(f"unknown filter {narrowing.kind}")


def _is_related(item: SceneObject, narrowing: Filter, world: World) -> bool:
    phrase = narrowing.phrase
    if phrase is None:
        return False
    if phrase.kind == "table":
        return not item.held_by and world.whereabouts(item.name)[1] == TABLE
    role: Role = "container" if narrowing.value == "in" else "support" if narrowing.value in ("on", "at") else "reference"
    targets = _aside(phrase, item.category, world, role)
    return any(_holds(narrowing.value, item, target, world) for target in targets if target != item.name)


def _aside(phrase: NounPhrase, category: str, world: World, role: Role = "reference") -> tuple[str, ...]:
    """What a phrase inside another one means; it does not count as having been spoken of."""
    mentioned, before = list(world.mentioned), world.category
    world.category = category
    try:
        return resolve(phrase, world, role)
    finally:
        world.mentioned, world.category = mentioned, before


def _holds(relation: str, item: SceneObject, target: str, world: World) -> bool:
    if relation == "at" or (relation in ("in", "on") and target != TABLE and world.scene[target].category in ("bin", "tray")):
        return item.name in world.contents(target) or item.name in world.above(target)
    if relation == "under":
        return target != TABLE and target in world.above(item.name)
    return relation in relations.RELATIONS and world.is_at(relation, item.name, target)


def _counted(found: list[SceneObject], phrase: NounPhrase, world: World, role: Role) -> tuple[str, ...]:
    """As many as were asked for."""
    names = tuple(item.name for item in found)
    if phrase.count and len(names) < phrase.count:
        raise RefuseError("unknown_object", f"'{phrase.text}' asks for {phrase.count}, but {seen(world)}")
    if phrase.plural and phrase.quantifier == "a":
        return tuple(item.name for item in sorted(found, key=_from_robots)[: phrase.count or 2])
    if phrase.count and len(names) > phrase.count:
        raise AskError(f"Which {phrase.count} do you mean: {_listed(names)}?", names)
    if phrase.plural or phrase.quantifier == "all" or len(names) == 1:
        return names
    if phrase.quantifier == "a":
        return (min(found, key=_from_robots).name,)
    return (_told_apart(found, phrase, world, role),)


def _told_apart(found: list[SceneObject], phrase: NounPhrase, world: World, role: Role) -> str:
    """The one that is in a hand, or has just been spoken of; otherwise it must be asked."""
    names = tuple(item.name for item in found)
    held = [item.name for item in found if item.held_by]
    if role == "moved" and len(held) == 1:
        return held[0]
    spoken = [name for name in world.mentioned if name in names]
    if spoken and not phrase.filters:
        return spoken[-1]
    raise which(names, world)


def _from_robots(item: SceneObject) -> float:
    """Distance to the nearer arm's base."""
    x, y, _ = item.pose.position
    return math.hypot(x, abs(y) - 0.35)
