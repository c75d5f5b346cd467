"""The report of an evaluation, schema tandem.eval/1."""

from collections.abc import Sequence
from statistics import median
from typing import Any

from tandem.learning import provenance
from tandem.learning.evaluation.statistics import wilson_interval

Row = dict[str, Any]


def eval_report(suite: str, policy: str, seed: int, rows: Sequence[Row], wall_s: float) -> dict[str, Any]:
    """All episodes and what follows from them.

    Args:
        suite, policy, seed: what was evaluated, and the base seed.
        rows: one dictionary an episode, as `tandem.learning.evaluation.trial` makes it; those ``apart`` don't count in the rate.
        wall_s: that it took in all.
    """
    tasks = dict.fromkeys(row["task"] for row in rows)
    rate, interval = _rate(counted(rows))
    return {
        "schema": "tandem.eval/1",
        "suite": suite,
        "policy": policy,
        "seed": seed,
        "git": provenance.git_state(),
        "machine": provenance.machine(),
        "success_rate": rate,
        "ci95": interval,
        "unintended_contacts": sum(row["unintended_contacts"] for row in rows),
        "held_out": _held_out(counted(rows)),
        "tasks": {task: _task([row for row in rows if row["task"] == task]) for task in tasks},
        "episodes": list(rows),
        "wall_s": round(wall_s, 1),
    }


def counted(rows: Sequence[Row]) -> list[Row]:
    """Those that make a suite's rate: not of tasks that are counted apart."""
    return [row for row in rows if not row.get("apart")]


def _task(rows: Sequence[Row]) -> dict[str, Any]:
    rate, interval = _rate(rows)
    durations = sorted(row["duration_s"] for row in rows)
    times = sorted(row["time_to_success_s"] for row in rows if row.get("time_to_success_s") is not None)
    return {
        "n": len(rows),
        "successes": sum(row["success"] for row in rows),
        "rate": rate,
        "ci95": interval,
        "instruction": rows[0]["instruction"],
        "unintended_contacts": sum(row["unintended_contacts"] for row in rows),
        "interventions": sum(row["interventions"] for row in rows),
        "median_duration_s": durations[len(durations) // 2],
        "median_time_to_success_s": median(times) if times else None,
        "apart": any(row.get("apart", False) for row in rows),
        "peak_force_n": _peak_forces(rows),
    }


def _peak_forces(rows: Sequence[Row]) -> dict[str, Any]:
    """By kind of contact: the median of the episodes' peaks, and the greatest [N]."""
    kinds = dict.fromkeys(kind for row in rows for kind in row.get("peak_force_n", {}))
    peaks = {kind: sorted(row["peak_force_n"][kind] for row in rows if kind in row.get("peak_force_n", {})) for kind in kinds}
    return {kind: {"n": len(found), "median": median(found), "max": found[-1]} for kind, found in peaks.items()}


def _held_out(rows: Sequence[Row]) -> dict[str, Any]:
    """Success on what is demonstrated as well, on sentences that never are, and on combinations of things that never are."""
    groups = {
        "none": [row for row in rows if not row.get("held_out")],
        "wording": [row for row in rows if "wording" in row.get("held_out", ())],
        "variant": [row for row in rows if "variant" in row.get("held_out", ())],
    }
    return {
        name: {
            "n": len(group),
            "successes": sum(row["success"] for row in group),
            "rate": _rate(group)[0],
            "ci95": _rate(group)[1],
        }
        for name, group in groups.items()
        if group
    }


def _rate(rows: Sequence[Row]) -> tuple[float, list[float]]:
    successes = sum(bool(row["success"]) for row in rows)
    low, high = wilson_interval(successes, len(rows))
    return round(successes / len(rows), 4) if rows else 0.0, [round(low, 4), round(high, 4)]
