"""The program behind ``./tandem`` and ``ros2 run tandem_cell tandem``. Imports only what the verb at hand needs."""

import os
import sys
from collections.abc import Callable
from importlib import import_module

import typer

from tandem import __version__
from tandem.cell import paths
from tandem.cli.verbs import VERBS, Verb
from tandem.setup.environment import with_defaults


def main(arguments: list[str] | None = None) -> None:
    """Run the verb that ``arguments`` (by default those of the process) name."""
    words = sys.argv[1:] if arguments is None else arguments
    os.environ.update(with_defaults(os.environ, paths.share() / "config"))
    chosen = next((word for word in words if not word.startswith("-")), "")
    build_app(chosen)(args=words, prog_name="tandem")


def build_app(chosen: str) -> typer.Typer:
    """The application, in which only the verb ``chosen`` has its code loaded; the others are there to be listed."""
    app = typer.Typer(
        help="Physical AI for a two-arm robot cell: say what should happen.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    for name, verb in VERBS.items():
        function = _load(verb) if name == chosen else _listed
        # What the test runner takes is not ours to know: all of it is passed on.
        passing_on = {"ignore_unknown_options": True, "allow_extra_args": True} if verb.passes_on else {}
        app.command(name, help=verb.help, context_settings=passing_on)(function)
    return app


def _load(verb: Verb) -> Callable[..., object]:
    function: Callable[..., object] = getattr(import_module(f"tandem.cli.{verb.module}"), verb.function)
    return function


def _listed() -> None:
    """Stands for a verb that was not chosen."""


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tandem {__version__}")
        raise typer.Exit


def _options(
    version: bool = typer.Option(False, "--version", callback=_show_version, is_eager=True, help="Show the version and leave."),
) -> None:
    """Options before the verb."""


if __name__ == "__main__":
    main()
