"""What a step's verb may bring together; everything else keeps its margin. As the skills allow it, for the whole step at once."""

import math
from collections.abc import Callable, Mapping

from tandem.cell.busybox.parts import BOX, HANDLE_CATEGORY
from tandem.cell.chunk import ContactPair
from tandem.cell.names import SIDES, Side, other_side
from tandem.cell.plan import WHOLE_VERBS, Step
from tandem.cell.pose import Pose
from tandem.cell.relations import TABLE
from tandem.cell.scene import Scene, SceneObject
from tandem.policy.box.aims import BRACED
from tandem.policy.box.moving import hooked
from tandem.policy.skills.parting import crossing
from tandem.policy.skills.placing import set_down_on
from tandem.policy.skills.plugging import plug_contacts
from tandem.policy.skills.situation import fingers, supports

Pairs = tuple[ContactPair, ...]

_OVERHANGING_M = 0.10
"""Loops of cable no farther from a part than this, in plan view, may hang over it."""

_ASIDE_M = 0.02
"""An object's middle is in front of the fingers, or between them, if it is no farther aside from where they point."""


def allowed(step: Step, scene: Scene, before: Scene | None, hands: Mapping[Side, Pose]) -> Pairs:
    """Pairs that may touch while a step is carried out.

    Args:
        step: that is carried out.
        scene: as it is now.
        before: as it was when the step began: what an object stood on it may touch until it is well off.
        hands: where the grasp centres are, in the world, by side.
    """
    if step.verb in WHOLE_VERBS:
        return hooked(sides(step), scene, hands)
    pairs = _hand_over(step, scene, hands) if step.verb == "hand_over" else _BY_VERB.get(step.verb, _handling)(step, scene)
    if step.verb in BRACED:
        pairs = (*pairs, *_bracing(step, scene))
    stood = before.get(step.object) if before is not None and step.verb in _HANDLES else None
    leaving = supports(stood) if stood is not None and not stood.held_by else ()
    return tuple(dict.fromkeys((*pairs, *leaving)))


def sides(step: Step) -> tuple[Side, ...]:
    """The arms that a step uses."""
    if step.arm == "both" or step.verb in ("hand_over", "insert", *BRACED):
        return SIDES
    return (step.arm,)


def _handling(step: Step, scene: Scene) -> Pairs:
    """Fingers on the object, and the object on what carries it now; both hands where both hold it."""
    item = scene.get(step.object)
    if item is None:
        return ()
    pairs = [(fingers(side), item.name) for side in sides(step)]
    pairs += supports(item) if not item.held_by else ()
    if item.held_by == "both" and step.arm != "both":
        pairs += crossing(item.name)
    return tuple(pairs)


def _place(step: Step, scene: Scene) -> Pairs:
    return (*_handling(step, scene), set_down_on(step)) if step.object in scene else ()


def _hand_over(step: Step, scene: Scene, hands: Mapping[Side, Pose]) -> Pairs:
    """The hand that holds the object; the other one, and so one hand the other, only from in front of its fingers."""
    item = scene.get(step.object)
    if item is None:
        return ()
    taking = [side for side in SIDES if item.held_by in (side, "both") or _in_front(hands[side], item)]
    pairs = [pair for pair in _handling(step, scene) if pair not in crossing(item.name)]
    if len(taking) == len(SIDES):
        return (*pairs, *crossing(item.name))
    return (*pairs, *((fingers(side), item.name) for side in taking))


def _in_front(hand: Pose, item: SceneObject) -> bool:
    """Whether an object is where a hand gets at it by going on the way that its fingers point."""
    x, y, z = (hand.inverse @ item.pose).position
    return z > -_ASIDE_M and math.hypot(x, y) < _ASIDE_M


def _insert(step: Step, scene: Scene) -> Pairs:
    """The peg's hand on the peg, and the peg in the socket that the other hand holds."""
    if step.arm == "both" or step.object not in scene:
        return _handling(step, scene)
    return ((fingers(step.arm), step.object), *plug_contacts(step.object, step.target))


def _in_hand(step: Step, scene: Scene) -> Pairs:
    """Fingers and what they hold, and what that may be let down on."""
    held = [(side, item) for side in sides(step) if (item := scene.held_by(side)) is not None]
    return tuple(pair for side, item in held for pair in ((fingers(side), item.name), *supports(item), (item.name, TABLE)))


def _closing(step: Step, scene: Scene) -> Pairs:
    return tuple((fingers(side), item.name) for side in sides(step) if (item := scene.held_by(side)) is not None)


def _on_part(step: Step, scene: Scene) -> Pairs:
    """Fingers of the working hand on a part of the BusyBox, and the hand on loops of cable that hang over it."""
    item = scene.get(step.object)
    if item is None or step.arm == "both":
        return ()
    loops = [other for other in scene if other.category == "wire" and _plan_distance(other, item) < _OVERHANGING_M]
    return ((fingers(step.arm), item.name), *((f"{step.arm}_gripper", loop.name) for loop in loops))


def _on_wire(step: Step, scene: Scene) -> Pairs:
    """Fingers of the working hand on the wire's plugs, and on all loops of cable: they hang over each other."""
    if step.object not in scene or step.arm == "both":
        return ()
    own = [item.name for item in scene if item.name.startswith(f"{step.object}/")]
    return tuple((fingers(step.arm), name) for name in (*own, *(item.name for item in scene if item.category == "wire")))


def _bracing(step: Step, scene: Scene) -> Pairs:
    """The other hand on what it holds the box by: a handle, or the face of the box."""
    if step.arm == "both" or step.object not in scene:
        return ()
    bracing = fingers(other_side(step.arm))
    return tuple((bracing, item.name) for item in scene if item.name == BOX or item.category == HANDLE_CATEGORY)


def _plan_distance(item: SceneObject, other: SceneObject) -> float:
    return math.dist(item.pose.position[:2], other.pose.position[:2])


def _nothing(step: Step, scene: Scene) -> Pairs:
    del step, scene
    return ()


_BY_VERB: dict[str, Callable[[Step, Scene], Pairs]] = {
    "place": _place,
    "insert": _insert,
    "open": _in_hand,
    "close": _closing,
    "home": _nothing,
    "hold": _nothing,
    "view": _nothing,
    "move_hand": _nothing,
    "press": _on_part,
    "slide": _on_part,
    "turn": _on_part,
    "flip": _on_part,
    "pull": _on_wire,
    "plug": _on_wire,
}

_HANDLES = ("pick", "place", "hand_over", "lift", "give", "insert")
"""Verbs that may take their object from where it stands."""
