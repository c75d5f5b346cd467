"""A verb with what it takes, as orders; combinations that mean nothing give none."""

from collections.abc import Callable
from dataclasses import replace

from tandem.language.busybox.orders import is_box_verb, move_hand, operate
from tandem.language.components import Components
from tandem.language.syntax import Action, Destination, Filter, Hand, Phrases

Actions = tuple[Action, ...]

_SETTING_DOWN = ("release", "drop", "let go", "let go of", "lower", "put down", "set down", "lay down", "place down", "unload")
_NEED_OBJECT = (
    "rest", "sit", "sort", "park", "return", "send", "retract", "lower", "clear", "clean up", "clear away", "clear out", "fall",
    "leave",
)  # fmt: skip
_CLEARING = ("clear", "clean up", "tidy", "tidy up", "clear away")
_TAKING_AWAY = ("remove", "unload")
_PLUGGING = ("insert", "plug", "plug in", "slot in", "push in", "press in", "fit in", "put in", "stick in")
_LEVEL_LIMIT = 8


def interpret(kinds: tuple[str, ...], parts: Components) -> list[Actions]:
    """What verbs of these classes (``put place``, see the lexicon) mean with these components.

    Several verbs share the components, as in ``lift and hold the tray``.
    """
    if len(parts.takers) == 2 and parts.takers[0].side == "other":  # ``between hands, left to right``
        parts = replace(parts, takers=parts.takers[1:])
    if len(parts.objects) > 1 or any(
        len(getattr(parts, role)) > 1 for role in ("sources", "durations", "heights", "takers", "givers", "in_hands")
    ):
        return []
    if kinds[0].startswith("move_hand "):
        return [actions for actions in move_hand(parts, _arm(parts)) if len(kinds) == 1]
    if parts.bare_hands:
        if kinds[0].split()[0] not in ("hand", "open", "close") or len(parts.bare_hands) > 1 or parts.takers:
            return []
        swapped = parts.bare_hands[0].side == "both" and kinds[0].startswith("hand ")  # ``swap hands``
        parts = replace(parts, takers=(Hand("other"),) if swapped else parts.bare_hands, bare_hands=())
    if len(kinds) == 1:
        return _one(kinds[0], parts)
    return _several(kinds, parts)


def _several(kinds: tuple[str, ...], parts: Components) -> list[Actions]:
    first, last = kinds[0].split()[0], kinds[-1].split()[0]
    if len(kinds) == 2 and first == "press" and kinds[1].endswith((" release", " let go of", " let go")):
        return _one(kinds[0], parts)
    if len(kinds) == 2 and first in ("pick", "hold") and is_box_verb(kinds[1]):
        return _one(kinds[1], parts)
    if len(kinds) == 2 and first == "pick" and last in ("put", "stack", "hand", "lift"):
        return _one(kinds[1], parts)
    if len(kinds) == 2 and first in ("pick", "lift") and last in ("hold", "hold_up"):
        time = replace(parts, durations=(), particles=())
        found = []
        for before in _one(kinds[0], replace(time, manners=tuple(m for m in parts.manners if m != "stay"))):
            for after in _one("hold hold", replace(time, objects=(), durations=parts.durations, heights=())):
                found.append((*before, *after))
        return found
    return []


def _one(kind: str, parts: Components) -> list[Actions]:
    if is_box_verb(kind):
        return move_hand(parts, _arm(parts)) if kind.startswith("move_hand ") else operate(kind, parts, _arm(parts))
    if parts.settings:
        return []
    verb, _, base = kind.partition(" ")
    return [actions for actions in _MEANINGS[verb](base, parts) if actions]


def _side(hands: tuple[Hand, ...]) -> str:
    return hands[0].side if hands else ""


def _arm(parts: Components) -> str | None:
    """The hand that acts, as said; None when it is said twice, and differently."""
    said = {hand.side for hand in parts.arms} | {manner for manner in parts.manners if manner in ("left", "right")}
    if "both" in parts.manners and not said:
        said = {"both"}
    said.discard("any")
    return None if len(said) > 1 else next(iter(said), "")


