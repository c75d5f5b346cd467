"""`tandem stop` and `tandem reset`."""

from typing import Annotated

import typer
from rich.console import Console

from tandem.cell.bringup import stopping_time_s
from tandem.client import CellClient, CellError

console = Console(stderr=True)


def stop(
    reset: Annotated[bool, typer.Option(help="Leave the stop instead: instructions are taken again.")] = False,
) -> None:
    """Bring both arms to rest and keep them there until `tandem stop --reset`."""
    try:
        with CellClient("tandem_stop") as client:
            success, message = client.trigger("reset" if reset else "stop")
            rested = reset or client.wait_at_rest(stopping_time_s() + 2.0)
    except CellError as error:
        console.print(f"[red]{error}[/]")
        raise typer.Exit(2) from error
    if reset:
        console.print(message if success else f"[red]{message}[/]")
    elif rested:
        console.print("Stopped: both arms are at rest. `tandem stop --reset` lets the cell go on.")
    else:
        console.print("[red]The stop was sent, but the arms were not seen to come to rest.[/]")
    raise typer.Exit(0 if success and rested else 1)
