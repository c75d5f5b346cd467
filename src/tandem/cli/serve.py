"""`tandem serve`: a model of ours for other robots, and for cells on other machines."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console

from tandem.cli.policy_options import Option, Url

console = Console(stderr=True)

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def serve(
    policy: Annotated[str, typer.Option(help="Folder of a checkpoint, or the name of a policy with a model.")] = "vla",
    protocol: Annotated[str, typer.Option(help="openpi: websocket and msgpack, which openpi's client speaks.")] = "openpi",
    host: Annotated[str, typer.Option(help="Address to listen at; 0.0.0.0 for all of this machine's.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen at.", min=0, max=65535)] = 8000,
    contract: Annotated[str, typer.Option(help="How plain openpi clients name images, state and actions.")] = "openpi_tandem",
    api_key: Annotated[str, typer.Option(help="Key that clients must send; by default that of TANDEM_API_KEY.")] = "",
    url: Url = "",
    option: Option = None,
) -> None:
    """Serve a model until Ctrl-C; a cell asks it with `--policy openpi --url ws://HOST:PORT`."""
    from tandem.cli.policy_options import collected
    from tandem.policy import registry
    from tandem.policy.remote import contract as contracts
    from tandem.policy.remote.serving import ChunkServer

    options = collected(url, Path(policy) if Path(policy).is_dir() else None, option)
    key = api_key or os.environ.get(registry.API_KEY, "")
    try:
        if protocol != "openpi":
            raise ValueError(f"'{protocol}' isn't served; openpi is, and a cell asks others with --policy groot")
        model = registry.chunk_model("vla" if "checkpoint" in options else policy, options)
        server = ChunkServer(
            model, contracts.load(contract), host, port, key, say=lambda text: console.print(text, highlight=False)
        )
    except (KeyError, ValueError) as error:
        console.print(f"[red]{error.args[0]}[/]", highlight=False)
        raise typer.Exit(2) from error
    except OSError as error:
        console.print(f"[red]can't listen at {host}:{port}: {error.strerror or error}; choose another --port[/]", highlight=False)
        raise typer.Exit(2) from error
    if host not in _LOOPBACK and not key:
        console.print("[yellow]Whoever reaches this port can ask the model. --api-key keeps others out.[/]")
    _say(f"Serving {model.name}: `--policy openpi --url ws://{host}:{server.port}`. Ctrl-C ends it.")
    _until_ended(server.run, server.stop)
    model.close()


def _say(text: str) -> None:
    console.print(text, highlight=False)


def _until_ended(run: Callable[[], None], stop: Callable[[], None]) -> None:
    """Run in this thread until SIGINT or SIGTERM."""

    def end(signum: int, frame: FrameType | None) -> None:
        del signum, frame
        threading.Thread(target=stop).start()  # it waits for `run` to end, which this thread is in

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    run()
