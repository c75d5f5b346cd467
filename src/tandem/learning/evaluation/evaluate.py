"""A policy over a suite of tasks, in parallel processes."""

import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from tandem.language.verify import achieved
from tandem.learning.evaluation.report import Row, eval_report
from tandem.learning.evaluation.runtime import InProcessCell
from tandem.learning.evaluation.tasks import Task, choose, load_suite, varied
from tandem.learning.evaluation.trial import run_trial
from tandem.learning.parallel import run_jobs
from tandem.policy import registry
from tandem.policy.protocol import Policy


@dataclass(frozen=True)
class _Job:
    suite: str
    task: str
    index: int
    policy: str
    seed: int
    folder: Path | None
    options: tuple[tuple[str, str], ...] = ()
    randomise: bool = False


def evaluate(
    suite: str,
    policy: str = "skills",
    episodes: int = 10,
    seed: int = 0,
    workers: int = 1,
    *,
    options: Mapping[str, str] | None = None,
    tasks: Sequence[str] = (),
    folder: Path | None = None,
    randomise: bool = False,
    on_episode: Callable[[Row], None] = lambda row: None,
) -> dict[str, Any]:
    """Run and judge episodes.

    Args:
        suite: its name, of config/tasks/.
        policy: its name in `tandem.policy.registry`.
        episodes: of each task.
        seed: base of all episodes' seeds: the same seed gives the same scenes, whatever the number of workers.
        workers: processes, each with one thread; with 1 all runs in this one.
        options: of the policy.
        tasks: names of those to run, all when empty.
        folder: where failed episodes leave pictures and traces.
        randomise: whether the cell differs from the nominal one, as config/randomisation.yaml says.
        on_episode: is told each row as it is done.

    Returns:
        The report, schema tandem.eval/1.

    Raises:
        KeyError: there is no such suite, task or policy.
        ValueError: the policy can't be made with these options.
    """
    begun = time.perf_counter()
    chosen = choose(load_suite(suite), tasks)
    given = tuple(sorted((options or {}).items()))
    make_policy(policy, given)
    jobs = [_Job(suite, task.name, index, policy, seed, folder, given, randomise) for index in range(episodes) for task in chosen]
    rows: dict[_Job, Row] = {}
    for job, row in run_jobs(_run_job, jobs, workers):
        rows[job] = row
        on_episode(row)
    order = {task.name: place for place, task in enumerate(chosen)}
    ordered = [rows[job] for job in sorted(jobs, key=lambda job: (order[job.task], job.index))]
    return eval_report(suite, policy, seed, ordered, time.perf_counter() - begun)


def _run_job(job: _Job) -> Row:
    """In a worker: an episode that breaks off is a failed one, with its traceback."""
    task = next(task for task in load_suite(job.suite) if task.name == job.task)
    try:
        return run_trial(_cell(job.policy, job.options), task, job.seed, job.index, job.folder, randomise=job.randomise)
    except Exception as error:
        _cell.cache_clear()
        return _broken(job, task, error)


@cache
def _cell(policy: str, options: tuple[tuple[str, str], ...]) -> InProcessCell:
    """One a process, since models and graphics take their time to set up."""
    return InProcessCell(partial(make_policy, policy, options))


def make_policy(name: str, options: tuple[tuple[str, str], ...] = (), clock: Callable[[], float] | None = None) -> Policy:
    """A policy that knows by perception when a step is done."""
    return registry.make(name, clock, postcondition=achieved, options=dict(options))


def _broken(job: _Job, task: Task, error: Exception) -> Row:
    return {
        "task": task.name,
        **varied(task, job.seed, job.index).told,
        "seed": job.index,
        "success": False,
        "duration_s": 0.0,
        "unintended_contacts": 0,
        "interventions": 0,
        "failure": f"broke off: {error!r}",
        "ending": "broken",
        "traceback": traceback.format_exc(),
    }
