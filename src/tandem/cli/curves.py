"""`tandem curves`: the curves of a training run as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

console = Console(stderr=True)


def curves(
    run: Annotated[Path, typer.Argument(help="Folder of the run: the --out of `tandem train`.", show_default=False)],
    out: Annotated[Path, typer.Option(help="The picture to write: png, svg or pdf.")],
) -> None:
    """Draw the losses of training and validation over the steps; while a run goes on, up to where it is."""
    from tandem.learning.training.curves import draw_curves

    try:
        draw_curves(run, out)
    except (ValueError, OSError) as error:
        console.print(f"[red]{error}[/]", highlight=False)
        raise typer.Exit(2) from error
    console.print(f"{out}", highlight=False)
