"""What a training run needs to go on after an interruption; nothing of it is pickled."""

import json
import os
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from tandem.learning.training.averaging import AveragedWeights

_MOMENTS = ("exp_avg", "exp_avg_sq", "step")


def save_state(
    folder: Path, model: nn.Module, optimizer: torch.optim.Optimizer, average: AveragedWeights, step: int, seconds: float
) -> None:
    """Write weights, averaged weights and the optimizer's moments; a run that is cut off while writing keeps the state before."""
    tensors: dict[str, Tensor] = {}
    for name, value in model.named_parameters():
        tensors[f"model/{name}"] = value.detach().cpu().contiguous()
        tensors[f"average/{name}"] = average.values[name].cpu().contiguous()
        for moment, kept in _of(optimizer, value).items():
            tensors[f"{moment}/{name}"] = torch.as_tensor(kept).detach().cpu().contiguous()
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
    for name, value in model.named_parameters():
        stored = tensors.get(f"model/{name}")
        if stored is None or stored.shape != value.shape:
            raise ValueError(f"{folder} holds the state of another model ({name} differs); choose another --out, or delete it")
        with torch.no_grad():
            value.copy_(stored)
        average.values[name] = tensors[f"average/{name}"].clone()
        moments = {moment: tensors[f"{moment}/{name}"].clone() for moment in _MOMENTS if f"{moment}/{name}" in tensors}
        if moments:
            optimizer.state[value] = moments
    return int(entry["step"]), float(entry["seconds"])


def _of(optimizer: torch.optim.Optimizer, value: Tensor) -> dict[str, Any]:
    """The optimizer's moments of a parameter; an accelerated optimizer wraps a plain one."""
    plain = getattr(optimizer, "optimizer", optimizer)
    return {name: kept for name, kept in plain.state.get(value, {}).items() if name in _MOMENTS}