def _objects(parts: Components) -> Phrases:
    """What it is done to, narrowed down by where it is taken from."""
    objects = parts.objects[0] if parts.objects else ()
    for source in parts.sources:
        if source.phrase is None or source.phrase.kind != "things":
            continue
        inside = Filter("relation", "at", source.phrase)
        objects = tuple(replace(p, filters=(*p.filters, inside)) if p.kind == "things" else p for p in objects)
    return objects


def _common(parts: Components, verb: str) -> Action | None:
    arm = _arm(parts)
    if arm is None:
        return None
    return Action(verb, objects=_objects(parts), arm=arm, constraints=parts.constraints)


def _pick(base: str, parts: Components) -> list[Actions]:
    to_a_place = any(d.relation not in ("left_of", "right_of") or d.phrase for d in parts.destinations[:1])
    if to_a_place or parts.orders:
        return _put("place", parts)
    if parts.takers:
        return _hand(base, parts)
    if parts.has("durations", "destinations") or ("both" in parts.manners and not parts.objects):
        return []
    if parts.heights:
        return _lift(base, parts)
    hand = parts.in_hands
    action = _common(replace(parts, arms=parts.arms + hand), "pick")
    if action is None or not _particles_in(parts, "up", "out", "off", "over", "away"):
        return []
    if not action.objects and base in ("get", "take", "collect", "grip", "gather", "fetch", "select") and not parts.givers:
        return []
    if "away" in parts.particles or base in _TAKING_AWAY:
        return [(replace(action, verb="put", destinations=(Destination("out"),)),)]
    if "over" in parts.particles and not parts.givers:
        return [(replace(action, verb="hand", taker=action.arm or "other", arm=""),)]
    if parts.givers:
        return [(replace(action, verb="hand", giver=_side(parts.givers), taker=action.arm or "other", arm=""),)]
    return [(action,)]


def _particles_in(parts: Components, *allowed: str) -> bool:
    return all(particle in allowed for particle in parts.particles)


def _put(base: str, parts: Components) -> list[Actions]:
    if parts.takers or (parts.givers and not parts.destinations) or parts.in_hands:
        return _into_hand(base, parts)
    action = _common(parts, "put")
    if action is None or parts.has("durations", "heights") or (base in _NEED_OBJECT and not parts.objects):
        return []
    destinations = _one_place(_said_or_implied(base, parts))
    if base in _CLEARING and action.objects and action.objects[0].kind == "table":
        action = replace(action, verb="empty")
        destinations = destinations or (Destination("away"),)
    if any(d.relation in ("stacked", "top") for d in destinations) or parts.orders:
        return _stack(base, parts)
    if not destinations or (len(destinations) > 1 and not _is_chain(destinations)):
        return []
    return [(replace(action, destinations=destinations, arm=action.arm or _side(parts.givers)),)]


def _insert(base: str, parts: Components) -> list[Actions]:
    """``plug the peg into the socket``; what these verbs say of other places is nothing that is done."""
    inward = all(d.relation in ("in", "to", "inside") for d in parts.destinations)
    if not inward or not parts.objects or not _particles_in(parts, "in") or not (parts.destinations or base in _PLUGGING):
        return []
    return _put(base, replace(parts, particles=()))


def _into_hand(base: str, parts: Components) -> list[Actions]:
    """``move it to the right hand``: a hand-over when another hand has it, else that hand picks it up."""
    hands = parts.takers + parts.in_hands
    if not parts.objects or (parts.givers and not hands):
        return []
    meant = _hand(base, parts, explicit=True)
    if parts.givers or parts.arms or hands[0].side in ("other", "person"):
        return meant
    return [(replace(actions[0], verb="pick", arm=actions[0].taker, taker=""), *actions[1:]) for actions in meant]


