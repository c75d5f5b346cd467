"""`tandem parse`: what a sentence means in a scene; nothing moves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from tandem.cell.scene import Scene
from tandem.language.report import to_report
from tandem.language.rewording.choice import text_model
from tandem.language.rewording.understanding import ModelError, understand


def parse(
    text: Annotated[str, typer.Argument(help="What should happen, in plain words.")],
    seed: Annotated[int, typer.Option(help="Of the simulated scene that is looked at.")] = 0,
    scene: Annotated[Path | None, typer.Option(help="A scene as JSON instead (docs/interfaces.md).")] = None,
    llm: Annotated[str, typer.Option(help="Asked where the grammar doesn't understand: none, endpoint or local.")] = "none",
    llm_model: Annotated[str, typer.Option(help="Its name at the endpoint, or its folder or name on the hub.")] = "",
    llm_url: Annotated[str, typer.Option(help="The endpoint's address; its key in TANDEM_LLM_KEY.")] = "",
) -> None:
    """Print the plan, the question or the refusal as JSON (tandem.parse/1)."""
    if scene is not None:
        seen = _load(scene)
    else:
        from tandem.learning.evaluation.look import perceived_scene

        seen = perceived_scene(text, seed)
    try:
        report = to_report(understand(text, seen, text_model(llm, llm_model, llm_url)))
    except (ValueError, ModelError) as error:
        raise typer.BadParameter(str(error)) from error
    typer.echo(json.dumps(report | {"scene": [item.name for item in seen]}, indent=2))
    raise typer.Exit(0 if report["outcome"] == "plan" else 1)


def _load(path: Path) -> Scene:
    from tandem.cell.scene_json import scene_from_json

    try:
        return scene_from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"{path}: {error}") from error
