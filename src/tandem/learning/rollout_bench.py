"""What a second of an in-process rollout costs with the cameras on, by part: processor time, which others hardly change."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial, wraps
from time import process_time
from typing import Any

from tandem.learning.evaluation.evaluate import make_policy
from tandem.learning.evaluation.runtime import InProcessCell
from tandem.learning.evaluation.tasks import Task, choose, load_suite, suitable_scene, varied
from tandem.perception.estimator import SceneEstimator
from tandem.safety.executor import ExecutorCore
from tandem.sim.cell_sim import CellSim

TASKS = (
    ("tabletop", "red_cube_in_blue_bin"),
    ("tabletop", "hand_over_blue_cube"),
    ("busybox-full", "push_button"),
    ("busybox-full", "pull_wire"),
    ("busybox-full", "move_slider"),
    ("busybox-full", "turn_knob"),
    ("busybox-full", "flip_switch"),
    ("busybox-full", "move_box"),
)
"""Suites and tasks of which one episode each is run."""

PARTS: dict[str, tuple[tuple[type, str], ...]] = {
    "simulation": ((CellSim, "step"),),
    "rendering": ((CellSim, "render"), (CellSim, "render_square")),
    "perception": ((SceneEstimator, "update"),),
    "safety": tuple((ExecutorCore, name) for name in ("submit", "check", "window", "gripper_commands")),
}
"""Methods whose time counts for each part; none of them calls another one."""

_SEED = 1000


@dataclass(frozen=True)
class RolloutCost:
    """Processor seconds per simulated second of one rollout: all of them, and those of each of ``PARTS``."""

    task: str
    total: float
    parts: dict[str, float]


def bench_rollouts(policy: str = "skills", tasks: Sequence[tuple[str, str]] = TASKS) -> list[RolloutCost]:
    """Run an episode of each task, on one core as far as this is up to the cell; models and graphics are set up beforehand."""
    spent: defaultdict[str, float] = defaultdict(float)
    with _metered(spent):
        cell = InProcessCell(partial(make_policy, policy, ()))
        return [_cost(cell, choose(load_suite(suite), (name,))[0], spent) for suite, name in tasks]


def _cost(cell: InProcessCell, task: Task, spent: defaultdict[str, float]) -> RolloutCost:
    task = varied(task, _SEED, 0)
    scene = suitable_scene(task, _SEED, 0)
    cell.reset(scene)
    cell.run_instruction("go home")
    cell.reset(scene)
    began_at, cpu = cell.loop.now, process_time()
    spent.clear()
    cell.run_instruction(task.instruction)
    total, seconds = process_time() - cpu, cell.loop.now - began_at
    return RolloutCost(task.name, total / seconds, {part: spent[part] / seconds for part in PARTS})


@contextmanager
def _metered(spent: defaultdict[str, float]) -> Iterator[None]:
    """Meanwhile the processor time of each part's methods is added up [s]."""
    methods = [(part, owner, name, getattr(owner, name)) for part, found in PARTS.items() for owner, name in found]
    try:
        for part, owner, name, method in methods:
            setattr(owner, name, _timed(method, part, spent))
        yield
    finally:
        for _, owner, name, method in methods:
            setattr(owner, name, method)


def _timed(method: Callable[..., Any], part: str, spent: defaultdict[str, float]) -> Callable[..., Any]:
    @wraps(method)
    def timed(*arguments: Any, **options: Any) -> Any:
        began = process_time()
        try:
            return method(*arguments, **options)
        finally:
            spent[part] += process_time() - began

    return timed
