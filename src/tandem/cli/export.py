"""`tandem export`: a checkpoint as an ONNX graph, for ONNX Runtime and TensorRT on edge devices; or in half precision."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

console = Console(stderr=True)


def export(
    checkpoint: Annotated[Path, typer.Option(help="Folder of the learned policy's checkpoint.")],
    out: Annotated[Path, typer.Option(help="The ONNX file to write; with --half the folder.")],
    samples: Annotated[int, typer.Option(help="Chunks that are drawn at once, for the spread.", min=1, max=32)] = 3,
    cameras: Annotated[bool, typer.Option(help="Whether the graph looks at images.")] = True,
    int8: Annotated[bool, typer.Option("--int8", help="Matrices in eight bits: less than half the size.")] = False,
    half: Annotated[bool, typer.Option("--half", help="No graph, but the same checkpoint in half precision.")] = False,
) -> None:
    """Write the graph and say how far its chunks are from the checkpoint's own; or write the checkpoint at half its size."""
    from tandem.policy.checkpoints import CheckpointError, save_half
    from tandem.policy.vla.checkpoint import load_checkpoint
    from tandem.policy.vla.edge import export_checked

    try:
        if half:
            save_half(*load_checkpoint(checkpoint), out)
            console.print(f"{out}: the checkpoint in half precision", highlight=False)
            return
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
