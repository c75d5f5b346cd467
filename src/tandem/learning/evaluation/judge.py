"""The evaluator's judgement of a run through the nodes: from the simulator's recorded states and contacts."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tandem.cell.plan import Step
from tandem.learning.evaluation.conditions import unmet
from tandem.learning.evaluation.intended import StepWindow, unintended
from tandem.learning.evaluation.plan_checks import conditions_of
from tandem.learning.evaluation.recording import Recording
from tandem.sim.cell_sim import CellSim
from tandem.sim.contacts import ContactEvent
from tandem.sim.scenes import scene_for
from tandem.sim.state_log import RecordedStates


def judge_run(
    states: Path, truth: dict[str, Any], steps: Sequence[Step], windows: Sequence[StepWindow], *, moved: bool
) -> dict[str, Any]:
    """What the truth says of a run.

    Args:
        states: file of ``StateLog``.
        truth: report of ``GetTruth`` at the end.
        steps: of the plan; empty where none was made.
        windows: when each was carried out.
        moved: whether the arms moved; a refusal succeeds in nothing, but must not have touched anything either.

    Returns:
        ``success``, ``unmet`` (conditions that do not hold, in words), ``unintended_contacts`` (their number), ``contacts``
        (each in words), and ``objects`` with their poses at the end.
    """
    recording = _recording(states, truth)
    failures = [words for condition in conditions_of(steps, recording.scene) if (words := unmet(condition, recording))]
    strays = unintended(recording, windows)
    return {
        "success": bool(steps) and not failures,
        "unmet": failures,
        "unintended_contacts": len(strays),
        "contacts": [f"{stray.time:.2f} s: {stray.text}" for stray in strays],
        "moved": moved,
        "objects": truth["objects"],
    }


def _recording(states: Path, truth: dict[str, Any]) -> Recording:
    # The simulator goes on until it is ended, and of that the contacts say nothing.
    recorded = RecordedStates.load(states).until(float(truth["time"]))
    scene = scene_for(recorded.scene, recorded.seed)
    events = [_event(entry) for entry in truth["contacts"]]
    sim = CellSim(scene)
    try:
        return Recording.from_states(scene, recorded, sim.cell, events)
    finally:
        sim.close()


def _event(entry: dict[str, Any]) -> ContactEvent:
    first, second = entry["bodies"]
    return ContactEvent(first, second, entry["start"], entry["end"], entry["max_force"])
