"""`tandem export`: a checkpoint as one ONNX graph, for ONNX Runtime and TensorRT on edge devices."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

console = Console(stderr=True)


def export(
    checkpoint: Annotated[Path, typer.Option(help="Folder of the learned policy's checkpoint.")],
    out: Annotated[Path, typer.Option(help="The ONNX file to write.")],
    samples: Annotated[int, typer.Option(help="Chunks that are drawn at once, for the spread.", min=1, max=32)] = 3,
    cameras: Annotated[bool, typer.Option(help="Whether the graph looks at images.")] = True,
    int8: Annotated[bool, typer.Option("--int8", help="Matrices in eight bits: less than half the size.")] = False,
) -> None:
    """Write the graph and say how far its chunks are from the checkpoint's own."""
    from tandem.policy.checkpoints import CheckpointError
    from tandem.policy.vla.edge import export_checked

    try:
        written = export_checked(checkpoint, out, samples=samples, cameras=cameras, int8=int8)
    except (CheckpointError, ValueError, OSError) as error:
        console.print(f"[red]{error}[/]", highlight=False)
        raise typer.Exit(2) from error
    console.print(
        f"{out}: {written.megabytes:.1f} MB, rows differ by at most {written.rows_off:.1e} of their scale. "
        f"For TensorRT: trtexec --onnx={out} --saveEngine={out.with_suffix('.engine')} --fp16",
        highlight=False,
        soft_wrap=True,
    )
