"""The grammar first; what it can't read is put to a language model, and what that says is read by the grammar again.

So nothing is done that the grammar would not have planned from plain words: the same questions, the same refusals. What is unsafe
or impossible is never put to a model.
"""

from typing import Any, Protocol

from tandem.cell.plan import Parsed, Question, Refusal, TaskPlan
from tandem.cell.scene import Scene, SceneObject
from tandem.language.parser import parse
from tandem.language.rewording import orders

_TASK = (
    "You turn what a person says to a two-armed robot into plain orders. Use only things from the list, by their names. "
    "Leave a field empty where nothing is said of it. If it asks for nothing that these orders can do, answer with no orders."
)

_EXAMPLES = (
    ("the blue one belongs into the bin next to it", '{"deed": "put", "thing": "blue_cube", "relation": "in", ...}'),
    ("could I have that?", '{"deed": "give me", ...}'),
)


class ModelError(RuntimeError):
    """A language model gave no answer; the message says why."""


class TextModel(Protocol):
    """Any language model that keeps to a schema."""

    name: str

    def answer(self, task: str, text: str, schema: dict[str, Any]) -> str:
        """JSON by the schema.

        Raises:
            ModelError: there is no answer.
        """
        ...


def understand(text: str, scene: Scene, model: TextModel | None = None) -> Parsed:
    """As `tandem.language.parser.parse`, with a model for what the grammar doesn't understand.

    Args:
        text: what a person said.
        scene: what perception knows.
        model: None for the grammar alone.
    """
    parsed = parse(text, scene)
    if model is None or not isinstance(parsed, Refusal) or parsed.code != "not_understood":
        return parsed
    try:
        told = orders.read(model.answer(_TASK, _put(text, scene), orders.schema(scene)), scene)
    except (ModelError, ValueError) as error:
        return Refusal(text, "not_understood", f"{parsed.reason} ({model.name} was asked: {error})")
    if not told:
        return parsed
    reworded = ", then ".join(order.in_words() for order in told)
    again = parse(reworded, scene)
    match again:
        case TaskPlan():
            return TaskPlan(text, again.steps)
        case Question():
            return Question(text, again.question, again.candidates)
    return Refusal(text, again.code, f"{again.reason} ({model.name} understood '{reworded}')")


def _put(text: str, scene: Scene) -> str:
    examples = "\n".join(f"Said: {said}\nOrder: {order}" for said, order in _EXAMPLES)
    named = orders.choices(scene)["thing"]
    return f"Things: {'; '.join(_seen(item) for item in scene if item.name in named) or 'none'}\n{examples}\nSaid: {text}"


def _seen(item: SceneObject) -> str:
    held = f", held by the {item.held_by} hand" if item.held_by else ""
    state = f", {item.state}" if item.state else ""
    return f"{item.name} ({f'{item.colour} {item.category}'.strip()}{held}{state})"
