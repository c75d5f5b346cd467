"""`tandem train`: a dataset to a checkpoint."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from tandem.cli.cluster_option import Ray

console = Console(stderr=True)


def train(
    config: Annotated[Path, typer.Option(help="What to train on what, for example config/training/small.yaml.")],
    out: Annotated[Path, typer.Option(help="Folder of the run; an interrupted run goes on where it was.")],
    steps: Annotated[int | None, typer.Option(help="Other number of steps than the file's.", min=1)] = None,
    dataset: Annotated[list[Path] | None, typer.Option(help="Other datasets than the file's.")] = None,
    ray: Ray = "",
) -> None:
    """Train the learned policy; the result is OUT/checkpoint, the curves are OUT/curves (tensorboard)."""
    from tandem.learning.datasets.layout import NotADataset
    from tandem.learning.ray_jobs import NoRay
    from tandem.learning.training.settings import TrainingSettings

    try:
        settings = TrainingSettings.load(config, steps=steps, datasets=dataset)
        with _progress() as progress:
            bar = progress.add_task("reading the data", total=settings.steps)

            def tell(step: int, figures: dict[str, float]) -> None:
                words = ", ".join(f"{name} {value:.4g}" for name, value in figures.items())
                if any(name.startswith("validation") for name in figures):
                    progress.console.print(f"step {step + 1}: {words}", highlight=False)
                else:
                    name, value = next(iter(figures.items()))
                    progress.update(bar, completed=step + 1, description=f"{name} {value:.4f}")

            def say(words: str) -> None:
                progress.console.print(words, highlight=False)

            if ray:
                from tandem.learning.training.elsewhere import as_progress, train_on_ray

                train_on_ray(settings, out, ray, lambda told: as_progress(told, tell, say))
            else:
                from tandem.learning.training.start import run

                run(settings, out, tell, lambda made: say(made.summary))
    except (NotADataset, NoRay, ValueError, OSError) as error:
        console.print(f"[red]{error}[/]", highlight=False)
        raise typer.Exit(2) from error
    except KeyboardInterrupt as error:
        console.print(f"Interrupted; the same command goes on from what was saved last in {out}.")
        raise typer.Exit(130) from error
    console.print(f"Checkpoint: {out / 'checkpoint'}")


def _progress() -> Progress:
    parts = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    return Progress(*parts, console=console)
