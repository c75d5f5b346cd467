"""`tandem collect`: demonstrations of a suite of tasks as a LeRobot dataset."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

if TYPE_CHECKING:
    from tandem.learning.collection.collect import Summary

from tandem.cli.cluster_option import Ray

console = Console(stderr=True)


def collect(
    out: Annotated[Path, typer.Option(help="Folder of the dataset; an interrupted run goes on where it was.")],
    suite: Annotated[str, typer.Option(help="Suite of tasks, a file of config/tasks/.")] = "tabletop",
    policy: Annotated[str, typer.Option(help="Who demonstrates.")] = "skills",
    episodes: Annotated[
        int, typer.Option(help="Episodes of each task; those with rare steps ask for several times as many.", min=1)
    ] = 10,
    seed: Annotated[int, typer.Option(help="Of all scenes; never those of `eval`.")] = 0,
    workers: Annotated[int, typer.Option(help="Processes; 0 for one a core.", min=0)] = 0,
    task: Annotated[list[str] | None, typer.Option(help="Only this task; may be given several times.")] = None,
    ray: Ray = "",
    image_size: Annotated[int, typer.Option(help="Width and height of the images [px].", min=16, max=480)] = 128,
    video: Annotated[bool, typer.Option("--video", help="Keep images as videos: smaller, slower to read at random.")] = False,
    randomise: Annotated[bool, typer.Option(help="Vary light, colours, cameras, friction, masses, delays.")] = True,
    mistakes: Annotated[bool, typer.Option(help="Now and then err on purpose, and show the way out.")] = True,
    learner: Annotated[str, typer.Option(metavar="DIR", help="Checkpoint of a learned policy that begins steps and errs.")] = "",
    keep_failures: Annotated[bool, typer.Option("--keep-failures", help="Keep episodes that failed as well.")] = False,
) -> None:
    """Record demonstrations in simulation; those that the truth calls successful, without unintended contacts, are kept."""
    from tandem.learning.collection.collect import collect as run
    from tandem.learning.collection.demonstration import Settings
    from tandem.learning.datasets.layout import NotADataset
    from tandem.learning.ray_jobs import NoRay
    from tandem.policy.registry import PolicyRefused

    # Whoever ends it, what is done is put together first.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    settings = Settings(suite, policy, seed, image_size, keep_failures, video, randomise, mistakes, learner)
    try:
        with _progress() as progress:
            bar = progress.add_task(f"{suite}, {policy}", total=None)
            summary = run(
                out,
                settings,
                episodes,
                workers or (0 if ray else len(os.sched_getaffinity(0))),
                tasks=task or (),
                ray=ray,
                on_start=lambda done, total: progress.update(bar, completed=done, total=total),
                on_episode=lambda line: _tell(progress, bar, line),
            )
    except (KeyError, NotADataset, NoRay, PolicyRefused) as error:
        console.print(f"[red]{error.args[0]}[/]", highlight=False)
        raise typer.Exit(2) from error
    except KeyboardInterrupt as error:
        console.print(f"Interrupted; what is done is in {out}. The same command goes on from here.")
        raise typer.Exit(130) from error
    Console().print(_table(summary))
    frames = sum(line["frames"] for line in summary.lines if line["kept"])
    console.print(f"{out}: {frames} frames; this run: {summary.new} episodes in {summary.wall_s:.0f} s")
    broken = [line for line in summary.lines if "traceback" in line]
    if broken:
        console.print(f"[red]{len(broken)} episodes could not run:[/] {broken[0]['failure']}", highlight=False)
        raise typer.Exit(1)


def _progress() -> Progress:
    parts = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    return Progress(*parts, console=console)


def _tell(progress: Progress, bar: Any, line: dict[str, Any]) -> None:
    progress.advance(bar)
    if line["failure"]:
        progress.console.print(f"[red]{line['task']}[/], {line['index']}: {line['failure']}{_believed(line)}", highlight=False)


def _believed(line: dict[str, Any]) -> str:
    """What the cell itself says of a failure."""
    return f" ({line['ending']}: {line['reason']})" if line.get("reason") and line["ending"] != "done" else ""


def _table(summary: Summary) -> Table:
    table = Table("task", "tried", "kept", "frames", "median wall time")
    for name in dict.fromkeys(line["task"] for line in summary.lines):
        lines = [line for line in summary.lines if line["task"] == name]
        kept = [line for line in lines if line["kept"]]
        walls = sorted(line["wall_s"] for line in lines)
        frames = sum(line["frames"] for line in kept)
        table.add_row(name, str(len(lines)), str(len(kept)), str(frames), f"{walls[len(walls) // 2]:.1f} s")
    return table
