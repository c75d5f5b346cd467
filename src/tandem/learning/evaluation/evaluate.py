"""A policy over a suite of tasks, in parallel processes."""

import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from tandem.language.verify import achieved
from tandem.learning.evaluation.journal import Journal
from tandem.learning.evaluation.report import Row, eval_report
from tandem.learning.evaluation.runtime import InProcessCell
from tandem.learning.evaluation.settings import Settings
from tandem.learning.evaluation.tasks import Task, choose, is_randomised, load_suite, varied
from tandem.learning.evaluation.trial import run_trial
from tandem.learning.files import Files
from tandem.learning.parallel import run_jobs
from tandem.learning.ray_jobs import run_ray_jobs
from tandem.learning.reports.causes import causes
from tandem.learning.reports.sensitivity import sensitivity
from tandem.policy import registry
from tandem.policy.protocol import Policy


@dataclass(frozen=True)
class _Job:
    settings: Settings
    task: str
    index: int
    folder: Path | None


def evaluate(
    settings: Settings,
    episodes: int = 10,
    workers: int = 1,
    *,
    folder: Path | None = None,
    report: Path | None = None,
    ray: str = "",
    on_start: Callable[[int, int], None] = lambda done, total: None,
    on_episode: Callable[[Row], None] = lambda row: None,
) -> dict[str, Any]:
    """Run and judge episodes; those that are in the folder already are not run again.

    Args:
        settings: what is evaluated, and in which scenes: the same seed gives the same ones, whatever the number of workers.
        episodes: of each task.
        workers: processes, each with one thread; with 1 all runs in this one.
        folder: where rows are kept as they come, and where failed episodes leave pictures and traces.
        ray: address of a Ray cluster, empty for this machine's own processes.
        report: where the report is going to be written; kept in the folder so that the run can be found again.
        on_start: is told how many of how many episodes are done already.
        on_episode: is told each row as it is done.

    Returns:
        The report, schema tandem.eval/1.

    Raises:
        KeyError: there is no such suite, task or policy.
        OtherEvaluation: the folder has rows of another evaluation.
        NoRay: the Ray cluster can't be used.
        ValueError: the policy can't be made with these options.
    """
    begun = time.perf_counter()
    chosen = choose(load_suite(settings.suite), settings.tasks)
    settings = replace(settings, randomise=settings.randomise or is_randomised(settings.suite))
    make_policy(settings.policy, settings.options)
    wanted = [(task.name, index) for index in range(episodes) for task in chosen]
    journal = None if folder is None else Journal(folder, settings, report)
    try:
        rows = {} if journal is None else journal.rows()
        jobs = [_Job(settings, task, index, folder) for task, index in wanted if (task, index) not in rows]
        on_start(len(wanted) - len(jobs), len(wanted))
        for job, row in _rows(jobs, workers, ray):
            rows[job.task, job.index] = row
            if journal is not None:
                journal.add(row)
            on_episode(row)
        ordered = [rows[task.name, index] for task in chosen for index in range(episodes)]
        told = eval_report(settings.suite, settings.policy, settings.seed, ordered, time.perf_counter() - begun)
        told |= _run_of(settings, folder, len(wanted) - len(jobs)) | _findings(ordered, settings)
        if journal is not None:
            journal.finish()
        return told
    finally:
        if journal is not None:
            journal.close()


def _run_of(settings: Settings, folder: Path | None, kept: int) -> dict[str, Any]:
    """What else of a run belongs into its report; ``resumed`` counts episodes of an earlier run that was interrupted."""
    known = settings.as_json()
    return {
        "options": known["options"],
        "randomise": settings.randomise,
        "delay_s": settings.delay_s,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "resumed": kept,
        "folder": "" if folder is None else str(folder.absolute()),
    }


def _findings(rows: list[Row], settings: Settings) -> dict[str, Any]:
    """What the episodes have in common: causes of failures, and what success depends on where something was varied."""
    found: dict[str, Any] = {"failures": [cause.as_json() for cause in causes(rows)]}
    return found | {"sensitivity": sensitivity(rows).as_json()} if settings.randomise else found


def _rows(jobs: list[_Job], workers: int, ray: str) -> Iterator[tuple[_Job, Row]]:
    if not ray:
        yield from run_jobs(_run_job, jobs, workers)
        return
    # Where an episode leaves its files is a folder of another machine: they come back with its row.
    for job, (row, files) in run_ray_jobs(_run_elsewhere, jobs, workers, ray):
        if job.folder is not None and files:
            row["folder"] = str(job.folder / Path(row["folder"]).name)
            files.unpack(Path(row["folder"]))
        yield job, row


def _run_elsewhere(job: _Job) -> tuple[Row, Files]:
    with tempfile.TemporaryDirectory() as folder:
        row = _run_job(replace(job, folder=None if job.folder is None else Path(folder)))
        return row, Files.pack(Path(row["folder"])) if "folder" in row else Files()


def _run_job(job: _Job) -> Row:
    """In a worker: an episode that breaks off is a failed one, with its traceback."""
    settings = job.settings
    task = next(task for task in load_suite(settings.suite) if task.name == job.task)
    try:
        cell = _cell(settings.policy, settings.options)
        return run_trial(cell, task, settings.seed, job.index, job.folder, randomise=settings.randomise, delay_s=settings.delay_s)
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
        **varied(task, job.settings.seed, job.index).told,
        "seed": job.index,
        "index": job.index,
        "success": False,
        "duration_s": 0.0,
        "unintended_contacts": 0,
        "interventions": 0,
        "failure": f"broke off: {error!r}",
        "ending": "broken",
        "traceback": traceback.format_exc(),
    }