def _said_or_implied(base: str, parts: Components) -> tuple[Destination, ...]:
    """The destinations; without one, what the verb or its particle means: down, back, away, sorted."""
    if parts.destinations:
        return parts.destinations
    if "down" in parts.particles or base in _SETTING_DOWN:
        return (Destination("down"),)
    if "back" in parts.particles:
        return (Destination("back"),)
    if "away" in parts.particles or base.endswith(("away", "tidy", "tidy up")):
        return (Destination("away"),)
    if base in _PLUGGING:
        return (Destination("inside"),)
    return (Destination("matching"),) if base == "sort" else ()


def _one_place(destinations: tuple[Destination, ...]) -> tuple[Destination, ...]:
    """``beside the red cube, on its left`` is to the left of the red cube."""
    if len(destinations) == 2 and destinations[0].relation == "next_to" and destinations[1].relation != "on":
        owner = destinations[1].phrase
        if owner is None or owner.kind == "it":
            return (Destination(destinations[1].relation, destinations[0].phrase),)
    return destinations


def _is_chain(destinations: tuple[Destination, ...]) -> bool:
    """``on the green cube on the blue cube``, or one place said twice, as in ``there, on the tray``."""
    return all(d.relation == "on" and d.phrase is not None for d in destinations)


def _stack(base: str, parts: Components) -> list[Actions]:
    if parts.has("takers", "givers", "in_hands", "durations", "heights") or len(parts.orders) > _LEVEL_LIMIT:
        return []
    action = _common(parts, "tower")
    if action is None:
        return []
    destinations = tuple(d for d in parts.destinations if d.relation != "stacked")
    if any(phrase.text.endswith((" on top", " at the bottom", " on the bottom")) for phrase in action.objects):
        return []  # that says what stands where
    several = len(action.objects) > 1 or any(phrase.plural for phrase in action.objects)
    if not (several or parts.orders or destinations):
        return []
    if any(d.relation not in ("on", "top", "next_to") for d in destinations) or not _particles_in(parts, "up", "together"):
        return []
    if any(d.relation == "next_to" for d in destinations):
        return []
    if destinations and destinations[0].relation == "top" and several:
        return []
    if destinations and destinations[0].relation == "top":
        return [(replace(action, verb="put", destinations=destinations[:1]),)] if not parts.orders else []
    return [(replace(action, destinations=destinations, order=parts.orders),)]


def _lift(base: str, parts: Components) -> list[Actions]:
    if parts.has("destinations", "givers", "takers", "orders"):
        return _put("move", parts) if parts.destinations and not parts.heights else []
    action = _common(replace(parts, arms=parts.arms + parts.in_hands), "lift")
    if action is None or not _particles_in(parts, "up", "off", "away"):
        return []
    action = replace(action, height=parts.heights[0] if parts.heights else 0.0)
    hold = Action("hold", arm="", duration=parts.durations[0] if parts.durations else 0.0)
    if parts.durations or "stay" in parts.manners:
        return [(action, hold)]
    return [(action,)]


def _hold(base: str, parts: Components) -> list[Actions]:
    if "out" in parts.particles:
        return _offer(base, parts)
    if parts.has("destinations", "givers", "takers", "orders", "sources"):
        destinations = [d for d in parts.destinations if d.relation not in ("there", "left_of")]
        return _put(base, parts) if base in ("keep", "leave") and destinations else []
    action = _common(replace(parts, arms=parts.arms + parts.in_hands), "hold")
    if action is None or not _particles_in(parts, "up", "on"):
        return []
    raised = "up" in parts.particles or "up" in parts.manners or bool(parts.heights)
    if base == "wait":
        plain = parts.only("durations", "manners") and parts.durations
        return [(Action("wait", duration=parts.durations[0]),)] if plain else []
    if base in ("keep", "maintain", "support", "retain", "suspend") and not (action.objects or raised or "stay" in parts.manners):
        return []
    action = replace(action, duration=parts.durations[0] if parts.durations else 0.0)
    if raised:
        lift = Action("lift", action.objects, arm=action.arm, height=parts.heights[0] if parts.heights else 0.0)
        return [(lift, replace(action, objects=()))] if action.objects else [(replace(lift, verb="raise"), action)]
    return [(action,)]


