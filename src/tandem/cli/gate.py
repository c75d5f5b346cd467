"""`tandem gate`: whether a report is good enough."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

console = Console(stderr=True)


def gate(
    report: Annotated[Path, typer.Argument(help="File of `tandem eval --report`.")],
    at_least: Annotated[float | None, typer.Option(help="Share of all episodes that must succeed, 0 to 1.")] = None,
    task_at_least: Annotated[float | None, typer.Option(help="Likewise of each task's.")] = None,
    no_unintended: Annotated[bool, typer.Option("--no-unintended", help="No unintended contact at all.")] = False,
    episodes_at_least: Annotated[int, typer.Option(help="Episodes that each task must have had.", min=1)] = 1,
    task: Annotated[list[str] | None, typer.Option(help="A task that must be in the report; may be given several times.")] = None,
    surely: Annotated[bool, typer.Option("--surely", help="Go by the lower ends of the 95 % intervals.")] = False,
) -> None:
    """Leave with 0 if an evaluation reached all that is asked for, with 1 and the reasons if not."""
    from tandem.learning.reports.gate import Bar, shortfalls
    from tandem.learning.reports.read import read_report

    if at_least is None and task_at_least is None and not no_unintended:
        console.print("[red]Nothing is asked for: give --at-least, --task-at-least or --no-unintended.[/]", highlight=False)
        raise typer.Exit(2)
    try:
        bar = Bar(at_least, task_at_least, no_unintended, episodes_at_least, tuple(task or ()), surely)
        found = shortfalls(read_report(report), bar)
    except ValueError as error:
        console.print(f"[red]{error}[/]", highlight=False)
        raise typer.Exit(2) from error
    for words in found:
        console.print(f"[red]{words}[/]", highlight=False)
    if found:
        raise typer.Exit(1)
    Console().print(f"{report} is good enough.", highlight=False)
