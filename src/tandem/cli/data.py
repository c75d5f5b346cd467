"""`tandem data`: what is in a dataset, how an episode looks, and whether all is as it should be."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from tandem.learning.datasets.reader import Dataset

console = Console(stderr=True)


class What(StrEnum):
    """What to do with a dataset."""

    info = "info"
    view = "view"
    check = "check"
    finalise = "finalise"
    merge = "merge"


def data(
    what: Annotated[What, typer.Argument(help="What to do.", show_default=False)],
    folder: Annotated[list[Path], typer.Argument(help="The dataset; several for merge.", show_default=False)],
    episode: Annotated[int, typer.Option(help="The one to view, from 0.", min=0)] = 0,
    out: Annotated[Path | None, typer.Option(help="view: an MP4 or PNG file; merge: the new dataset's folder.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="check: one image of each episode and camera.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="info: as JSON.")] = False,
) -> None:
    """Look at a dataset, check it, make unfinished collections whole, or put several together."""
    from tandem.learning.datasets.layout import NotADataset

    try:
        if what == What.merge:
            _merge(folder, out)
        elif len(folder) != 1:
            raise ValueError(f"'{what.value}' takes one dataset, not {len(folder)}")
        elif what == What.info:
            _info(folder[0], as_json)
        elif what == What.view:
            _view(folder[0], episode, out)
        elif what == What.check:
            _check(folder[0], quick)
        else:
            _finalise(folder[0])
    except (NotADataset, IndexError, ValueError, OSError) as error:
        console.print(f"[red]{error}[/]", highlight=False, markup=True)
        raise typer.Exit(2) from error


def _info(folder: Path, as_json: bool) -> None:
    from tandem.learning.datasets.reader import Dataset
    from tandem.learning.datasets.summary import summary

    found = summary(Dataset(folder))
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    table = Table("task", "episodes", "frames", "mistakes", "variants", title=str(folder))
    for name, entry in found["tasks"].items():
        variants = f"{len(entry['variants'])}"
        table.add_row(name, str(entry["episodes"]), str(entry["frames"]), str(entry["mistakes"]), variants)
    Console().print(table)
    typer.echo(
        f"{found['episodes']} episodes, {found['frames']} frames at {found['fps']} Hz ({found['minutes']} min), "
        f"{found['megabytes']} MB, {found['texts']} texts, {found['mistake_frames']} frames of mistakes"
    )
    for key, feature in found["features"].items():
        typer.echo(f"  {key:<40} {feature['dtype']:<8} {'x'.join(str(length) for length in feature['shape'])}")
    for words in found["settings"]:
        typer.echo(f"collected by {words}")
    typer.echo(f"hash {found['hash'] or 'unknown'}")


def _view(folder: Path, episode: int, out: Path | None) -> None:
    import cv2

    from tandem.learning.datasets.reader import Dataset
    from tandem.learning.datasets.view import sheet, video

    path = out or Path(f"{folder.name}-{episode}.png")
    dataset: Dataset = Dataset(folder)
    if path.suffix == ".mp4":
        video(dataset, episode, path)
    elif path.suffix == ".png":
        if not cv2.imwrite(str(path), sheet(dataset, episode)[..., ::-1]):
            raise OSError(f"{path} can't be written")
    else:
        raise ValueError(f"{path} is neither an .mp4 nor a .png file")
    typer.echo(str(path))


def _check(folder: Path, quick: bool) -> None:
    from tandem.learning.datasets.check import check
    from tandem.learning.datasets.reader import Dataset

    with console.status("looking") as status:
        found = check(folder, every_image=not quick, tell=lambda what: status.update(f"looking at {what}"))
    if found:
        for words in found:
            console.print(f"[red]{words}[/]", highlight=False)
        raise typer.Exit(1)
    dataset = Dataset(folder)
    typer.echo(f"{folder} is sound: {dataset.info.episodes} episodes, {len(dataset)} frames, hash {dataset.hash or 'unknown'}")


def _finalise(folder: Path) -> None:
    from tandem.learning.collection.collect import finalise

    added = finalise(folder)
    typer.echo(f"{added} episodes were added to {folder}")


def _merge(folders: list[Path], out: Path | None) -> None:
    from tandem.learning.datasets.merge import merge

    if out is None:
        raise ValueError("merge needs --out, the folder of the new dataset")
    count = merge(folders, out)
    typer.echo(f"{out}: {count} episodes")
