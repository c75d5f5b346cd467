"""One episode of a task, run and judged, as a row of the report; failures leave a picture and a trace."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2

from tandem.cell.busybox.parts import BOX
from tandem.learning.evaluation import plugging
from tandem.learning.evaluation.episode import EpisodeResult
from tandem.learning.evaluation.forces import fragile_forces, peak_forces
from tandem.learning.evaluation.judgement import Judgement, judge, time_to_success
from tandem.learning.evaluation.report import Row
from tandem.learning.evaluation.runtime import InProcessCell
from tandem.learning.evaluation.shoving import Shover, plan_shove
from tandem.learning.evaluation.tasks import Task, suitable_scene, varied
from tandem.learning.video import caption
from tandem.sim.randomisation import NONE, draw


def run_trial(
    cell: InProcessCell,
    task: Task,
    base_seed: int,
    index: int,
    folder: Path | None = None,
    *,
    randomise: bool = False,
    delay_s: float = 0.0,
) -> Row:
    """Run the ``index``-th episode of a task.

    Args:
        cell: a cell with the policy that is evaluated.
        task: what it is told, and what must be true afterwards.
        base_seed: of the evaluation.
        index: of the episode among those of its task.
        folder: where failed episodes, and ones with unintended contacts, leave a picture and a trace; None for nowhere.
        randomise: whether light, colours, cameras, friction, masses and delays differ from the nominal ones.
        delay_s: added to the time from an observation to the policy's chunk [s].
    """
    task = varied(task, base_seed, index)
    scene = suitable_scene(task, base_seed, index)
    drawn = draw(scene) if randomise else NONE
    cell.reset(scene, randomisation=drawn, delay_s=delay_s)
    if task.shove_m:
        Shover(cell.loop, plan_shove(scene, task.shove_m))
    result = cell.run_instruction(task.instruction, limit_s=task.limit_s)
    recording = cell.recording()
    judgement = judge(recording, task.success, result.windows, shoved=(BOX,) if task.shove_m else ())
    row = _row(task, scene.seed, result, judgement)
    row["time_to_success_s"] = time_to_success(recording, task.success)
    forces = peak_forces(recording) | fragile_forces(recording) | plugging.peak_forces(recording)
    row |= {"index": index, "delay_s": delay_s, "peak_force_n": forces}
    row |= {"apart": True} if task.apart else {}
    if randomise:
        row["randomisation"] = drawn.as_json()
    if folder is not None and not (judgement.success and not judgement.unintended):
        row["folder"] = str(_keep(folder / f"{task.name}-{scene.seed}", cell, row, result))
    return row


def _row(task: Task, seed: int, result: EpisodeResult, judgement: Judgement) -> Row:
    return {
        "task": task.name,
        **task.told,
        "seed": seed,
        "success": judgement.success,
        "duration_s": round(result.duration_s, 2),
        "unintended_contacts": len(judgement.unintended),
        "interventions": len(result.verdicts),
        "failure": _failure(result, judgement),
        "unmet": judgement.failure,
        "reason": result.reason,
        "perceived_success": result.success,
        "ending": result.ending,
        "unintended": [entry.text for entry in judgement.unintended],
        "intervention_kinds": result.interventions,
        "intervention_reasons": list(dict.fromkeys(verdict.reason for verdict in result.verdicts)),
        "chunks": result.chunks,
        "steps": [_step(report) for report in result.steps],
        "wall_s": round(result.wall_s, 2),
    }


def _failure(result: EpisodeResult, judgement: Judgement) -> str:
    """Empty for a success; else what is wrong in the world, and what the cell itself says of it."""
    if judgement.success:
        return ""
    believes = "the cell believes that it is done" if result.success else f"{result.ending}: {result.reason}"
    return f"{judgement.failure} ({believes})"


def _step(report: Any) -> dict[str, Any]:
    return {
        "text": report.step.text,
        "attempts": report.attempts,
        "duration_s": round(report.duration_s, 2),
        "outcome": report.outcome,
        "reason": report.reason,
    }


def _keep(folder: Path, cell: InProcessCell, row: Row, result: EpisodeResult) -> Path:
    """A picture of the end, the trace, the states for a video."""
    folder.mkdir(parents=True, exist_ok=True)
    picture = caption(cell.loop.sim.render_observer(), [row["instruction"], row["failure"] or "; ".join(row["unintended"])])
    cv2.imwrite(str(folder / "end.png"), picture[..., ::-1])
    trace = row | {"trace": [asdict(event) for event in result.trace], "truth": cell.loop.sim.truth.report()}
    (folder / "trace.json").write_text(json.dumps(trace, indent=2) + "\n", encoding="utf-8")
    cell.loop.log.recorded().save(folder / "states.npz")
    return folder
