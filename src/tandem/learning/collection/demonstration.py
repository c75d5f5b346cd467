"""One demonstration: an episode of a task, recorded and judged, as a file of its own."""

import tempfile
import time
import traceback
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from tandem.learning import provenance
from tandem.learning.collection.mistakes import ErringPolicy
from tandem.learning.collection.recorder import EpisodeRecorder
from tandem.learning.collection.taught import TaughtPolicy
from tandem.learning.datasets import episode as files
from tandem.learning.datasets.episode import Line
from tandem.learning.datasets.features import cell_features
from tandem.learning.evaluation.judgement import judge
from tandem.learning.evaluation.runtime import InProcessCell
from tandem.learning.evaluation.tasks import Task, load_suite, suitable_scene, varied
from tandem.policy import registry
from tandem.policy.protocol import Policy
from tandem.policy.registry import Clock
from tandem.sim.randomisation import NONE, draw

PURPOSE = "collect/"
"""Demonstrations are given in other scenes than those of `tandem eval`, whatever the seeds."""


@dataclass(frozen=True)
class Settings:
    """What makes demonstrations comparable: all those of a dataset have the same.

    Attributes:
        suite, policy: what is demonstrated, and by whom.
        seed: base of all scenes.
        image_size: width and height of the images [px].
        keep_failures: whether episodes that failed are kept as well.
        video: whether images become videos.
        randomise: whether the cell differs from the nominal one, as config/randomisation.yaml says.
        mistakes: whether mistakes are made on purpose now and then, as config/mistakes.yaml says.
        learner: checkpoint of a learned policy whose mistakes are made instead; empty for none.
    """

    suite: str
    policy: str
    seed: int = 0
    image_size: int = 128
    keep_failures: bool = False
    video: bool = False
    randomise: bool = True
    mistakes: bool = True
    learner: str = ""


@dataclass(frozen=True)
class Job:
    """An episode to record: the ``index``-th of a task, into a file in ``folder``."""

    settings: Settings
    task: str
    index: int
    folder: Path

    @property
    def path(self) -> Path:
        """Its file, without the ending."""
        return self.folder / f"{self.task}-{self.index:06d}"


def demonstrate(job: Job) -> Line:
    """Record an episode; whether it is kept or not, its line is written last. An episode that breaks off is not kept."""
    whole = next(task for task in load_suite(job.settings.suite) if task.name == job.task)
    task = varied(whole, job.settings.seed, job.index, PURPOSE, held_out=False)
    begun = time.perf_counter()
    try:
        return _record(job, task, begun)
    except Exception as error:
        _cell.cache_clear()
        line = _line(job, task, begun) | {
            "success": False,
            "kept": False,
            "failure": f"broke off: {error!r}",
            "traceback": traceback.format_exc(),
        }
        files.save_line(line, job.path)
        return line


def demonstrate_elsewhere(job: Job) -> tuple[Line, bytes]:
    """Likewise on a machine that doesn't have the job's folder: the line, and the content of the episode's file or nothing."""
    with tempfile.TemporaryDirectory() as folder:
        there = replace(job, folder=Path(folder))
        line = demonstrate(there)
        frames = there.path.with_suffix(".parquet")
        return line, frames.read_bytes() if frames.is_file() else b""


def keep(job: Job, line: Line, frames: bytes) -> None:
    """Put into the job's folder what `demonstrate_elsewhere` gave."""
    if frames:
        temporary = job.path.with_suffix(".parquet.part")
        temporary.write_bytes(frames)
        temporary.replace(job.path.with_suffix(".parquet"))
    files.save_line(line, job.path)


def _record(job: Job, task: Task, begun: float) -> Line:
    settings = job.settings
    scene = suitable_scene(task, settings.seed, job.index, PURPOSE)
    cell, policy = _cell(settings.policy, settings.learner)
    policy.start(scene.seed if settings.mistakes else None)
    recorder = EpisodeRecorder(settings.image_size, is_mistake=lambda: policy.erring)
    drawn = draw(scene) if settings.randomise else NONE
    cell.reset(scene, recorder, drawn)
    result = cell.run_instruction(task.instruction, limit_s=task.limit_s)
    judgement = judge(cell.recording(), task.success, result.windows)
    good = judgement.success and not judgement.unintended
    line = _line(job, task, begun) | {
        "scene_seed": scene.seed,
        "randomisation": drawn.as_json() if settings.randomise else None,
        "mistakes": policy.made,
        "success": judgement.success,
        "perceived_success": result.success,
        "ending": result.ending,
        "reason": result.reason,
        "failure": judgement.failure or "; ".join(entry.text for entry in judgement.unintended),
        "unintended": [entry.text for entry in judgement.unintended],
        "interventions": result.interventions,
        "duration_s": round(result.duration_s, 2),
    }
    episode = recorder.episode(line) if good or settings.keep_failures else None
    line = line | {"kept": episode is not None, "frames": len(episode) if episode is not None else 0}
    line["wall_s"] = round(time.perf_counter() - begun, 2)
    if episode is None:
        files.save_line(line, job.path)
        return line
    kept = replace(episode, line=episode.line | line)
    files.save(kept, cell_features(settings.image_size, video=settings.video), job.path)
    return line


def _line(job: Job, task: Task, begun: float) -> Line:
    return {
        "suite": job.settings.suite,
        "task": task.name,
        "index": job.index,
        "policy": job.settings.policy,
        **task.told,
        "git": _git(),
        "wall_s": round(time.perf_counter() - begun, 2),
    }


@cache
def _git() -> str:
    return provenance.git_state()


@cache
def _cell(name: str, learner: str) -> tuple[InProcessCell, ErringPolicy | TaughtPolicy]:
    """One a process, since models and graphics take their time to set up."""
    made: list[ErringPolicy | TaughtPolicy] = []

    def make(clock: Clock) -> Policy:
        teacher = registry.make(name, clock)
        if learner:
            made.append(TaughtPolicy(registry.make("vla", clock, options={"checkpoint": learner}), teacher))
        else:
            made.append(ErringPolicy(teacher, clock))
        return made[0]

    return InProcessCell(make), made[0]
