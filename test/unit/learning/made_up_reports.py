"""Reports of evaluations that never took place, with known effects in them."""

from typing import Any

import numpy as np

from tandem.learning.evaluation.report import eval_report
from tandem.sim.randomisation import draw
from tandem.sim.scenes import scene_for

TASKS = {"red_cube_in_blue_bin": 0.95, "stack_red_on_green": 0.8, "insert_the_peg": 0.6}
REASONS = (
    ("red_cube is 41 mm off the middle of blue_bin", "step_failed", "no grasp of the red cube was found after 3 attempts"),
    ("blue_cube is 12 mm above its rim", "step_failed", "the left arm is 23 mm from where it should be"),
    ("yellow_cube stands on nothing", "done", ""),
)


def made_up(
    n: int = 20,
    seed: int = 0,
    policy: str = "skills",
    worse: float = 0.0,
    press: float = 8.0,
    friction_effect: float | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """A report of ``n`` episodes a task; ``worse`` is taken from every rate, ``friction_effect`` added to the log odds a unit."""
    rng = np.random.default_rng(seed)
    rows = []
    for task, rate in TASKS.items():
        for index in range(n):
            drawn = draw(scene_for("tabletop", 100 * seed + index)).as_json()
            odds = np.log((rate - worse) / (1 - rate + worse))
            if friction_effect is not None:
                odds += friction_effect * (drawn["friction"] - 1.0)
            rows.append(_row(task, index, bool(rng.random() < 1 / (1 + np.exp(-odds))), rng, press))
            if friction_effect is not None:
                rows[-1]["randomisation"] = drawn
    report = eval_report("tabletop", policy, 0, rows, 120.0)
    return report | {"options": {}, "randomise": friction_effect is not None, "delay_s": 0.0} | fields


def _row(task: str, index: int, success: bool, rng: np.random.Generator, press: float) -> dict[str, Any]:
    unmet, ending, reason = ("", "done", "") if success else REASONS[int(rng.integers(3))]
    kinds = {"slowed distance": int(rng.integers(4)), "stopped pair": int(not success)}
    return {
        "task": task,
        "instruction": "Put the red cube in the blue bin.",
        "wording": "Put the {object} in the {container}.",
        "variant": {"object": "red_cube"},
        "held_out": [["wording"], ["variant"], [], [], []][index % 5],
        "seed": 1000 + index,
        "index": index,
        "success": success,
        "duration_s": round(float(rng.gamma(8.0, 1.5)) + 4.0, 2),
        "unintended_contacts": int(index == 7),
        "interventions": sum(kinds.values()),
        "failure": "" if success else f"{unmet} ({ending}: {reason})",
        "unmet": unmet,
        "reason": reason,
        "perceived_success": ending == "done",
        "ending": ending,
        "unintended": ["the left gripper touched the tray"] if index == 7 else [],
        "intervention_kinds": {kind: count for kind, count in kinds.items() if count},
        "intervention_reasons": ["slowed: the left forearm comes within 18 mm of the tray"],
        "chunks": 80,
        "peak_force_n": {"grip": round(float(rng.normal(22, 2)), 2), "objects": round(float(rng.gamma(4.0, press / 4)), 2)},
        "delay_s": 0.0,
    }
