"""What was understood, as the JSON of schema tandem.parse/1."""

from typing import Any

from tandem.cell.plan import Parsed, Question, Refusal, Step, TaskPlan

SCHEMA = "tandem.parse/1"


def to_report(parsed: Parsed) -> dict[str, Any]:
    """``outcome`` is plan, question or refused; fields that don't apply are empty."""
    report: dict[str, Any] = {
        "schema": SCHEMA,
        "instruction": parsed.instruction,
        "outcome": "plan",
        "plan": [],
        "question": "",
        "candidates": [],
        "code": "",
        "reason": "",
    }
    match parsed:
        case TaskPlan():
            report["plan"] = [step_report(step) for step in parsed.steps]
        case Question():
            report |= {"outcome": "question", "question": parsed.question, "candidates": list(parsed.candidates)}
        case Refusal():
            report |= {"outcome": "refused", "code": parsed.code, "reason": parsed.reason}
    return report


def step_report(step: Step) -> dict[str, Any]:
    """A step as a dictionary, its fields as in `tandem.cell.plan.Step`."""
    return {
        "verb": step.verb,
        "arm": step.arm,
        "object": step.object,
        "target": step.target,
        "relation": step.relation,
        "height": step.height,
        "duration": step.duration,
        "setting": step.setting,
        "text": step.text,
    }
