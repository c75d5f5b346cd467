"""Options that every verb with a policy has."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

Url = Annotated[str, typer.Option(help="Address of a remote policy's server, for example ws://localhost:8000.")]
Checkpoint = Annotated[Path | None, typer.Option(help="Folder of a learned policy's checkpoint.")]
Option = Annotated[list[str] | None, typer.Option("--option", help="Another option of the policy, as key=value; repeatable.")]


def collected(url: str, checkpoint: Path | None, option: list[str] | None) -> dict[str, str]:
    """The options as `tandem.policy.registry.make` takes them; ends the program in words where one is written wrong."""
    from tandem.policy.registry import parse_options

    try:
        options = parse_options(option or [])
    except ValueError as error:
        Console(stderr=True).print(f"[red]{error}[/]", highlight=False)
        raise typer.Exit(2) from error
    if url:
        options["url"] = url
    if checkpoint is not None:
        options["checkpoint"] = str(checkpoint.absolute())
    return options


def check(policy: str, options: dict[str, str]) -> None:
    """See that there is such a policy and that it takes these options, before a cell is brought up; ends the program if not."""
    from tandem.policy import registry

    try:
        registry.check(policy, options)
    except (KeyError, ValueError) as error:
        Console(stderr=True).print(f"[red]{error.args[0]}[/]", highlight=False)
        raise typer.Exit(2) from error
