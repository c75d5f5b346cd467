"""Batches of samples as other cameras, printers, lamps and hands would show them."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tandem.cell.busybox.layout import MODULES
from tandem.learning.busybox_cells.samples import RELIEF_STEP, Samples
from tandem.perception.busybox.answers import CHANNELS, HIGHEST, KIND, SIDE, TURNS

UPRIGHT = 0.5
"""Share of samples that are turned upright, which is what states are told of."""

RECOLOURED = 0.6
"""Share of samples in other colours than the two published boxes have."""

COVERED = 0.35
"""Share of samples of which something hides a part."""

_NAMED_BY_COLOUR = tuple(MODULES.index(name) for name in ("buttons", "wires"))
_PLATE = 0.0025 / HIGHEST


def batch(samples: Samples, rows: NDArray[np.intp], rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """The network's input and the right answers, of some of the samples, each changed at random."""
    pictures = np.empty((len(rows), CHANNELS, SIDE, SIDE), np.float32)
    told = samples.labels[rows].copy()
    for index, row in enumerate(rows):
        module, turn = divmod(int(told[index, KIND].argmax()), TURNS)
        turned = (-turn if rng.random() < UPRIGHT else int(rng.integers(TURNS))) % TURNS
        told[index, KIND] = np.eye(len(MODULES) * TURNS, dtype=np.float32)[module * TURNS + (turn + turned) % TURNS]
        pictures[index] = _changed(samples, int(row), module, turned, rng)
    return torch.from_numpy(pictures), torch.from_numpy(told)


def plain(samples: Samples, rows: NDArray[np.intp], upright: bool) -> tuple[Tensor, Tensor]:
    """Likewise, as they are; turned upright or as they lie."""
    told = samples.labels[rows].copy()
    pictures = np.empty((len(rows), CHANNELS, SIDE, SIDE), np.float32)
    for index, row in enumerate(rows):
        module, turn = divmod(int(told[index, KIND].argmax()), TURNS)
        turned = -turn % TURNS if upright else 0
        told[index, KIND] = np.eye(len(MODULES) * TURNS, dtype=np.float32)[module * TURNS + (turn + turned) % TURNS]
        rgb, relief, seen = _turned(samples, int(row), turned)
        pictures[index] = _shown(rgb, relief, seen)
    return torch.from_numpy(pictures), torch.from_numpy(told)


Float = NDArray[np.float32]
Mask = NDArray[np.bool_]


def _turned(samples: Samples, row: int, turned: int) -> tuple[Float, Float, Mask]:
    rgb = np.rot90(samples.rgb[row], turned).astype(np.float32) / 255.0
    relief = np.rot90(samples.relief[row], turned).astype(np.float32) * np.float32(RELIEF_STEP / HIGHEST)
    return rgb, relief, np.rot90(samples.seen[row], turned).copy()


def _shown(rgb: Float, relief: Float, seen: Mask) -> Float:
    """As `answers.picture` shows it."""
    picture = np.empty((CHANNELS, SIDE, SIDE), np.float32)
    picture[:3] = np.where(seen, rgb.transpose(2, 0, 1), 0.5)
    picture[3] = np.where(seen, relief, 0.0)
    picture[4] = seen
    return picture


def _changed(samples: Samples, row: int, module: int, turned: int, rng: np.random.Generator) -> Float:
    rgb, relief, seen = _turned(samples, row, turned)
    if rng.random() < RECOLOURED:
        rgb = _replated(rgb, relief, rng) if module in _NAMED_BY_COLOUR else _recoloured(rgb, rng)
    rgb = _lit(rgb, rng)
    relief = _measured(relief, rng)
    if rng.random() < COVERED:
        for _ in range(int(rng.integers(1, 3))):
            over = _blob(rng)
            if rng.random() < 0.7:
                seen &= ~over
            else:  # something that isn't known to be a hand
                rgb[over] = rng.uniform(0.0, 1.0, 3).astype(np.float32) * rng.uniform(0.8, 1.0)
                relief[over] = rng.uniform(0.1, 1.1)
    if rng.random() < 0.3:
        seen &= rng.random((SIDE, SIDE)) > rng.uniform(0.0, 0.06)
    return _shown(np.clip(rgb, 0.0, 1.0), np.clip(relief, -0.15, 1.1), seen)


