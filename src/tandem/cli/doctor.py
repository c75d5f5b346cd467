"""`tandem doctor`: what works on this machine, what is missing, and what that costs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from tandem.cli.health import Finding, examine

_STYLES: Final = {"works": "green", "weak": "yellow", "missing": "dim", "broken": "bold red"}


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON (tandem.doctor/1) instead.")] = False,
) -> None:
    """Look at what the cell needs, and at what it would use if it were there. Exits with 0 when the basics work."""
    findings = list(examine())
    healthy = all(item.state in ("works", "weak") for item in findings if item.basic)
    if as_json:
        report = {"schema": "tandem.doctor/1", "healthy": healthy, "findings": [asdict(item) for item in findings]}
        typer.echo(json.dumps(report, indent=2))
    else:
        _show(findings, healthy)
    raise typer.Exit(0 if healthy else 1)


def _show(findings: list[Finding], healthy: bool) -> None:
    console = Console()
    table = Table("", "state", "found", "what its lack costs", box=None, pad_edge=False)
    for item in findings:
        style = _STYLES[item.state]
        table.add_row(f"[bold]{item.name}" if item.basic else item.name, f"[{style}]{item.state}", item.detail, item.cost)
    console.print(table)
    console.print(
        "[green]The basics work." if healthy else "[bold red]Something basic (in bold) does not work; nothing will run."
    )
