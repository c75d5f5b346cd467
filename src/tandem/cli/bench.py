"""`tandem bench`: the speed figures, measured here and now."""

import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tandem.cli.cell_bench import cell
from tandem.learning import figures
from tandem.learning.figures import Figure


def _planning() -> list[Figure]:
    """With MoveIt beside the embedded planner where it is installed."""
    if find_spec("moveit") is None:
        return figures.planning()
    from tandem.nodes.moveit.planner import MoveItPlanner

    peer = MoveItPlanner()
    try:
        return figures.planning(peer, "MoveIt 2")
    finally:
        peer.close()


BENCHES: dict[str, Callable[[], list[Figure]]] = {
    "safety": figures.safety,
    "planning": _planning,
    "perception": figures.perception,
    "simulation": figures.simulation,
    "rollouts": figures.rollouts,
    "policy": figures.policy,
    "cell": cell,
}


def bench(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(BENCHES)}; all by default.")] = "",
    report: Annotated[Path | None, typer.Option(help="Write the figures (JSON, tandem.bench/1) here.")] = None,
) -> None:
    """Measure the speed of the parts on this machine."""
    if name and name not in BENCHES:
        raise typer.BadParameter(f"'{name}' is none of {', '.join(BENCHES)}")
    found = [figure for key, measure in BENCHES.items() if name in ("", key) for figure in measure()]
    if report is not None:
        report.write_text(json.dumps(figures.report(found), indent=2) + "\n", encoding="utf-8")
    table = Table("figure", "median", "95 %", "unit", "n", "peer")
    for figure in found:
        table.add_row(figure.name, f"{figure.median:.3g}", f"{figure.p95:.3g}", figure.unit, str(figure.n), _peer(figure))
    Console(width=120).print(table)


def _peer(figure: Figure) -> str:
    """What it was compared with; a peer that couldn't be measured is named with the reason."""
    if figure.peer is None or figure.peer_median is None:
        return figure.peer or ""
    return f"{figure.peer}: {figure.peer_median:.3g} ({figure.ratio:.2g} x)"
