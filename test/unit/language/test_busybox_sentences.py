"""What becomes of sentences about the BusyBox."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from busybox_scenes import BOX_SCENES
from test_sentences import agrees

from tandem.cell.plan import Question, Refusal, Step, TaskPlan
from tandem.language.parser import parse

GROUPS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "busybox_sentences.yaml").read_text(encoding="utf-8"))

CASES = [pytest.param(group, text, id=f"{group['scene']}: {text}") for group in GROUPS for text in group["say"]]

_MODULES = {
    "press": "box/buttons/",
    "slide": "box/sliders/",
    "turn": "box/knob/",
    "flip": "box/switches/",
    "pull": "box/wires/",
    "plug": "box/wires/",
    "move": "",
    "rotate": "",
    "view": "",
}


def is_as_written(step: Step, line: str) -> bool:
    """Whether a step is what a line of the table says."""
    words = line.split()
    arm = words.pop(0) if words[0] in ("left", "right", "both") else step.arm
    verb, *rest = words
    if verb == "move_hand":
        return (step.verb, step.arm, step.relation) == (verb, arm, rest[0])
    if verb not in _MODULES:
        return agrees(step, line)
    told = rest[1] if len(rest) > 1 else ""
    relation, setting = (told, "") if verb in ("move", "rotate") else ("", told)
    said = (verb, arm, _MODULES[verb] + rest[0], "", relation, setting)
    return said == (step.verb, step.arm, step.object, step.target, step.relation, step.setting)


@pytest.mark.parametrize(("group", "text"), CASES)
def test_sentence(group: dict[str, Any], text: str) -> None:
    parsed = parse(text, BOX_SCENES[group["scene"]])
    assert parsed.instruction == text
    if "plan" in group:
        assert isinstance(parsed, TaskPlan), parsed
        said = [step.text for step in parsed.steps]
        assert len(parsed.steps) == len(group["plan"]), said
        if group.get("any_order"):
            assert all(any(is_as_written(step, line) for step in parsed.steps) for line in group["plan"]), said
        else:
            assert all(is_as_written(step, line) for step, line in zip(parsed.steps, group["plan"], strict=True)), said
    elif "question" in group:
        assert isinstance(parsed, Question), parsed
        assert sorted(parsed.candidates) == sorted(group["question"])
        assert parsed.question.endswith("?")
    else:
        assert isinstance(parsed, Refusal), parsed
        assert parsed.code == group["refused"], parsed.reason
        assert parsed.reason
