"""An episode to look at: its images over time with joints and touch, as one picture or as a video."""

from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from tandem.cell import names
from tandem.learning.datasets import features
from tandem.learning.datasets.reader import Dataset
from tandem.learning.video import VideoWriter, caption

Image = NDArray[np.uint8]

_SIDE: Final = 224
_PLOT_HEIGHT: Final = 150
_COLUMNS: Final = 8
_INK, _PAPER, _MARK = (70, 76, 84), (248, 249, 250), (255, 226, 214)
_COLOURS: Final = ((31, 119, 180), (255, 127, 14), (44, 160, 44), (214, 39, 40), (148, 103, 189), (140, 86, 75), (227, 119, 194))


def sheet(data: Dataset, episode: int) -> Image:
    """A contact sheet: moments of the episode, a row a camera, above the plots; RGB."""
    first, end = _span(data, episode)
    moments = np.unique(np.linspace(first, end - 1, min(_COLUMNS, end - first)).round().astype(int))
    rows = [np.hstack([_fitted(data.image(int(index), camera)) for index in moments]) for camera in data.cameras]
    pictures = np.vstack(rows)
    return caption(np.vstack([pictures, _plots(data, episode, pictures.shape[1])]), _words(data, episode))


def video(data: Dataset, episode: int, path: Path) -> None:
    """The episode as an MP4 file at the speed at which it was recorded.

    Raises:
        OSError: the file can't be written.
    """
    first, end = _span(data, episode)
    width = _SIDE * len(data.cameras)
    plots = _plots(data, episode, width)
    frames = (_frame(data, episode, index, plots) for index in range(first, end))
    opening = next(frames)
    with VideoWriter(path, data.info.fps, (opening.shape[1], opening.shape[0])) as writer:
        writer.write(opening)
        for frame in frames:
            writer.write(frame)


def _frame(data: Dataset, episode: int, index: int, plots: Image) -> Image:
    first, end = _span(data, episode)
    pictures = np.hstack([_fitted(data.image(index, camera)) for camera in data.cameras])
    marked = plots.copy()
    x = round((index - first) / max(end - first - 1, 1) * (plots.shape[1] - 1))
    cv2.line(marked, (x, 0), (x, marked.shape[0] - 1), (0, 0, 0), 1)
    remaining = data.column(features.STEP_REMAINING)[index] if features.STEP_REMAINING in data.info.numbers else float("nan")
    mistake = features.IS_MISTAKE in data.info.numbers and bool(data.column(features.IS_MISTAKE)[index])
    words = (
        f"{(index - first) / data.info.fps:5.1f} s   {data.text(index)}   {remaining:.1f} s left{'   MISTAKE' if mistake else ''}"
    )
    return _even(caption(np.vstack([pictures, marked]), [_words(data, episode)[0], words]))


def _words(data: Dataset, episode: int) -> list[str]:
    first, end = _span(data, episode)
    line = data.lines[episode] if data.lines else {}
    texts = dict.fromkeys(data.text(index) for index in range(first, end))
    return [str(line.get("instruction") or f"episode {episode}"), f"{(end - first) / data.info.fps:.1f} s: {'; '.join(texts)}"]


def _plots(data: Dataset, episode: int, width: int) -> Image:
    """Joints, grippers, forces and touch, one above the other."""
    first, end = _span(data, episode)
    span = slice(first, end)
    parts: list[tuple[str, NDArray[Any]]] = []
    there = data.info.numbers
    if features.STATE in there:
        state = data.column(features.STATE)[span]
        parts += [(f"{side} arm [rad]", state[:, names.ARM_COLUMNS[side]]) for side in names.SIDES]
        parts.append(("grippers [mm]", 1e3 * state[:, list(names.GRIPPER_COLUMN.values())]))
    if features.WRENCH in there:
        wrench = data.column(features.WRENCH)[span]
        parts.append(
            ("force left, right [N]", np.stack([np.linalg.norm(wrench[:, at : at + 3], axis=1) for at in (0, 6)], axis=1))
        )
    if features.TACTILE in there:
        touch = data.column(features.TACTILE)[span, ..., 0].sum(axis=(3, 4))
        parts.append(("touch of each finger [N]", touch.reshape(len(touch), -1)))
    shaded = data.column(features.IS_MISTAKE)[span] if features.IS_MISTAKE in there else np.zeros(end - first, bool)
    ends = np.nonzero(np.diff(data.column(features.STEP_INDEX)[span]))[0] if features.STEP_INDEX in there else np.zeros(0, int)
    drawn = [_plot(name, values, width, shaded, ends) for name, values in parts]
    return np.vstack(drawn) if drawn else np.zeros((0, width, 3), np.uint8)


def _plot(name: str, values: NDArray[Any], width: int, shaded: NDArray[np.bool_], ends: NDArray[np.int64]) -> Image:
    image = np.full((_PLOT_HEIGHT, width, 3), _PAPER, np.uint8)
    count = len(values)
    x = np.linspace(0, width - 1, count) if count > 1 else np.zeros(count)
    half = (width - 1) / max(count - 1, 1) / 2
    for index in np.nonzero(shaded)[0]:
        cv2.rectangle(image, (round(x[index] - half), 0), (round(x[index] + half), _PLOT_HEIGHT), _MARK, -1)
    for index in ends:
        cv2.line(image, (round(x[index] + half), 0), (round(x[index] + half), _PLOT_HEIGHT), (200, 204, 208), 1)
    low, high = float(values.min()), float(values.max())
    margin = 0.08 * max(high - low, 1e-6)
    low, high = low - margin, high + margin
    for column in range(values.shape[1]):
        y = (1 - (values[:, column] - low) / (high - low)) * (_PLOT_HEIGHT - 1)
        points = np.stack([x, y], axis=1).round().astype(np.int32)
        cv2.polylines(image, [points], False, _COLOURS[column % len(_COLOURS)], 1, cv2.LINE_AA)
    words = f"{name}   {low + margin:.2f} to {high - margin:.2f}"
    cv2.putText(image, words, (8, 16), cv2.FONT_HERSHEY_DUPLEX, 0.42, _INK, 1, cv2.LINE_AA)
    cv2.line(image, (0, _PLOT_HEIGHT - 1), (width, _PLOT_HEIGHT - 1), (220, 223, 226), 1)
    return image


def _fitted(image: Image) -> Image:
    return np.asarray(cv2.resize(image, (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC), np.uint8)


def _even(image: Image) -> Image:
    """A video's height and width are even."""
    height, width = image.shape[:2]
    return np.pad(image, ((0, height % 2), (0, width % 2), (0, 0)))


def _span(data: Dataset, episode: int) -> tuple[int, int]:
    if not 0 <= episode < data.info.episodes:
        raise IndexError(f"no episode {episode}; there are {data.info.episodes}, counted from 0")
    return int(data.starts[episode]), int(data.starts[episode + 1])
