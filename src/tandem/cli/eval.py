"""`tandem eval`: a policy over a suite of tasks, judged by the simulator's truth."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tandem.cli.policy_options import Checkpoint, Option, Url, collected
from tandem.cli.runs import new_run_folder

console = Console(stderr=True)


def eval_(
    suite: Annotated[str, typer.Option(help="Suite of tasks, a file of config/tasks/.")] = "tabletop",
    policy: Annotated[str, typer.Option(help="Who carries out the steps.")] = "skills",
    url: Url = "",
    checkpoint: Checkpoint = None,
    option: Option = None,
    episodes: Annotated[int, typer.Option(help="Episodes of each task.", min=1)] = 10,
    seed: Annotated[int, typer.Option(help="Of all scenes.")] = 0,
    report: Annotated[Path | None, typer.Option(help="Write the report (JSON, tandem.eval/1) here.")] = None,
    workers: Annotated[int, typer.Option(help="Processes; 0 for one a core.", min=0)] = 0,
    task: Annotated[list[str] | None, typer.Option(help="Only this task; may be given several times.")] = None,
    randomise: Annotated[
        bool, typer.Option("--randomise", help="Vary light, colours, cameras, friction, masses, delays.")
    ] = False,
) -> None:
    """Run episodes in simulation, in-process and in parallel, and report success with 95 % intervals."""
    from tandem.learning.evaluation.evaluate import evaluate
    from tandem.learning.evaluation.tasks import load_suite

    options = collected(url, checkpoint, option)
    try:
        count = episodes * len(task or load_suite(suite))
        folder = new_run_folder("eval")
        with _progress() as progress:
            bar = progress.add_task(f"{suite}, {policy}", total=count)
            result = evaluate(
                suite,
                policy,
                episodes,
                seed,
                workers or len(os.sched_getaffinity(0)),
                options=options,
                tasks=task or (),
                folder=folder,
                randomise=randomise,
                on_episode=lambda row: _tell(progress, bar, row),
            )
    except (KeyError, ValueError) as error:
        console.print(f"[red]{error.args[0]}[/]", highlight=False)
        raise typer.Exit(2) from error
    path = report or folder / "report.json"
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    Console().print(_table(result))
    console.print(f"Report: {path}")
    broken = [row for row in result["episodes"] if row["ending"] == "broken"]
    if broken:
        console.print(f"[red]{len(broken)} of {count} episodes could not run:[/] {broken[0]['failure']}")
        raise typer.Exit(1)


def _progress() -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console)


def _tell(progress: Progress, bar: Any, row: dict[str, Any]) -> None:
    progress.advance(bar)
    if not row["success"]:
        progress.console.print(f"[red]{row['task']}[/], seed {row['seed']}: {row['failure']}", highlight=False)
    elif row["unintended_contacts"]:
        progress.console.print(f"[yellow]{row['task']}[/], seed {row['seed']}: {'; '.join(row['unintended'])}", highlight=False)


def _table(result: dict[str, Any]) -> Table:
    table = Table(
        "task", "success", "95 %", "unintended", "interventions", "median time", title=f"{result['suite']}, {result['policy']}"
    )
    for name, entry in result["tasks"].items():
        low, high = entry["ci95"]
        counts = f"{entry['successes']}/{entry['n']}"
        table.add_row(
            name,
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
