"""What a step's verb may bring together; everything else keeps its margin. As the skills allow it, for the whole step at once."""

from collections.abc import Callable

from tandem.cell.chunk import ContactPair
from tandem.cell.names import SIDES, Side
from tandem.cell.plan import Step
from tandem.cell.relations import TABLE
from tandem.cell.scene import Scene
from tandem.policy.skills.parting import crossing
from tandem.policy.skills.placing import set_down_on
from tandem.policy.skills.situation import fingers, supports

Pairs = tuple[ContactPair, ...]


def allowed(step: Step, scene: Scene) -> Pairs:
    """Pairs that may touch while a step is carried out, as the scene is now."""
    pairs = _BY_VERB.get(step.verb, _handling)(step, scene)
    return tuple(dict.fromkeys(pairs))


def sides(step: Step) -> tuple[Side, ...]:
    """The arms that a step uses."""
    if step.arm == "both" or step.verb in ("hand_over", "insert"):
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


def _hand_over(step: Step, scene: Scene) -> Pairs:
    return (*_handling(step, scene), *crossing(step.object)) if step.object in scene else ()


def _insert(step: Step, scene: Scene) -> Pairs:
    """Two hands, each with its own part, which come together; their fingers as well, since the parts are small."""
    target = scene.get(step.target)
    if target is None or step.object not in scene:
        return _handling(step, scene)
    both = tuple((fingers(side), name) for side in SIDES for name in (step.object, target.name))
    standing = supports(target) if not target.held_by else ()
    return (*_handling(step, scene), *both, *standing, (step.object, target.name))


def _in_hand(step: Step, scene: Scene) -> Pairs:
    """Fingers and what they hold, and what that may be let down on."""
    held = [(side, item) for side in sides(step) if (item := scene.held_by(side)) is not None]
    return tuple(pair for side, item in held for pair in ((fingers(side), item.name), *supports(item), (item.name, TABLE)))


def _closing(step: Step, scene: Scene) -> Pairs:
    return tuple((fingers(side), item.name) for side in sides(step) if (item := scene.held_by(side)) is not None)


def _nothing(step: Step, scene: Scene) -> Pairs:
    del step, scene
    return ()


_BY_VERB: dict[str, Callable[[Step, Scene], Pairs]] = {
    "place": _place,
    "hand_over": _hand_over,
    "insert": _insert,
    "open": _in_hand,
    "close": _closing,
    "home": _nothing,
    "hold": _nothing,
}
