"""`tandem workflow`: learning as a workflow of a cluster's scheduler."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

console = Console(stderr=True)

_KINDS = ("osmo",)


def workflow(
    kind: Annotated[str, typer.Argument(help="Whose: osmo (NVIDIA OSMO).")],
    out: Annotated[Path, typer.Option(help="Write the workflow's file here.")],
    image: Annotated[str, typer.Option(help="Container image with Tandem set up in it.")],
    tandem: Annotated[str, typer.Option(help="Folder of Tandem in the image.")] = "/opt/tandem",
    suite: Annotated[str, typer.Option(help="Suite of tasks, a file of config/tasks/.")] = "tabletop",
    policy: Annotated[str, typer.Option(help="The policy that is trained: vla, act.")] = "vla",
    config: Annotated[str, typer.Option(help="What to train, a file in the image's Tandem.")] = "config/training/small.yaml",
    demonstrations: Annotated[int, typer.Option(help="Demonstrations of each task that are tried.", min=1)] = 400,
    episodes: Annotated[int, typer.Option(help="Episodes of each task that are evaluated.", min=1)] = 50,
    seed: Annotated[int, typer.Option(help="Of all scenes.")] = 0,
    at_least: Annotated[float, typer.Option(help="Share of all episodes that must succeed.", min=0.0, max=1.0)] = 0.8,
    task_at_least: Annotated[float, typer.Option(help="Likewise of each task's.", min=0.0, max=1.0)] = 0.6,
    name: Annotated[str, typer.Option(help="The workflow's name.")] = "tandem-learning",
) -> None:
    """Write a workflow: demonstrations, training, evaluation, and a gate that fails when the policy is not good enough."""
    from tandem.learning.workflow.osmo import Plan
    from tandem.learning.workflow.osmo import workflow as made
    from tandem.learning.workflow.osmo_rules import Unsuitable

    if kind not in _KINDS:
        console.print(f"[red]No workflows for '{kind}'; there are {', '.join(_KINDS)}.[/]", highlight=False)
        raise typer.Exit(2)
    plan = Plan(image, tandem, suite, policy, config, demonstrations, episodes, seed, at_least, task_at_least, name)
    try:
        text = made(plan)
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    except (Unsuitable, OSError) as error:
        console.print(f"[red]{error}[/]", highlight=False)
        raise typer.Exit(2) from error
    console.print(f"Workflow: {out}. Submit it with: osmo workflow submit {out} --pool POOL", highlight=False)
