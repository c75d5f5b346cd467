"""What becomes of some hundreds of sentences."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from language_scenes import SCENES

from tandem.cell.plan import Question, Refusal, Step, TaskPlan
from tandem.language.parser import parse

GROUPS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "sentences.yaml").read_text(encoding="utf-8"))

CASES = [pytest.param(group, text, id=f"{group['scene']}: {text}") for group in GROUPS for text in group["say"]]


def expected(line: str) -> dict[str, str]:
    """A step as the table writes it, as the fields that must agree."""
    words = line.split()
    arm = {"arm": words.pop(0)} if words[0] in ("left", "right", "both") else {}
    verb = words.pop(0)
    if verb in ("home", "open", "close"):
        return {"verb": verb, **arm, **({"arm": words[0]} if words else {})}
    names = ("object", "target") if verb == "hand_over" else ("object", "relation", "target")
    return {"verb": verb, **arm, "target": "", "relation": "", **dict(zip(names, words, strict=False))}


def agrees(step: Step, line: str) -> bool:
    return all(getattr(step, field) == value for field, value in expected(line).items())


@pytest.mark.parametrize(("group", "text"), CASES)
def test_sentence(group: dict[str, Any], text: str) -> None:
    parsed = parse(text, SCENES[group["scene"]])
    assert parsed.instruction == text
    if "plan" in group:
        assert isinstance(parsed, TaskPlan), parsed
        said = [step.text for step in parsed.steps]
        assert len(parsed.steps) == len(group["plan"]), said
        if group.get("any_order"):
            assert all(any(agrees(step, line) for step in parsed.steps) for line in group["plan"]), said
        else:
            assert all(agrees(step, line) for step, line in zip(parsed.steps, group["plan"], strict=True)), said
    elif "question" in group:
        assert isinstance(parsed, Question), parsed
        assert parsed.candidates == tuple(group["question"])
        assert parsed.question.endswith("?")
    else:
        assert isinstance(parsed, Refusal), parsed
        assert parsed.code == group["refused"], parsed.reason
        assert parsed.reason


def test_there_are_enough_of_them() -> None:
    assert len(CASES) > 300
