"""The training loop: readable, resumable, the same on a CPU and on many GPUs."""

import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from torch.utils.tensorboard import SummaryWriter

from tandem.learning.training.averaging import AveragedWeights
from tandem.learning.training.loader import Loader
from tandem.learning.training.losses import Tensors, chunk_errors, losses
from tandem.learning.training.settings import TrainingSettings
from tandem.learning.training.state import load_state, save_state
from tandem.policy.vla.modeling import TandemVla
from tandem.policy.vla.processing import TandemVlaProcessor

Progress = Callable[[int, dict[str, float]], None]

_CLIP = 1.0


def train(
    model: TandemVla,
    processor: TandemVlaProcessor,
    loader: Loader,
    validation: list[Tensors],
    settings: TrainingSettings,
    folder: Path,
    on_progress: Progress = lambda step, figures: None,
) -> dict[str, Any]:
    """Train up to ``settings.steps``, going on where the folder's last state was saved.

    Args:
        model, processor: to be trained, and what it is saved with.
        loader: makes the batches.
        validation: batches that the model doesn't learn from.
        settings: of the run.
        folder: for ``checkpoint/`` (averaged weights, ready to use), ``state/`` (to go on from) and tensorboard's curves.
        on_progress: is told the step and its figures now and then.

    Returns:
        Steps, seconds, the last figures.
    """
    accelerator = Accelerator(mixed_precision=settings.precision, cpu=not torch.cuda.is_available())
    optimizer = torch.optim.AdamW(_groups(model, settings), lr=settings.learning_rate, betas=(0.9, 0.98))
    average = AveragedWeights(model, settings.ema)
    done, spent = load_state(folder / "state", model, optimizer, average)
    trained, optimizer = accelerator.prepare(model, optimizer)
    writer = SummaryWriter(str(folder / "curves"), purge_step=done) if accelerator.is_main_process else None
    begun, figures = time.monotonic(), {}
    trained.train()
    for step, batch in enumerate(loader.batches(done, settings.steps), start=done):
        for group in optimizer.param_groups:
            group["lr"] = settings.learning_rate * rate(step, settings)
        figures = _learn(accelerator, trained, optimizer, batch, settings, step)
        average.update(accelerator.unwrap_model(trained), step)
        last = step + 1 == settings.steps
        if writer is not None and (step % 50 == 0 or last):
            seconds = spent + time.monotonic() - begun
            figures |= {"rate": rate(step, settings), "hours": seconds / 3600}
            for name, value in figures.items():
                writer.add_scalar(f"train/{name}", value, step)
            on_progress(step, figures)
        if writer is not None and ((step + 1) % settings.save_every == 0 or last):
            seconds = spent + time.monotonic() - begun
            plain = accelerator.unwrap_model(trained)
            save_state(folder / "state", plain, optimizer, average, step + 1, seconds)
            with average.in_place_of(plain):
                checked = validate(plain, processor, validation)
                for name, value in checked.items():
                    writer.add_scalar(f"validation/{name}", value, step)
                _save(plain, processor, folder / "checkpoint")
            on_progress(step, {f"validation {name}": value for name, value in checked.items()})
            _note(folder, settings, step + 1, seconds, figures, checked)
    return {"steps": settings.steps, "figures": figures}


def rate(step: int, settings: TrainingSettings) -> float:
    """Share of the learning rate at a step: a linear rise, then a cosine down to a hundredth."""
    if step < settings.warmup:
        return (step + 1) / settings.warmup
    share = (step - settings.warmup) / max(1, settings.steps - settings.warmup)
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, share)))


def validate(model: TandemVla, processor: TandemVlaProcessor, batches: list[Tensors]) -> dict[str, float]:
    """Mean losses over batches that weren't learned from, and by how much drawn chunks are off."""
    was = model.training
    model.eval()
    totals: dict[str, float] = {}
    with torch.inference_mode():
        for index, batch in enumerate(batches):
            figures = losses(model, batch, 1, torch.Generator().manual_seed(index)) | chunk_errors(model, processor, batch)
            for name, value in figures.items():
                totals[name] = totals.get(name, 0.0) + float(value) / len(batches)
    model.train(was)
    return totals


def _learn(
    accelerator: Accelerator,
    model: torch.nn.Module,
    optimizer: torch.optim.Optimizer,
    batch: Tensors,
    settings: TrainingSettings,
    step: int,
) -> dict[str, float]:
    generator = torch.Generator().manual_seed(settings.seed * 1_000_003 + step)
    moved = batch.to(accelerator.device)
    with accelerator.autocast():
        parts = losses(model, moved, settings.draws, generator)  # type: ignore[arg-type]
    outlook = parts["done"] + parts["remaining"]
    total = parts["rows"] + settings.outlook_weight * outlook + settings.felt_weight * parts["felt"]
    optimizer.zero_grad()
    accelerator.backward(total)
    norm = accelerator.clip_grad_norm_(model.parameters(), _CLIP)
    optimizer.step()
    return {name: float(value.detach()) for name, value in parts.items()} | {"gradient": float(norm)}


def _groups(model: TandemVla, settings: TrainingSettings) -> list[dict[str, Any]]:
    """Matrices decay; biases, norms and embeddings of places don't."""
    matrices = [value for value in model.parameters() if value.ndim > 1 and min(value.shape) > 4]
    known = {id(value) for value in matrices}
    rest = [value for value in model.parameters() if id(value) not in known]
    return [{"params": matrices, "weight_decay": settings.weight_decay}, {"params": rest, "weight_decay": 0.0}]


def _save(model: TandemVla, processor: TandemVlaProcessor, folder: Path) -> None:
    model.save_pretrained(folder)
    processor.save_pretrained(folder)


def _note(
    folder: Path, settings: TrainingSettings, step: int, seconds: float, figures: dict[str, float], checked: dict[str, float]
) -> None:
    """What was done so far, for the report."""
    text = json.dumps(
        {"settings": asdict(settings), "step": step, "seconds": round(seconds, 1), "train": figures, "validation": checked},
        indent=2,
    )
    (folder / "training.json").write_text(text + "\n", encoding="utf-8")
