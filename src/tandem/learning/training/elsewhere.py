"""A training run on a node of a Ray cluster."""

import platform
import shutil
import tempfile
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tandem.learning.files import Files
from tandem.learning.ray_jobs import run_long_on_ray
from tandem.learning.training.folders import STATE
from tandem.learning.training.settings import TrainingSettings

Told = tuple[int, dict[str, float]] | str
"""A step with its figures, or words."""


@dataclass(frozen=True)
class _Job:
    settings: TrainingSettings
    folder: Path
    mark: str


def train_on_ray(settings: TrainingSettings, folder: Path, address: str, on_told: Callable[[Told], None]) -> None:
    """Train as `tandem.learning.training.start.run` does, on a node with a graphics card if there is one.

    The node must see the datasets. Where it sees the folder as well, a run that was interrupted goes on; elsewhere the checkpoint
    and the curves come back at the end.

    Raises:
        NoRay: there is none, or its nodes can't train.
        ValueError: the node doesn't see a dataset.
    """
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    mark = folder / f".seen-{uuid.uuid4().hex}"
    mark.touch()
    datasets = tuple(str(Path(name).absolute()) for name in settings.datasets)
    try:
        job = _Job(replace(settings, datasets=datasets), folder, mark.name)
        files: Files = run_long_on_ray(_train, job, address, on_told)
    finally:
        mark.unlink(missing_ok=True)
    files.unpack(folder)


def _train(job: _Job, tell: Callable[[Told], None]) -> Files:
    """On the node; the files that the driver doesn't see."""
    for name in job.settings.datasets:
        if not Path(name).is_dir():
            raise ValueError(f"the node {platform.node()} doesn't see {name}: put it on storage that all nodes have")
    from tandem.learning.training.start import Prepared, run

    def prepared(made: Prepared) -> None:
        tell(f"on {platform.node()}: {made.summary}")

    def trained(step: int, figures: dict[str, float]) -> None:
        tell((step, figures))

    if (job.folder / job.mark).is_file():
        run(job.settings, job.folder, trained, prepared)
        return Files()
    own = Path(tempfile.mkdtemp(prefix="tandem-train-"))
    try:
        run(job.settings, own, trained, prepared)
        shutil.rmtree(own / STATE, ignore_errors=True)
        return Files.pack(own)
    finally:
        shutil.rmtree(own, ignore_errors=True)


def as_progress(told: Told, on_step: Callable[[int, dict[str, float]], Any], on_words: Callable[[str], Any]) -> None:
    """Pass on what a node tells to whom it concerns."""
    if isinstance(told, str):
        on_words(told)
    else:
        on_step(*told)
