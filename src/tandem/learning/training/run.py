"""The training loop: readable, resumable, the same on a CPU and on many GPUs."""

import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator, DistributedDataParallelKwargs, DistributedType
from torch import nn
from torch.utils.tensorboard import SummaryWriter
from transformers import PreTrainedModel

from tandem.learning.training.averaging import AveragedWeights, trainable
from tandem.learning.training.folders import CHECKPOINT, CURVES, STATE
from tandem.learning.training.learner import Batches, BatchT, Learner
from tandem.learning.training.settings import TrainingSettings
from tandem.learning.training.state import load_state, save_state

Progress = Callable[[int, dict[str, float]], None]

_CLIP = 1.0


def train(
    model: PreTrainedModel,
    learner: Learner[BatchT],
    loader: Batches[BatchT],
    validation: list[BatchT],
    settings: TrainingSettings,
    folder: Path,
    on_progress: Progress = lambda step, figures: None,
) -> dict[str, Any]:
    """Train up to ``settings.steps``, going on where the folder's last state was saved.

    Args:
        model: to be trained.
        learner: what it is to get right.
        loader: makes the batches.
        validation: batches that the model doesn't learn from.
        settings: of the run.
        folder: for ``checkpoint/`` (averaged weights, ready to use), ``state/`` (to go on from) and tensorboard's curves.
        on_progress: is told the step and its figures now and then.

    Returns:
        Steps, seconds, the last figures.
    """
    # A step without images leaves the image encoder without gradients.
    spread = [DistributedDataParallelKwargs(find_unused_parameters=True)]
    accelerator = Accelerator(mixed_precision=settings.precision, cpu=not torch.cuda.is_available(), kwargs_handlers=list(spread))
    optimizer = torch.optim.AdamW(_groups(model, settings), lr=settings.learning_rate, betas=(0.9, 0.98), fused=True)
    trained, optimizer = accelerator.prepare(model, optimizer)
    plain = accelerator.unwrap_model(trained)
    _open_to_shards(accelerator, plain, learner.beside_forward)
    average = AveragedWeights(plain, settings.ema)
    done, spent = load_state(folder / STATE, plain, optimizer, average)
    writer = SummaryWriter(str(folder / CURVES), purge_step=done) if accelerator.is_main_process else None
    begun, figures = time.monotonic(), {}
    trained.train()
    for step, batch in enumerate(loader.batches(done, settings.steps, accelerator.process_index), start=done):
        for group in optimizer.param_groups:
            group["lr"] = settings.learning_rate * rate(step, settings)
        figures = _learn(accelerator, trained, learner, optimizer, batch, settings, step)
        average.update(plain, step)
        last = step + 1 == settings.steps
        if writer is not None and (step % 50 == 0 or last):
            seconds = spent + time.monotonic() - begun
            figures |= {"rate": rate(step, settings), "hours": seconds / 3600}
            for name, value in figures.items():
                writer.add_scalar(f"train/{name}", value, step)
            on_progress(step, figures)
        if (step + 1) % settings.save_every == 0 or last:
            seconds = spent + time.monotonic() - begun
            save_state(folder / STATE, plain, optimizer, average, step + 1, seconds, write=writer is not None)
            with average.in_place_of(plain):
                checked = validate(plain, learner, validation, accelerator.device)
                _save(accelerator, trained, learner, folder / CHECKPOINT)
            if writer is not None:
                for name, value in checked.items():
                    writer.add_scalar(f"validation/{name}", value, step)
                on_progress(step, {f"validation {name}": value for name, value in checked.items()})
                _note(folder, settings, step + 1, seconds, figures, checked)
    return {"steps": settings.steps, "figures": figures}


def rate(step: int, settings: TrainingSettings) -> float:
    """Share of the learning rate at a step: a linear rise, then a cosine down to a hundredth."""
    if step < settings.warmup:
        return (step + 1) / settings.warmup
    share = (step - settings.warmup) / max(1, settings.steps - settings.warmup)
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, share)))


def validate(model: nn.Module, learner: Learner[BatchT], batches: list[BatchT], device: torch.device) -> dict[str, float]:
    """Mean losses over batches that weren't learned from, and by how much drawn chunks are off."""
    was = model.training
    model.eval()
    totals: dict[str, float] = {}
    with torch.no_grad():
        for index, batch in enumerate(batches):
            for name, value in learner.check(model, batch.to(device), torch.Generator().manual_seed(index)).items():
                totals[name] = totals.get(name, 0.0) + float(value) / len(batches)
    model.train(was)
    return totals


def _open_to_shards(accelerator: Accelerator, model: nn.Module, methods: tuple[str, ...]) -> None:
    """Where each GPU holds a part of the weights, have them put together for these methods too."""
    from torch.distributed.fsdp import FSDPModule, register_fsdp_forward_method

    if accelerator.distributed_type == DistributedType.FSDP and not isinstance(model, FSDPModule):
        raise ValueError("fsdp_version 2 is needed: take config/training/accelerate_fsdp.yaml")
    for method in methods:
        register_fsdp_forward_method(model, method)  # does nothing to a model in one piece


def _learn(
    accelerator: Accelerator,
    model: nn.Module,
    learner: Learner[BatchT],
    optimizer: torch.optim.Optimizer,
    batch: BatchT,
    settings: TrainingSettings,
    step: int,
) -> dict[str, float]:
    seed = settings.seed * 1_000_003 + step
    seed += 7_919_000_017 * accelerator.process_index
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)  # of dropout: a run that goes on does what it would have done
    with accelerator.autocast():
        parts = learner.losses(model, batch.to(accelerator.device), generator)
    total = torch.stack([learner.weights[name] * value for name, value in parts.items()]).sum()
    optimizer.zero_grad()
    accelerator.backward(total)
    norm = accelerator.clip_grad_norm_([value for _, value in trainable(model)], _CLIP)
    optimizer.step()
    return {name: float(value.detach()) for name, value in parts.items()} | {"gradient": float(norm or 0.0)}


def _groups(model: nn.Module, settings: TrainingSettings) -> list[dict[str, Any]]:
    """Matrices decay; biases, norms and embeddings of places don't."""
    every = [value for _, value in trainable(model)]
    matrices = [value for value in every if value.ndim > 1 and min(value.shape) > 4]
    known = {id(value) for value in matrices}
    rest = [value for value in every if id(value) not in known]
    return [{"params": matrices, "weight_decay": settings.weight_decay}, {"params": rest, "weight_decay": 0.0}]


def _save(accelerator: Accelerator, trained: nn.Module, learner: Learner[Any], folder: Path) -> None:
    weights = accelerator.get_state_dict(trained)
    if accelerator.is_main_process:
        accelerator.unwrap_model(trained).save_pretrained(folder, state_dict=weights, max_shard_size="1000GB")
        learner.processor.save_pretrained(folder)


def _note(
    folder: Path, settings: TrainingSettings, step: int, seconds: float, figures: dict[str, float], checked: dict[str, float]
) -> None:
    """What was done so far, for the report."""
    text = json.dumps(
        {"settings": asdict(settings), "step": step, "seconds": round(seconds, 1), "train": figures, "validation": checked},
        indent=2,
    )
    (folder / "training.json").write_text(text + "\n", encoding="utf-8")
