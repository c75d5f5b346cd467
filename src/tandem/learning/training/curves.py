"""The curves of a training run as a picture: a small chart for each figure, training and validation in the same one."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, LogLocator, MaxNLocator, NullFormatter
from numpy.typing import NDArray
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from tandem.learning.training.folders import CURVES

Array = NDArray[np.float64]

_COLUMNS = 3
_SMOOTHED_OVER = 20
"""Noted values of training over which the drawn mean goes."""
_COLOURS = {"train": "#7a9cc6", "validation": "#c0392b"}
_NOT_DRAWN = ("gradient", "rate", "hours")


@dataclass(frozen=True)
class Curve:
    """One figure over a run: steps and values, both of shape (N,)."""

    steps: Array
    values: Array

    def smoothed(self, over: int) -> "Curve":
        """The mean of so many values up to each."""
        sums = np.cumsum(np.insert(self.values, 0, 0.0))
        last = np.arange(1, len(self.values) + 1)
        first = np.maximum(last - over, 0)
        return Curve(self.steps, (sums[last] - sums[first]) / (last - first))


def read_curves(run: Path) -> dict[str, dict[str, Curve]]:
    """What was noted in a run, by kind (``train``, ``validation``) and by name.

    Raises:
        ValueError: the folder isn't that of a run.
    """
    if not any((run / CURVES).glob("events.*")):
        raise ValueError(f"{run} has no curves: give the --out of a `tandem train`")
    events = EventAccumulator(str(run / CURVES), size_guidance={"scalars": 0})
    events.Reload()
    found: dict[str, dict[str, Curve]] = {}
    for tag in events.Tags()["scalars"]:
        kind, name = tag.split("/", 1)
        noted = events.Scalars(tag)
        steps = np.array([entry.step for entry in noted], dtype=float)
        values = np.array([entry.value for entry in noted], dtype=float)
        found.setdefault(kind, {})[name] = Curve(steps, values)
    return found


def draw_curves(run: Path, out: Path) -> None:
    """Write the picture; its kind goes by the file's ending (png, svg, pdf).

    Raises:
        ValueError: as `read_curves`, or no such kind of picture can be written.
    """
    found = read_curves(run)
    names = [name for name in dict.fromkeys(name for kind in found.values() for name in kind) if name not in _NOT_DRAWN]
    rows = -(-len(names) // _COLUMNS)
    figure = Figure(figsize=(4.0 * _COLUMNS, 2.4 * rows), layout="constrained")
    panels = list(figure.subplots(rows, _COLUMNS, squeeze=False).flat)
    for panel, name in zip(panels, names, strict=False):
        _draw(panel, name, {kind: curves[name] for kind, curves in found.items() if name in curves})
    for panel in panels[len(names) :]:
        panel.remove()
    figure.savefig(out, dpi=110)


def _draw(panel: Axes, name: str, curves: dict[str, Curve]) -> None:
    for kind, curve in curves.items():
        shown = curve.smoothed(_SMOOTHED_OVER) if kind == "train" else curve
        panel.plot(shown.steps, shown.values, color=_COLOURS.get(kind), linewidth=1.4, label=kind)
    panel.set_title(name, fontsize=10)
    panel.set_yscale("log")
    low, high = panel.get_ylim()
    panel.yaxis.set_major_locator(LogLocator(subs=(1.0, 1.4, 2.0, 3.0, 5.0, 7.0) if high < 30 * low else (1.0, 3.0)))
    panel.yaxis.set_major_formatter("{x:g}")
    panel.yaxis.set_minor_formatter(NullFormatter())
    panel.xaxis.set_major_locator(MaxNLocator(5))
    panel.xaxis.set_major_formatter(EngFormatter(sep=""))
    panel.grid(visible=True, linewidth=0.3)
    panel.tick_params(labelsize=8)
    panel.legend(fontsize=8, frameon=False)
