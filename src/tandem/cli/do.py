"""`tandem do`: an instruction to a cell that is up."""

from typing import Annotated

import typer
from rich.console import Console
from tandem_cell.action import ExecuteInstruction

from tandem.client import CellClient, CellError

console = Console(stderr=True)


def do(
    text: Annotated[str, typer.Argument(help="What should happen, in plain words.")],
    replace: Annotated[bool, typer.Option(help="Replace an instruction that is running.")] = False,
    timeout: Annotated[float, typer.Option(help="Give up after so long [s].")] = 600.0,
) -> None:
    """Send TEXT to the cell that is up and follow it; Ctrl-C cancels it."""
    try:
        with CellClient("tandem_do") as client:
            handle = client.send(text, replace=replace, on_feedback=_Printer())
            try:
                result = handle.result(timeout)
            except KeyboardInterrupt:
                console.print("Cancelling ...")
                handle.cancel()
                result = handle.result(15.0)
    except CellError as error:
        console.print(f"[red]{error}[/]")
        raise typer.Exit(2) from error
    if result.error_code == ExecuteInstruction.Result.NONE:
        console.print("[green]Done[/]")
        return
    console.print(f"[red]Not done[/] ({result.error_code}): {result.error_msg}", highlight=False)
    raise typer.Exit(1)


class _Printer:
    """Prints feedback when its words change."""

    def __init__(self) -> None:
        self._last = ""

    def __call__(self, feedback: ExecuteInstruction.Feedback) -> None:
        step = f"[{feedback.step_index + 1}/{feedback.step_count}] " if feedback.step_count else ""
        words = f"  {step}{feedback.stage}: {feedback.step_text or feedback.reason}"
        if words != self._last:
            self._last = words
            console.print(words, highlight=False, markup=False)
