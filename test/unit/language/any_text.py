"""What must hold of whatever is said: no exception, no plan that can't be, no plan for what was forbidden."""

from tandem.cell.plan import Parsed, Question, Refusal, TaskPlan
from tandem.cell.relations import RELATIONS, TABLE
from tandem.cell.scene import Scene
from tandem.language.parser import parse

NONSENSE = ("flarb", "and zorgle it", "if it rains", "while whistling", "or maybe not", "at noon")
DENIALS = ("do not", "don't", "never", "you must not", "please do not")


def check_plan(plan: TaskPlan, scene: Scene) -> None:
    """Every step is whole, names what is there, and can follow the one before."""
    held: dict[str, str] = {item.name: item.held_by for item in scene}
    for step in plan.steps:
        assert step.text
        assert step.object == "" or step.object in scene
        assert step.target in ("", TABLE, "left", "right") or step.target in scene
        assert step.object != step.target or not step.object
        match step.verb:
            case "pick":
                assert step.arm in ("left", "right")
                assert step.arm not in held.values()
                assert not held[step.object]
                held[step.object] = step.arm
            case "place":
                assert step.relation in RELATIONS
                assert held[step.object] == step.arm
                held[step.object] = ""
            case "hand_over":
                assert held[step.object] == step.arm
                assert {step.arm, step.target} == {"left", "right"}
                assert step.target not in held.values()
                held[step.object] = step.target
            case "lift":
                held[step.object] = step.arm
            case "hold" | "give":
                assert held[step.object] == step.arm
            case "home" | "open" | "close":
                assert step.object == step.target == ""


def check(text: str, scene: Scene) -> Parsed:
    """What becomes of a text is whole; it is returned."""
    parsed = parse(text, scene)
    assert parsed.instruction == text
    if isinstance(parsed, TaskPlan):
        check_plan(parsed, scene)
    elif isinstance(parsed, Question):
        assert parsed.question.endswith("?")
        assert parsed.candidates
    else:
        assert isinstance(parsed, Refusal)
        assert parsed.reason
    return parsed


def check_senseless_end(text: str, nonsense: str, scene: Scene) -> None:
    """An order that ends in nonsense is not carried out in part."""
    parsed = parse(f"{text.rstrip('.!?')} {nonsense}", scene)
    assert not isinstance(parsed, TaskPlan), parsed


def check_denied(text: str, denial: str, scene: Scene) -> None:
    """An order that is denied is not carried out, though what follows it may be."""
    plain = parse(text, scene)
    parsed = parse(f"{denial} {text[:1].lower()}{text[1:]}", scene)
    if isinstance(parsed, TaskPlan) and isinstance(plain, TaskPlan) and parsed.steps:
        assert parsed.steps[0] != plain.steps[0]
        assert len(parsed.steps) < len(plain.steps)
