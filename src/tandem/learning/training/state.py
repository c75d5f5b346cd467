"""What a training run needs to go on after an interruption; nothing of it is pickled.

Weights that aren't trained are left out. Where many GPUs hold a part of each tensor, whole tensors are written and parts taken.
"""

import json
import os
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.distributed.tensor import DTensor, distribute_tensor

from tandem.learning.training.averaging import AveragedWeights, trainable

_MOMENTS = ("exp_avg", "exp_avg_sq", "step")


def save_state(
    folder: Path,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    average: AveragedWeights,
    step: int,
    seconds: float,
    *,
    write: bool = True,
) -> None:
    """Write weights, averaged weights and the optimizer's moments; a run that is cut off while writing keeps the state before.

    Every process calls it, one of them with ``write``.
    """
    tensors: dict[str, Tensor] = {}
    for name, value in trainable(model):
        found = {f"model/{name}": value, f"average/{name}": average.values[name]}
        found |= {f"{moment}/{name}": torch.as_tensor(kept) for moment, kept in _of(optimizer, value).items()}
        whole = {key: _whole(tensor) for key, tensor in found.items()}
        if write:
            tensors |= whole
    if not write:
        return
    folder.mkdir(parents=True, exist_ok=True)
    name = f"state-{step}.safetensors"
    save_file(tensors, folder / name)
    note = folder / "state.json.new"
    note.write_text(json.dumps({"step": step, "seconds": seconds, "file": name}), encoding="utf-8")
    os.replace(note, folder / "state.json")
    for old in folder.glob("state-*.safetensors"):
        if old.name != name:
            old.unlink()


def load_state(folder: Path, model: nn.Module, optimizer: torch.optim.Optimizer, average: AveragedWeights) -> tuple[int, float]:
    """Go on from a saved state: steps done and seconds spent; (0, 0) where there is none.

    Raises:
        ValueError: the state is of another model.
    """
    note = folder / "state.json"
    if not note.exists():
        return 0, 0.0
    entry = json.loads(note.read_text(encoding="utf-8"))
    tensors = load_file(folder / entry["file"])
    for name, value in trainable(model):
        stored = tensors.get(f"model/{name}")
        if stored is None or stored.shape != value.shape:
            raise ValueError(f"{folder} holds the state of another model ({name} differs); choose another --out, or delete it")
        with torch.no_grad():
            value.copy_(_like(stored, value))
        average.values[name] = _like(tensors[f"average/{name}"], value)
        moments = {moment: tensors[f"{moment}/{name}"] for moment in _MOMENTS if f"{moment}/{name}" in tensors}
        if moments:
            placed = {moment: kept.clone() if not kept.ndim else _like(kept, value) for moment, kept in moments.items()}
            _plain(optimizer).state[value] = placed
    return int(entry["step"]), float(entry["seconds"])


def _of(optimizer: torch.optim.Optimizer, value: Tensor) -> dict[str, Any]:
    """The optimizer's moments of a parameter."""
    return {name: kept for name, kept in _plain(optimizer).state.get(value, {}).items() if name in _MOMENTS}


def _plain(optimizer: torch.optim.Optimizer) -> torch.optim.Optimizer:
    """An accelerated optimizer wraps a plain one."""
    return getattr(optimizer, "optimizer", optimizer)


def _whole(value: Tensor) -> Tensor:
    value = value.detach()
    return (value.full_tensor() if isinstance(value, DTensor) else value).cpu().contiguous()


def _like(stored: Tensor, value: Tensor) -> Tensor:
    """A whole tensor where and as the parameter is."""
    moved = stored.clone().to(value.device)
    return distribute_tensor(moved, value.device_mesh, value.placements) if isinstance(value, DTensor) else moved