def _recoloured(rgb: Float, rng: np.random.Generator) -> Float:
    """Any other colours, of which as many are told apart: channels swapped and mixed, at times bright for dark."""
    mixed = np.eye(3, dtype=np.float32)[rng.permutation(3)]
    mixed += rng.uniform(-0.25, 0.25, (3, 3)).astype(np.float32)
    changed = rgb @ mixed
    if rng.random() < 0.3:
        changed = 1.0 - changed
    low, gain = rng.uniform(-0.1, 0.15), rng.uniform(0.6, 1.2)
    return np.asarray(changed * gain + low, np.float32)


def _replated(rgb: Float, relief: Float, rng: np.random.Generator) -> Float:
    """Another plate under parts that are known by their colours."""
    plate = np.abs(relief) < _PLATE
    if not plate.any():
        return rgb
    bright = rgb.mean(axis=2, keepdims=True)
    shade = bright / max(float(bright[plate].mean()), 0.02)
    painted = np.clip(shade, 0.3, 2.0) * rng.uniform(0.04, 0.85, 3).astype(np.float32)
    if rng.random() < 0.5:
        painted = np.clip(shade, 0.3, 2.0) * np.float32(rng.uniform(0.04, 0.85))  # grey
    return np.where(plate[..., None], painted, rgb).astype(np.float32)


def _lit(rgb: Float, rng: np.random.Generator) -> Float:
    """Other light: brightness and its fall-off, tint, gamma, blur, noise."""
    gain = np.float32(rng.uniform(0.55, 1.3)) * rng.uniform(0.88, 1.12, 3).astype(np.float32)
    steps = np.linspace(-1.0, 1.0, SIDE, dtype=np.float32)
    slope = rng.uniform(-0.15, 0.15, 2).astype(np.float32)
    fall = 1.0 + slope[0] * steps[:, None] + slope[1] * steps[None, :]
    lit = np.clip(rgb * gain * fall[..., None], 0.0, 1.0) ** np.float32(rng.uniform(0.75, 1.3))
    if rng.random() < 0.3:
        lit = _blurred(lit, rng.uniform(0.1, 0.5))
    return np.asarray(lit + rng.normal(0.0, rng.uniform(0.0, 0.03), lit.shape), np.float32)


def _blurred(rgb: Float, share: float) -> Float:
    padded = np.pad(rgb, ((1, 1), (1, 1), (0, 0)), mode="edge")
    around = (padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]) / 4
    return np.asarray((1 - share) * rgb + share * around, np.float32)


def _measured(relief: Float, rng: np.random.Generator) -> Float:
    """Depth with noise and an offset, at times with little left of it, as of shiny things."""
    noise = rng.normal(0.0, rng.uniform(0.0, 0.0012) / HIGHEST, relief.shape)
    changed = relief + noise + rng.uniform(-0.001, 0.001) / HIGHEST
    if rng.random() < 0.12:
        changed = changed * rng.uniform(0.0, 0.4)
    return np.asarray(changed, np.float32)


def _blob(rng: np.random.Generator) -> Mask:
    """A slanted rectangle somewhere, as of a finger or an arm."""
    steps = np.arange(SIDE, dtype=np.float32)
    x, y = steps[None, :] - rng.uniform(0, SIDE), steps[:, None] - rng.uniform(0, SIDE)
    angle, half = rng.uniform(0.0, np.pi), rng.uniform(3.0, 22.0, 2)
    along, across = np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
    return np.asarray((np.abs(along) < half[0]) & (np.abs(across) < half[1]))
