"""`tandem compare`: reports of evaluations against one another."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from tandem.learning.reports.compare import Comparison

console = Console(stderr=True)


def compare(
    reports: Annotated[
        list[Path], typer.Argument(help="Files of `tandem eval --report`; the others are compared with the first.")
    ],
    name: Annotated[
        list[str] | None, typer.Option(help="What to call a report, in their order; may be given several times.")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Write the comparison (JSON, tandem.compare/1) here.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the comparison as a page here.")] = None,
) -> None:
    """Compare evaluations: differences of success with 95 % intervals, in all and by task, and of peak forces."""
    from tandem.learning.reports.compare import names_of
    from tandem.learning.reports.read import read_report

    try:
        read = [read_report(path) for path in reports]
        names = name or names_of(read, [path.stem for path in reports])
        write_comparison(read, names, report, html)
    except (ValueError, OSError) as error:
        console.print(f"[red]{error}[/]", highlight=False)
        raise typer.Exit(2) from error


def write_comparison(reports: Sequence[dict[str, Any]], names: Sequence[str], report: Path | None, html: Path | None) -> None:
    """Show a comparison, and write what is asked for.

    Raises:
        ValueError: they can't be compared.
    """
    from tandem.learning.reports.compare import compare as compared
    from tandem.learning.reports.comparison_page import comparison_page

    found = compared(reports, names)
    Console().print(_table(found))
    for words in found.warnings:
        console.print(f"[yellow]{words}[/]", highlight=False)
    if report is not None:
        report.parent.mkdir(parents=True, exist_ok=True)
        report.write_text(json.dumps(found.as_json(), indent=2) + "\n", encoding="utf-8")
        console.print(f"Comparison: {report}", highlight=False)
    if html is not None:
        html.parent.mkdir(parents=True, exist_ok=True)
        html.write_text(comparison_page(found), encoding="utf-8")
        console.print(f"Page: {html}", highlight=False)


def _table(found: Comparison) -> Table:
    table = Table("task", "report", "success", "95 %", "difference (points, 95 %)", "gained, lost", "p")
    for task in ("", *dict.fromkeys(task for entry in found.entries for task in entry.tasks)):
        for place, entry in enumerate(found.entries):
            contrast = entry.tasks.get(task) if task else entry.whole
            if contrast is None:
                continue
            share, change, pairs = contrast.share, contrast.difference, contrast.pairs
            low, high = share.ci95
            table.add_row(
                (task or "all") if place == 0 else "",
                entry.name,
                f"{share.successes}/{share.n}",
                f"{low:.2f} to {high:.2f}",
                f"{100 * change.value:+.0f} ({100 * change.low:+.0f} to {100 * change.high:+.0f})" if change else "",
                f"+{pairs.gained} -{pairs.lost}" if pairs else "",
                f"{(pairs.p if pairs else change.p):.3f}" if change else "",
            )
        table.add_section()
    return table