def _offer(base: str, parts: Components) -> list[Actions]:
    """``hold out the red cube (to me)``: a person takes it, whether that is said or not."""
    person = Hand("person")
    if parts.has("destinations", "givers", "orders", "durations", "heights") or set(parts.takers) - {person}:
        return []
    action = _common(replace(parts, arms=parts.arms + parts.in_hands), "hand")
    if action is None or not _particles_in(parts, "out", "over"):
        return []
    return [(replace(action, giver=action.arm, taker="person", arm=""),)]


def _hold_up(base: str, parts: Components) -> list[Actions]:
    return _hold("hold", replace(parts, particles=(*parts.particles, "up")))


def _hand(base: str, parts: Components, explicit: bool = False) -> list[Actions]:
    """A hand-over. Verbs that also mean moving need the word hand, or one like it, somewhere."""
    if parts.has("durations", "heights", "orders"):
        return []
    takers = parts.takers + parts.in_hands
    if len(takers) > 1 or not _particles_in(parts, "over", "across", "off", "along", "back"):
        return []
    hands = takers + parts.givers + parts.arms
    if explicit and not any(hand.explicit or hand.side == "other" for hand in hands):
        return []
    objects = parts.objects
    if base in ("switch", "swap", "change", "exchange"):
        if not takers and not parts.givers:
            return []
    elif base in ("give", "take") and not takers:
        return []
    action = _common(replace(parts, objects=objects), "hand")
    if action is None or (not takers and not parts.givers and not parts.particles):
        return []
    giver = _side(parts.givers) or (action.arm if action.arm in ("left", "right") else "")
    handed = replace(action, giver=giver, taker=_side(takers) or "other", arm="")
    if not parts.destinations:
        return [(handed,)]
    if any(d.relation in ("left_of", "right_of") and d.phrase is None for d in parts.destinations) or len(parts.destinations) > 1:
        return []
    return [(handed, Action("put", destinations=parts.destinations))]


def _home(base: str, parts: Components) -> list[Actions]:
    """``go home``; the object may be hands, which the clause has made into arms."""
    if not parts.only("arms", "particles", "manners", "constraints"):
        return []
    arm = _arm(parts)
    return [] if arm is None else [(Action("home", arm=arm or "both", constraints=parts.constraints),)]


def _open(base: str, parts: Components) -> list[Actions]:
    return _gripper("open", parts)


def _close(base: str, parts: Components) -> list[Actions]:
    return _gripper("close", parts)


def _gripper(verb: str, parts: Components) -> list[Actions]:
    hands = parts.takers or parts.arms
    if parts.objects and parts.only("objects", "manners") and [p.kind for p in parts.objects[0]] in (["it"], ["them"]):
        return [(Action(verb, arm="it"),)]
    if not parts.only("takers", "arms", "particles", "manners") or len(hands) != 1 or not _particles_in(parts, "up"):
        return []
    return [(Action(verb, arm=hands[0].side),)]


def _build(base: str, parts: Components) -> list[Actions]:
    """``make a tower of red on green``: the clause has dropped the word for the tower."""
    return _stack(base, parts)


def _fill(base: str, parts: Components) -> list[Actions]:
    """``fill the green bin with all the cubes``: the clause has made the container the destination."""
    return _put("put", parts) if parts.objects and parts.destinations else []


def _empty(base: str, parts: Components) -> list[Actions]:
    if (
        not parts.objects
        or parts.has("takers", "givers", "in_hands", "durations", "heights", "orders")
        or len(parts.destinations) > 1
    ):
        return []
    action = _common(replace(parts, sources=()), "empty")
    if action is None or len(action.objects) != 1 or parts.sources:
        return []
    return [(replace(action, destinations=parts.destinations or (Destination("out"),)),)]


_MEANINGS: dict[str, Callable[[str, Components], list[Actions]]] = {
    "pick": _pick,
    "put": _put,
    "insert": _insert,
    "stack": _stack,
    "lift": _lift,
    "hold": _hold,
    "hold_up": _hold_up,
    "offer": _offer,
    "hand": _hand,
    "home": _home,
    "open": _open,
    "close": _close,
    "build": _build,
    "fill": _fill,
    "empty": _empty,
}
