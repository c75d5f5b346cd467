"""Contacts and motions that nobody asked for, from the contact log and the steps that ran."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tandem.cell import contacts, relations
from tandem.cell.names import SIDES, Side
from tandem.cell.plan import PART_VERBS, WHOLE_VERBS, Step
from tandem.learning.evaluation.intended_box import BRUSHED_N, WITHOUT_TOUCH, brushes, named_on_box
from tandem.learning.evaluation.recording import Recording, involves, other, pair, plan_names, root_of
from tandem.sim.contacts import ContactEvent

_MOVED_M = 0.010
"""Objects that no step handles may move by this much."""

_SHIFTED_M = 0.030
"""The BusyBox may be shifted by less than this while one of its parts is handled."""

_AT_HAND_S = 0.2
"""Contacts follow their cause: a step's contacts may begin this long after the next one started."""

Pair = frozenset[str]


@dataclass(frozen=True)
class StepWindow:
    """When a step was carried out [s], by the cell's clock; ``end`` is the start of the next one, or the episode's end."""

    step: Step
    start: float
    end: float


@dataclass(frozen=True)
class Unintended:
    """Something that touched or moved though no running step named it, in words, and when [s]."""

    time: float
    text: str
    bodies: tuple[str, ...]


def unintended(recording: Recording, windows: Sequence[StepWindow], shoved: Sequence[str] = ()) -> tuple[Unintended, ...]:
    """Contacts of a robot link, or of what it carries, that the running steps did not name; and objects that were moved by it.

    A step names: the fingers with the object that it handles; that object with what it stood on, with its target, and with what
    else is in that container. A contact counts once, by its beginning. What was ``shoved`` by somebody else may have moved.
    """
    named = [_named(recording, window) for window in windows]
    found = [
        Unintended(event.start, f"{event.first} touched {event.second} with {event.max_force:.1f} N", (event.first, event.second))
        for event in recording.contacts
        if _by_the_robot(recording, event) and not _allowed(recording, event, windows, named)
    ]
    moved = [entry for entry in _moved(recording, windows) if not set(entry.bodies) & set(shoved)]
    return tuple(sorted([*found, *moved], key=lambda entry: entry.time))


def _by_the_robot(recording: Recording, event: ContactEvent) -> bool:
    if any(contacts.side_of(body) for body in pair(event)):
        return True
    return any(_carried(recording, body, event.start) for body in pair(event) if body in recording.poses)


def _allowed(recording: Recording, event: ContactEvent, windows: Sequence[StepWindow], named: Sequence[frozenset[Pair]]) -> bool:
    bodies = pair(event)
    during = [index for index, window in enumerate(windows) if window.start <= event.start <= window.end + _AT_HAND_S]
    named_now = any(bodies in named[index] for index in during)
    brushed = event.max_force < BRUSHED_N and any(brushes(windows[index].step, bodies) for index in during)
    return named_now or brushed or _regrip(recording, event) or _plugged(event, windows, named)


def _plugged(event: ContactEvent, windows: Sequence[StepWindow], named: Sequence[frozenset[Pair]]) -> bool:
    """Whether a peg touches once more the socket that an earlier step put it into: it has some play there."""
    inserts = (index for index, window in enumerate(windows) if window.step.verb == "insert" and window.start <= event.start)
    objects = not any(contacts.side_of(body) for body in pair(event))
    return objects and any(pair(event) in named[index] for index in inserts)


def _regrip(recording: Recording, event: ContactEvent) -> bool:
    """Whether a finger touches again, after a short slip, what its gripper carried just before."""
    for body in pair(event):
        side = contacts.side_of(body)
        if side and body in contacts.GROUPS[f"{side}_fingers"]:
            return _carried_by(recording, other(event, body), side, event.start)
    return False


def _named(recording: Recording, window: StepWindow) -> frozenset[Pair]:
    """Pairs of bodies that a step may bring together."""
    step, real = window.step, plan_names(recording.scene)
    item = real.get(step.object, step.object)
    if step.verb in ("home", "close", *WITHOUT_TOUCH):
        return frozenset()
    if step.verb in (*PART_VERBS, *WHOLE_VERBS):
        return named_on_box(step)
    if step.verb == "open":
        sides = SIDES if step.arm == "both" else (step.arm,)
        held = {name for name in recording.poses for side in sides if _carried_by(recording, name, side, window.start)}
        return frozenset(pair_ for name in held for pair_ in _hands(sides, name)) | {frozenset((name, "table")) for name in held}
    arms = _arms(step)
    around = {item} | _supports(recording, item, window.start)
    if step.verb == "insert":
        around.add(real.get(step.target, step.target))
    if step.verb == "place":
        target = real.get(step.target, step.target)
        around |= {target if step.relation in ("in", "on") else relations.TABLE} | _contents(recording, target, window.start)
    return frozenset(_hands(arms, item)) | {frozenset((item, body)) for body in around if body != item}


def _arms(step: Step) -> tuple[Side, ...]:
    if step.arm == "both" or step.verb == "hand_over":
        return SIDES
    return (step.arm,)


def _hands(sides: Iterable[Side], item: str) -> Iterable[Pair]:
    return (frozenset((finger, item)) for side in sides for finger in contacts.GROUPS[f"{side}_fingers"])


def _supports(recording: Recording, item: str, time: float) -> set[str]:
    """What an object touched when a step began, other than a robot: it may scrape along it once more."""
    touching = (event for event in recording.contacts if involves(event, item) and event.start <= time <= event.end + _AT_HAND_S)
    return {body for event in touching if not contacts.side_of(body := other(event, item))}


def _contents(recording: Recording, container: str, time: float) -> set[str]:
    """What lies in the container of a place."""
    if container not in recording.poses or recording.spec(container).category not in relations.CONTAINERS:
        return set()
    return {name for name in _supports(recording, container, time) if name in recording.poses}


def _carried(recording: Recording, name: str, time: float) -> bool:
    return any(_carried_by(recording, name, side, time) for side in SIDES)


def _carried_by(recording: Recording, name: str, side: Side, time: float) -> bool:
    if root_of(name) not in recording.poses:
        return False
    return any(start < time <= end + _AT_HAND_S for start, end in recording.held_spans(name, side))


def _moved(recording: Recording, windows: Sequence[StepWindow]) -> list[Unintended]:
    """Objects that were displaced though no step handles them, or what they stand in or on."""
    real = plan_names(recording.scene)
    handled = {real.get(window.step.object, window.step.object) for window in windows}
    shifted = {root_of(name) for name in handled if root_of(name) != name}
    found = []
    for name in recording.poses:
        carriers = _supports(recording, name, float(recording.times[0]))
        distance = recording.displacement(name)
        allowed = _SHIFTED_M if name in shifted else _MOVED_M
        if name not in handled and not carriers & handled and distance > allowed:
            found.append(Unintended(recording.end, f"{name} was moved by {1e3 * distance:.0f} mm", (name,)))
    return found
