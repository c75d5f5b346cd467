"""Demonstrations of a suite of tasks as a dataset: in parallel processes, and again from where an earlier run broke off."""

import fcntl
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tandem.learning.collection.demonstration import Job, Settings, demonstrate, demonstrate_elsewhere, keep
from tandem.learning.datasets import episode as files
from tandem.learning.datasets import layout
from tandem.learning.datasets.episode import Line
from tandem.learning.datasets.features import cell_features
from tandem.learning.datasets.layout import NotADataset
from tandem.learning.datasets.writer import DatasetWriter
from tandem.learning.evaluation.tasks import Task, choose, load_suite
from tandem.learning.parallel import run_jobs
from tandem.learning.ray_jobs import run_ray_jobs
from tandem.policy import registry

SHARDS = "shards"
"""Folder of episodes that are not part of the dataset yet."""

COLLECTION = "meta/tandem_collection.json"
ATTEMPTS = "meta/tandem_attempts.jsonl"
"""A line of JSON an episode that was tried, kept or not."""


@dataclass(frozen=True)
class Summary:
    """What came of a run.

    Attributes:
        lines: of all episodes that were tried, in this run and before.
        new: how many this run tried.
        wall_s: that it took.
    """

    lines: tuple[Line, ...]
    new: int
    wall_s: float


def collect(
    folder: Path,
    settings: Settings,
    episodes: int,
    workers: int = 1,
    *,
    tasks: Sequence[str] = (),
    ray: str = "",
    on_start: Callable[[int, int], None] = lambda done, total: None,
    on_episode: Callable[[Line], None] = lambda line: None,
) -> Summary:
    """Have episodes carried out and keep the good ones as a dataset.

    Episodes that were done in an earlier run are not done again. Whatever ends this early, what is done is part of the dataset.

    Args:
        folder: of the dataset.
        settings: must be those of the earlier runs into this folder.
        episodes: of each task, times its `Task.demonstrations`, those included that fail.
        workers: processes.
        tasks: names of those to run, all when empty.
        ray: address of a Ray cluster that does it, ``local`` for one on this machine; empty for processes of this machine.
        on_start: is told how many of how many episodes are done already.
        on_episode: is told of each episode as it is done.

    Raises:
        KeyError: there is no such suite, task or policy.
        PolicyRefused: there is no checkpoint of that learner, or it may make no mistakes.
        NotADataset: the folder has something else, or demonstrations of other settings.
    """
    begun = time.perf_counter()
    chosen = choose(load_suite(settings.suite), tasks)
    registry.make(settings.policy)
    if settings.learner:
        if not settings.mistakes:
            raise registry.PolicyRefused("a learner's part is to err: take --learner or --no-mistakes, not both")
        registry.check("vla", {"checkpoint": settings.learner})
    _claim(folder, settings)
    done = {(line["task"], line["index"]) for line in _tried(folder)}
    wanted = _episodes(chosen, episodes)
    jobs = [Job(settings, task, index, folder / SHARDS) for task, index in wanted if (task, index) not in done]
    on_start(len(wanted) - len(jobs), len(wanted))
    new = 0
    try:
        for line in _lines(jobs, workers, ray):
            new += 1
            on_episode(line)
    finally:
        finalise(folder)
    return Summary(tuple(_tried(folder)), new, time.perf_counter() - begun)


def _episodes(tasks: Sequence[Task], turns: int) -> list[tuple[str, int]]:
    """Tasks and indices of the episodes to try, each task's in order, all tasks alike far at any time."""
    shares = [(turn, task) for turn in range(turns) for task in tasks]
    return [(task.name, turn * task.demonstrations + more) for turn, task in shares for more in range(task.demonstrations)]


def finalise(folder: Path) -> int:
    """Make episodes that are done part of the dataset; returns how many. They are ordered by their index, then by their task.

    Raises:
        NotADataset: nothing was collected into this folder.
    """
    settings = _settings(folder)
    features = cell_features(settings.image_size, video=settings.video)
    order = [task.name for task in load_suite(settings.suite)]
    added = 0
    with _alone(folder):
        paths = sorted((folder / SHARDS).glob("*.json"))
        shards = sorted(paths, key=lambda path: _order(files.load_line(path), order))
        with DatasetWriter(folder, features) as writer:
            there = {(line["task"], line["index"]) for line in writer.lines}
            for path in shards:
                line = files.load_line(path)
                if line["kept"] and (line["task"], line["index"]) not in there:
                    writer.add(files.load(path, features))
                    added += 1
            _write_attempts(folder, [files.load_line(path) for path in shards])
        for path in shards:
            path.with_suffix(".parquet").unlink(missing_ok=True)
            path.unlink()
    return added


def _lines(jobs: list[Job], workers: int, ray: str) -> Iterator[Line]:
    if not ray:
        yield from (line for _, line in run_jobs(demonstrate, jobs, workers))
        return
    for job, (line, frames) in run_ray_jobs(demonstrate_elsewhere, jobs, workers, ray):
        keep(job, line, frames)
        yield line


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time makes a dataset longer; others wait."""
    with (folder / ".lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _order(line: Line, tasks: Sequence[str]) -> tuple[int, int]:
    return int(line["index"]), tasks.index(line["task"])


def _claim(folder: Path, settings: Settings) -> None:
    """Make the folder one of these settings, or see that it is."""
    if (folder / COLLECTION).is_file():
        before = _settings(folder)
        changed = [key for key, value in asdict(settings).items() if asdict(before)[key] != value]
        if changed:
            key = changed[0]
            raise NotADataset(
                f"{folder} was collected with {key} {asdict(before)[key]!r}, not {asdict(settings)[key]!r}: choose another folder"
            )
    else:
        with DatasetWriter(folder, cell_features(settings.image_size, video=settings.video)):
            layout.write_json(folder / COLLECTION, asdict(settings))
    (folder / SHARDS).mkdir(exist_ok=True)


def _settings(folder: Path) -> Settings:
    path = folder / COLLECTION
    if not path.is_file():
        raise NotADataset(f"nothing was collected into {folder}: it has no {COLLECTION}")
    return Settings(**json.loads(path.read_text(encoding="utf-8")))


def _tried(folder: Path) -> list[Line]:
    """All episodes that were done, whether part of the dataset yet or not."""
    path = folder / ATTEMPTS
    before = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []
    return before + [files.load_line(shard) for shard in sorted((folder / SHARDS).glob("*.json"))]


def _write_attempts(folder: Path, new: Sequence[Line]) -> None:
    path = folder / ATTEMPTS
    before = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []
    known = {(line["task"], line["index"]) for line in before}
    short = [{key: value for key, value in line.items() if key != "steps"} for line in new]
    lines = before + [line for line in short if (line["task"], line["index"]) not in known]
    files.write_atomically(path, "".join(json.dumps(line) + "\n" for line in lines))
