"""What a plan should have brought about, as conditions on the truth: for sentences that no suite has."""

from collections.abc import Callable, Sequence

from tandem.cell import names, relations
from tandem.cell.busybox.parts import BOX
from tandem.cell.marks import HAND_OUT, marked_place
from tandem.cell.motions import MOVED_M, TURNED_DEG
from tandem.cell.plan import Step
from tandem.cell.props import is_fragile
from tandem.learning.evaluation.conditions import Condition
from tandem.learning.evaluation.recording import plan_names
from tandem.sim.scenes import SceneSpec

_LIFTED_M = 0.05
_LIFTED_SHARE = 0.8
_HELD_S = 0.5
_DEPTH_M = 0.035


def conditions_of(steps: Sequence[Step], scene: SceneSpec) -> tuple[Condition, ...]:
    """Conditions for the end of an episode with these steps; what a later step undoes is left out.

    A plan without objects (home, open, close) has none: nothing in the world tells whether it was done.
    """
    real = plan_names(scene)
    handled = dict.fromkeys(real.get(step.object, step.object) for step in steps)
    fragile = [item.name for item in scene.objects if item.name in handled and is_fragile(item.category)]
    found = [Condition("not_broken", {"object": name}) for name in fragile]
    for index, step in enumerate(steps):
        if not step.object:
            continue
        item, target = real.get(step.object, step.object), real.get(step.target, step.target)
        last = all(later.object != step.object or later.verb == "hold" for later in steps[index + 1 :])
        if step.verb == "hand_over":
            found.append(Condition("held_in_turn", {"object": item, "giver": step.arm, "taker": step.target}))
        if last and (condition := _final(step, item, target)) is not None:
            found.append(condition)
    return tuple(found)


def _final(step: Step, item: str, target: str) -> Condition | None:
    hands = list(names.SIDES) if step.arm == "both" else [step.arm]
    if step.verb == "place":
        return _placed(step.relation, item, target)
    if step.verb == "lift":
        height = _LIFTED_SHARE * step.height if step.height else _LIFTED_M
        return Condition("held_up", {"object": item, "hands": hands, "height": height, "seconds": _HELD_S})
    if step.verb == "give":
        spot = marked_place(HAND_OUT)
        wanted = {"place": HAND_OUT, "radius": spot.radius, "height": 0.75 * spot.height, "seconds": _HELD_S}
        return Condition("held_over", {"object": item} | wanted)
    if step.verb == "insert":
        return Condition("inserted", {"object": item, "target": target, "depth": _DEPTH_M})
    if step.verb in _ON_BOX:
        return _ON_BOX[step.verb](step)
    if step.verb in ("pick", "hand_over"):
        return Condition("held", {"object": item, "hands": [step.target] if step.verb == "hand_over" else hands})
    return None


def _set(step: Step, state: str) -> Condition:
    return Condition("box_at", {"object": BOX, "part": step.object, "state": state})


_ON_BOX: dict[str, Callable[[Step], Condition]] = {
    "press": lambda step: Condition("box_pressed", {"object": BOX, "part": step.object}),
    "slide": lambda step: _set(step, step.setting),
    "turn": lambda step: _set(step, step.setting),
    "flip": lambda step: _set(step, step.setting),
    "pull": lambda step: _set(step, "out"),
    "plug": lambda step: _set(step, "in"),
    "move": lambda step: Condition("box_moved", {"object": BOX, "direction": step.relation, "distance": MOVED_M}),
    "rotate": lambda step: Condition("box_rotated", {"object": BOX, "direction": step.relation, "angle_deg": TURNED_DEG}),
}


def _placed(relation: str, item: str, target: str) -> Condition:
    if target == relations.TABLE:
        return Condition("rests_on_table", {"object": item})
    if relation == "in":
        return Condition("rests_in", {"object": item, "container": target})
    if relation == "on" and not target.endswith("tray"):
        return Condition("rests_on", {"object": item, "support": target})
    return Condition("rests_beside", {"object": item, "relation": relation, "target": target})
