"""Tables of sentences and of what is to become of them: sentences.yaml and busybox_sentences.yaml."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tandem.cell.plan import Parsed, Question, Refusal, Step, TaskPlan

Group = dict[str, Any]


def table(name: str) -> list[Group]:
    """Groups of sentences that are to come to the same, on the same scene."""
    groups: list[Group] = yaml.safe_load((Path(__file__).parent / name).read_text(encoding="utf-8"))
    return groups


def cases(groups: list[Group]) -> list[Any]:
    """A test's parameters: a group and one of its sentences."""
    return [pytest.param(group, text, id=f"{group['scene']}: {text}") for group in groups for text in group["say"]]


def said(groups: list[Group]) -> list[tuple[str, str]]:
    """Scene and sentence of each."""
    return [(group["scene"], text) for group in groups for text in group["say"]]


def ordered(groups: list[Group]) -> list[tuple[str, str]]:
    """Of those that are to become plans."""
    return said([group for group in groups if group.get("plan")])


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


def check_as_written(parsed: Parsed, text: str, group: Group, is_as_written: Callable[[Step, str], bool] = agrees) -> None:
    """What became of a sentence is what its group says."""
    assert parsed.instruction == text
    if "plan" in group:
        assert isinstance(parsed, TaskPlan), parsed
        steps = [step.text for step in parsed.steps]
        assert len(parsed.steps) == len(group["plan"]), steps
        if group.get("any_order"):
            assert all(any(is_as_written(step, line) for step in parsed.steps) for line in group["plan"]), steps
        else:
            assert all(is_as_written(step, line) for step, line in zip(parsed.steps, group["plan"], strict=True)), steps
    elif "question" in group:
        assert isinstance(parsed, Question), parsed
        assert parsed.candidates == tuple(group["question"])
        assert parsed.question.endswith("?")
    else:
        assert isinstance(parsed, Refusal), parsed
        assert parsed.code == group["refused"], parsed.reason
        assert parsed.reason
