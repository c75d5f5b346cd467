"""`tandem eval`: a policy over a suite of tasks, judged by the simulator's truth."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tandem.cli.cluster_option import Ray
from tandem.cli.policy_options import Checkpoint, Option, Url, collected
from tandem.cli.runs import command_line, new_run_folder, run_folders

if TYPE_CHECKING:
    from tandem.learning.evaluation.settings import Settings

console = Console(stderr=True)

_OF_THE_SETTINGS = ("suite", "policy", "url", "checkpoint", "seed", "task", "randomise", "delay")


def eval_(
    context: typer.Context,
    suite: Annotated[str, typer.Option(help="Suite of tasks, a file of config/tasks/.")] = "tabletop",
    policy: Annotated[str, typer.Option(help="Who carries out the steps.")] = "skills",
    url: Url = "",
    checkpoint: Checkpoint = None,
    option: Option = None,
    episodes: Annotated[int, typer.Option(help="Episodes of each task.", min=1)] = 10,
    seed: Annotated[int, typer.Option(help="Of all scenes.")] = 0,
    report: Annotated[Path | None, typer.Option(help="Write the report (JSON, tandem.eval/1) here.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the report as a page here, one file that needs nothing else.")] = None,
    workers: Annotated[int, typer.Option(help="Processes; 0 for one a core.", min=0)] = 0,
    task: Annotated[list[str] | None, typer.Option(help="Only this task; may be given several times.")] = None,
    randomise: Annotated[
        bool, typer.Option("--randomise", help="Vary light, colours, cameras, friction, masses, delays.")
    ] = False,
    delay: Annotated[
        list[float] | None,
        typer.Option(help="Seconds added to the policy's delay; several values are evaluated one by one and compared."),
    ] = None,
    ray: Ray = "",
    resume: Annotated[
        Path | None, typer.Option(help="Go on with an evaluation that was interrupted: its folder in runs/.")
    ] = None,
) -> None:
    """Run episodes in simulation, in-process and in parallel, and report success with 95 % intervals.

    What an evaluation has done is kept as it comes: the same command into the same --report goes on after an interruption.
    """
    from tandem.learning.evaluation.settings import Settings
    from tandem.learning.ray_jobs import NoRay

    options = collected(url, checkpoint, option)
    try:
        if resume is not None:
            settings = [_settings_of(context, resume, options)]
        else:
            given = tuple(sorted(options.items()))
            plain = Settings(suite, policy, seed, given, tuple(task or ()), randomise)
            settings = [plain.with_delay(seconds) for seconds in dict.fromkeys(delay or [0.0])]
        if len(settings) == 1:
            results = [_evaluate(settings[0], episodes, workers, ray, report, html, resume)]
        else:
            paths = [_beside(report, f"delay-{entry.delay_s:g}s") for entry in settings]
            pages = [_beside(html, f"delay-{entry.delay_s:g}s") for entry in settings]
            results = [
                _evaluate(entry, episodes, workers, ray, path, page, None)
                for entry, path, page in zip(settings, paths, pages, strict=True)
            ]
    except (KeyError, ValueError, OSError, NoRay) as error:
        console.print(f"[red]{error.args[0] if isinstance(error, KeyError) else error}[/]", highlight=False)
        raise typer.Exit(2) from error
    if len(results) > 1:
        from tandem.cli.compare import write_comparison

        write_comparison(results, [f"{result['delay_s']:g} s added" for result in results], report, html)
    broken = [row for result in results for row in result["episodes"] if row["ending"] == "broken"]
    if broken:
        console.print(f"[red]{len(broken)} episodes could not run:[/] {broken[0]['failure']}", highlight=False)
        raise typer.Exit(1)


def _evaluate(
    settings: Settings, episodes: int, workers: int, ray: str, report: Path | None, html: Path | None, folder: Path | None
) -> dict[str, Any]:
    """One evaluation, with its files."""
    from tandem.learning.evaluation.evaluate import evaluate

    folder = folder or _folder_for(settings, report)
    delay = f", {settings.delay_s:g} s added" if settings.delay_s else ""
    try:
        with _progress() as progress:
            bar = progress.add_task(f"{settings.suite}, {settings.policy}{delay}", total=None)
            result = evaluate(
                settings,
                episodes,
                workers if ray else workers or len(os.sched_getaffinity(0)),
                ray=ray,
                folder=folder,
                report=report,
                on_start=lambda done, total: _tell_start(progress, bar, done, total),
                on_episode=lambda row: _tell(progress, bar, row),
            )
    except KeyboardInterrupt as error:
        console.print(f"Interrupted; what is done is in {folder}. It goes on with --resume {folder}", highlight=False)
        raise typer.Exit(130) from error
    result |= {"command": command_line()}
    path = report or folder / "report.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    Console().print(_table(result))
    console.print(f"Report: {path}", highlight=False)
    if html is not None:
        from tandem.learning.reports.page import eval_page

        html.parent.mkdir(parents=True, exist_ok=True)
        html.write_text(eval_page(result), encoding="utf-8")
        console.print(f"Page: {html}", highlight=False)
    return result


def _folder_for(settings: Settings, report: Path | None) -> Path:
    """Where an earlier run with the same settings into the same report was interrupted, or a new folder."""
    from tandem.learning.evaluation.journal import unfinished

    earlier = None if report is None else unfinished(run_folders("eval"), settings, report)
    if earlier is not None:
        console.print(f"Going on with {earlier}", highlight=False)
    return earlier or new_run_folder("eval")


def _settings_of(context: typer.Context, folder: Path, options: dict[str, str]) -> Settings:
    """The settings of an interrupted evaluation; nothing else may be asked for."""
    from tandem.learning.evaluation.journal import read_head
    from tandem.learning.evaluation.settings import Settings

    sources = {name: context.get_parameter_source(name) for name in _OF_THE_SETTINGS}
    given = [name for name, source in sources.items() if source is not None and source.name == "COMMANDLINE"]
    if given:
        raise ValueError(f"--{given[0]} is taken from {folder}: leave it out with --resume")
    return Settings.from_json(read_head(folder)["settings"], options)


def _beside(path: Path | None, what: str) -> Path | None:
    return None if path is None else path.with_name(f"{path.stem}-{what}{path.suffix}")


def _progress() -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console)


def _tell_start(progress: Progress, bar: Any, done: int, total: int) -> None:
    progress.update(bar, completed=done, total=total)
    if done:
        progress.console.print(f"{done} of {total} episodes are done already", highlight=False)


def _tell(progress: Progress, bar: Any, row: dict[str, Any]) -> None:
    progress.advance(bar)
    if not row["success"]:
        progress.console.print(f"[red]{row['task']}[/], seed {row['seed']}: {row['failure']}", highlight=False)
    elif row["unintended_contacts"]:
        progress.console.print(f"[yellow]{row['task']}[/], seed {row['seed']}: {'; '.join(row['unintended'])}", highlight=False)


def _table(result: dict[str, Any]) -> Table:
    columns: Sequence[str] = ("task", "success", "95 %", "unintended", "interventions", "median time")
    table = Table(*columns, title=f"{result['suite']}, {result['policy']}")
    for name, entry in result["tasks"].items():
        low, high = entry["ci95"]
        counts = f"{entry['successes']}/{entry['n']}"
        table.add_row(
            f"{name} (apart)" if entry.get("apart") else name,
            counts,
            f"{low:.2f} to {high:.2f}",
            str(entry["unintended_contacts"]),
            str(entry["interventions"]),
            f"{entry['median_duration_s']:.1f} s",
        )
    low, high = result["ci95"]
    table.add_section()
    table.add_row(
        "all", f"{100 * result['success_rate']:.1f} %", f"{low:.2f} to {high:.2f}", str(result["unintended_contacts"]), "", ""
    )
    return table
