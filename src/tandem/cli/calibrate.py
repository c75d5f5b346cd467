"""`tandem calibrate`: where a camera is mounted, from images of a printed board."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from tandem.cell import names

if TYPE_CHECKING:
    from tandem.perception.calibration.shots import Shots

console = Console(stderr=True, highlight=False)

BOARD = "board"

_DOTS_PER_INCH = 300

_GOOD_PX = 1.0
"""A mean error above this means that something moved, or that the board isn't as large as it says [px]."""


def calibrate(
    what: Annotated[str, typer.Argument(help=f"A camera ({', '.join(names.CAMERAS)}), or 'board' to draw the board.")],
    out: Annotated[Path, typer.Option(help="The calibration to write, or the picture of the board.")] = Path("calibration.yaml"),
    views: Annotated[int, typer.Option(min=6, help="So many images are taken.")] = 15,
    holder: Annotated[str, typer.Option(help="For a fixed camera: the hand that holds the board, left or right.")] = "left",
    shots: Annotated[Path | None, typer.Option(help="A folder of images taken before, instead of a running cell.")] = None,
    keep: Annotated[Path | None, typer.Option(help="Keep the images in this folder.")] = None,
) -> None:
    """Find out where a camera is mounted, and write the file that the robot description reads.

    A wrist camera looks at the board on the table, the overhead camera at the board in a hand. Between the images the hand is
    moved (by freedrive, the teach pendant, RViz ...) so that it tilts in different directions.
    """
    from tandem.perception.calibration.hand_eye import CalibrationError

    try:
        if what == BOARD:
            _draw_board(out)
        else:
            _calibrate(what, out, views, holder, shots, keep)
    except (CalibrationError, KeyError, OSError) as error:
        console.print(f"[red]{error.args[0] if isinstance(error, KeyError) else error}[/]")
        raise typer.Exit(2) from error


def _draw_board(out: Path) -> None:
    import cv2

    from tandem.perception.calibration.board import Board

    board, file = Board.configured(), out.with_suffix(".png")
    drawn = board.drawn(_DOTS_PER_INCH / 0.0254)
    if not cv2.imwrite(str(file), drawn):
        raise OSError(f"{file} can't be written")
    width = 1e3 * (board.columns + 1) * board.square
    console.print(
        f"{file}: print it {width:g} mm wide, glue it to something flat, and measure: squares are {1e3 * board.square:g} mm"
    )


def _calibrate(camera: str, out: Path, count: int, holder: str, folder: Path | None, keep: Path | None) -> None:
    from tandem.cell import description
    from tandem.cell.robot import RobotModel
    from tandem.perception.calibration import mounts
    from tandem.perception.calibration.board import Board
    from tandem.perception.calibration.hand_eye import CalibrationError, solve
    from tandem.perception.calibration.shots import Shots
    from tandem.perception.calibration.shots import views as views_of

    own = mounts.side_of(camera)
    if holder not in names.SIDES:
        raise CalibrationError(f"--holder is left or right, not '{holder}'")
    calibration = _present(out, description.settings("calibration.yaml"))
    taken = Shots.load(folder) if folder is not None else _take(camera, count, own is None)
    if keep is not None:
        taken.save(keep)
    parent = mounts.parent_of(camera, calibration)
    found = views_of(taken.taken, Board.configured(), RobotModel(), parent, None if own else holder)
    mounted = solve(found, taken.lens)
    note = f"{len(found)} views, {mounted.error_px:.2f} px, +-{1e3 * mounted.position_m:.1f} mm"
    mounts.write(mounts.changed(calibration, camera, mounted.camera, note), out)
    console.print(f"{camera} on {parent}: {note}. Written to {out}; use it by calibration:={out} or TANDEM_CALIBRATION={out}")
    if mounted.error_px > _GOOD_PX:
        console.print("[yellow]That is a large error: did the board move, or is it of another size than it says?[/]")


def _present(out: Path, nominal: dict[str, Any]) -> dict[str, Any]:
    """What the file says already: a cell has several cameras."""
    import yaml

    return dict(yaml.safe_load(out.read_text(encoding="utf-8"))) if out.is_file() else nominal


def _take(camera: str, count: int, fixed: bool) -> Shots:
    """Images from a running cell, one whenever Enter is pressed."""
    from tandem.client import CellClient
    from tandem.nodes.calibration_camera import CalibrationCamera
    from tandem.perception.calibration.shots import Shot, Shots

    with CellClient("tandem_calibrate") as client:
        watching = CalibrationCamera(client.node, client.joints, camera)
        console.print(f"{'The board is in the hand' if fixed else 'The board lies still'}; {count} images are taken.")
        taken: list[Shot] = []
        while len(taken) < count:
            typer.prompt(f"[{len(taken) + 1}/{count}] tilt the hand, let it rest, press Enter", default="", show_default=False)
            shot = watching.shot()
            if isinstance(shot, str):
                console.print(f"[yellow]{shot}[/]")
            else:
                taken.append(shot)
        return Shots(watching.lens(), tuple(taken))
