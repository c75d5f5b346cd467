"""Steps, objects and relations in plain words."""

from collections.abc import Sequence

from tandem.cell.busybox.parts import BOX
from tandem.cell.plan import Step

RELATION_WORDS = {
    "in": "in",
    "on": "on",
    "left_of": "to the left of",
    "right_of": "to the right of",
    "in_front_of": "in front of",
    "behind": "behind",
    "next_to": "next to",
}


DIRECTION_WORDS = {"left": "to the left", "right": "to the right"}

_MODULE_WORDS = {
    "buttons": "button", "sliders": "slider", "switches": "switch", "wires": "wire", "handles": "handle", "display": "display",
}  # fmt: skip


def in_words(name: str) -> str:
    """A scene name as people say it: ``red_cube`` is ``the red cube``, ``box/wires/red`` ``the red wire``."""
    if name.startswith(f"{BOX}/"):
        return _part_in_words(*name.split("/")[1:])
    return "the " + name.replace("_", " ").replace("/", " ")


def _part_in_words(module: str, key: str = "", row: str = "") -> str:
    noun = _MODULE_WORDS.get(module, module)
    if not key:
        return f"the {noun} module"
    if row:
        return f"the {row} plug of the {key} {noun}"
    return f"the {noun}" if key == noun else f"the {key} {noun}"


def relation_in_words(relation: str) -> str:
    """``left_of`` is ``to the left of``."""
    return RELATION_WORDS.get(relation, relation.replace("_", " "))


def listing(items: Sequence[str], last: str = "or") -> str:
    """``a, b or c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def arm_in_words(arm: str) -> str:
    """``with the left arm``, ``with both hands``."""
    return "with both hands" if arm == "both" else f"with the {arm} arm"


def step_in_words(step: Step) -> str:
    """The step as shown to people and given to a learned policy."""
    thing = in_words(step.object) if step.object else ""
    by = arm_in_words(step.arm)
    match step.verb:
        case "pick":
            return f"pick {thing} {by}"
        case "place":
            return f"place {thing} {relation_in_words(step.relation)} {in_words(step.target)} {by}"
        case "hand_over":
            return f"hand {thing} over from the {step.arm} hand to the {step.target} hand"
        case "lift":
            return f"lift {thing} {by}" + (f" by {step.height * 100:g} cm" if step.height else "")
        case "hold":
            return f"hold {thing} {by}" + (f" for {step.duration:g} seconds" if step.duration else "")
        case "give":
            return f"hold {thing} out {by}"
        case "insert":
            return f"insert {thing} into {in_words(step.target)} {by}"
        case "home":
            return "move both arms home" if step.arm == "both" else f"move the {step.arm} arm home"
        case "open" | "close":
            return f"{step.verb} both grippers" if step.arm == "both" else f"{step.verb} the {step.arm} gripper"
        case "press":
            return f"press {thing} {by}"
        case "view":
            return f"view {thing} from above {by}"
        case "slide" | "turn":
            return f"{step.verb} {thing} to position {step.setting} {by}"
        case "flip":
            return f"flip {thing} {step.setting} {by}"
        case "pull" | "plug":
            return f"{step.verb} {thing} {'out' if step.verb == 'pull' else 'in'} {by}"
        case "move" | "rotate":
            return f"{step.verb} {thing} {DIRECTION_WORDS.get(step.relation, step.relation)} {by}"
        case "move_hand":
            return f"move the {step.arm} hand {DIRECTION_WORDS.get(step.relation, step.relation)}"
