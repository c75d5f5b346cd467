"""The option of verbs whose work can be done by a cluster."""

from typing import Annotated

import typer

Ray = Annotated[
    str,
    typer.Option(
        "--ray",
        metavar="ADDRESS",
        help="Have a Ray cluster do it: auto, HOST:6379 or ray://HOST:10001; local for one on this machine alone.",
    ),
]
