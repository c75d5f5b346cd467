"""The report of a demo, schema tandem.demo/1."""

from __future__ import annotations

import math
from typing import Any

from tandem_cell.action import ExecuteInstruction
from tandem_cell.msg import PlanStep

from tandem.cell.chunk import Verdict
from tandem.client import CellClient


def demo_report(
    text: str,
    client: CellClient,
    result: ExecuteInstruction.Result | None,
    failure: tuple[int, str] | None,
    timing: dict[str, Any],
) -> dict[str, Any]:
    """What the nodes and the supervisor know of a run; ``truth`` is filled in by the evaluator.

    ``failure`` is the supervisor's own finding: it wins over the result's.
    """
    code = result.error_code if result is not None else ExecuteInstruction.Result.INTERNAL
    message = result.error_msg if result is not None else "no result"
    if failure is not None:
        code, message = failure[0], "; ".join(dict.fromkeys(part for part in (failure[1], message if result else "") if part))
    graph = sorted({name for name, _ in client.node.get_node_names_and_namespaces() if name != client.node.get_name()})
    return {
        "schema": "tandem.demo/1",
        "instruction": text,
        "success": code == ExecuteInstruction.Result.NONE,
        "error_code": int(code),
        "error_msg": message,
        "question": result.question if result is not None else "",
        "candidates": list(result.candidates) if result is not None else [],
        "plan": [_step(step) for step in result.plan] if result is not None else [],
        "steps": [_step_report(entry) for entry in result.steps] if result is not None else [],
        "verdicts": [_verdict(verdict) for verdict in client.heard.verdicts],
        "nodes": [{"name": name, "pid": client.heard.pids.get(name)} for name in graph],
        "truth": {},
        "largest_joint_motion_rad": round(client.heard.largest_motion_rad, 5),
        "timing": timing,
    }


def _step(step: PlanStep) -> dict[str, Any]:
    return {key: getattr(step, key) for key in ("verb", "arm", "object", "target", "relation", "height", "duration", "text")}


def _step_report(entry: Any) -> dict[str, Any]:
    return {
        "text": entry.step.text,
        "arm": entry.step.arm,
        "verb": entry.step.verb,
        "attempts": entry.attempts,
        "duration_s": round(entry.duration, 3),
        "outcome": entry.outcome,
        "reason": entry.reason,
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    def number(value: float) -> float | None:
        return round(value, 5) if math.isfinite(value) else None

    return {
        "stamp": round(verdict.stamp, 3),
        "source": verdict.source,
        "sequence": verdict.sequence,
        "step_id": verdict.step_id,
        "outcome": verdict.outcome.name.lower(),
        "rule": verdict.rule,
        "reason": verdict.reason,
        "bodies": list(verdict.bodies),
        "distance_m": number(verdict.distance),
        "margin_m": number(verdict.margin),
    }
