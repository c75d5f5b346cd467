"""From samples to weights."""

import copy
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tandem.cell.busybox.layout import MODULES
from tandem.learning.busybox_cells.augment import batch, plain
from tandem.learning.busybox_cells.going_on import freeze_normalisation
from tandem.learning.busybox_cells.losses import losses, total
from tandem.learning.busybox_cells.model import CellReader, example
from tandem.learning.busybox_cells.samples import Samples
from tandem.perception.busybox.answers import HEADS, KIND, TURNS

BATCH = 128
_RATE, _DECAY, _AVERAGE = 2e-3, 0.02, 0.998
_GOING_ON = 0.4
"""How fast weights that are there change, as a share of how fast new ones do."""

_OFTEN = {"wires": 4.0}
"""Modules whose states are harder to tell are drawn so many times as often."""

_KEPT_BACK = 0.04
"""Share of the samples that aren't learned from."""

Report = Callable[[int, dict[str, float]], None]


def train(
    samples: Samples, steps: int, seed: int, start: CellReader | None = None, on_report: Report = lambda step, figures: None
) -> CellReader:
    """A network that was trained for so many batches; the average of its weights on the way.

    Args:
        samples: to learn from, but for some that are kept back.
        steps: batches.
        seed: of what is drawn.
        start: weights to go on from, with smaller steps; new ones by default.
        on_report: is told the step and how well the samples that were kept back are told.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    held = int(len(samples) * _KEPT_BACK) // 6 * 6
    learned, kept = np.arange(held, len(samples)), np.arange(held)
    net, average = CellReader(), CellReader()
    net.load_state_dict((start or net).state_dict())
    average.load_state_dict(net.state_dict())
    net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    rate = _RATE if start is None else _GOING_ON * _RATE
    optimizer = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=_DECAY)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, steps))
    with ThreadPoolExecutor(1) as ahead:
        share = _shares(samples, learned)
        draw = lambda: batch(samples, rng.choice(learned, BATCH, p=share), rng)  # noqa: E731
        pending = ahead.submit(draw)
        for step in range(1, steps + 1):
            pictures, told = pending.result()
            pending = ahead.submit(draw)
            net.train()
            if start is not None:
                freeze_normalisation(net)
            optimizer.zero_grad()
            with torch.autocast("cpu", torch.bfloat16):  # less than half of the time, where the processor knows it
                answers = net(pictures.to(memory_format=torch.channels_last))
            loss = total(losses(answers.float(), told))
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 2.0)
            optimizer.step()
            schedule.step()
            _blend(average, net, min(_AVERAGE, step / (step + 10)))
            if step % 200 == 0 or step == steps:
                on_report(step, {"loss": float(loss.detach()), **check(average, samples, kept)})
    return average


def _shares(samples: Samples, rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """How likely each sample is drawn."""
    modules = samples.labels[rows, KIND].argmax(axis=1) // TURNS
    weights = np.array([_OFTEN.get(name, 1.0) for name in MODULES])[modules]
    return np.asarray(weights / weights.sum())


def check(net: CellReader, samples: Samples, rows: Any) -> dict[str, float]:
    """Shares that are right, of kinds as the cells lie, and of states; of knobs and sliders the typical error [rad; half]."""
    net.eval()
    with torch.no_grad():
        pictures, told = plain(samples, rows, upright=False)
        answers = torch.cat([net(part) for part in pictures.split(BATCH)])
        figures = {"kind": float((answers[:, KIND].argmax(1) == told[:, KIND].argmax(1)).float().mean())}
        pictures, told = plain(samples, rows, upright=True)
        answers = torch.cat([net(part) for part in pictures.split(BATCH)])
    for module, head in HEADS.items():
        own = told[:, KIND].argmax(1) == MODULES.index(module) * TURNS
        figures[module] = _state_figure(module, answers[own, head], told[own, head])
    return figures


def export(net: CellReader, path: Path) -> None:
    """Write it as ONNX, for any number of cells at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    net = copy.deepcopy(net).eval()
    torch.onnx.export(
        net,
        (example(),),
        str(path),
        input_names=["cells"],
        output_names=["answers"],
        dynamic_axes={"cells": {0: "n"}, "answers": {0: "n"}},
        dynamo=False,
    )


def _state_figure(module: str, told: Tensor, labels: Tensor) -> float:
    if not len(told):
        return math.nan
    if module == "sliders":
        return float((told - labels).abs().median())
    if module == "knob":
        off = torch.atan2(told[:, 1], told[:, 0]) - torch.atan2(labels[:, 1], labels[:, 0])
        return float(torch.atan2(off.sin(), off.cos()).abs().median())
    return float(((told > 0) == (labels > 0.5)).float().mean())


def _rate(step: int, steps: int) -> float:
    """Rises for a while, then falls as a cosine does."""
    warm = min(200, steps // 10 + 1)
    if step < warm:
        return (step + 1) / warm
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(steps - warm, 1)))


def _blend(average: CellReader, net: CellReader, keep: float) -> None:
    with torch.no_grad():
        for own, new in zip(average.state_dict().values(), net.state_dict().values(), strict=True):
            if own.dtype.is_floating_point:
                own.lerp_(new, 1.0 - keep)
            else:
                own.copy_(new)
