"""What the model is trained to get right."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from tandem.learning.training.learner import done_loss, mean
from tandem.policy.vla.modeling import Images, TandemVla
from tandem.policy.vla.processing import TandemVlaProcessor


@dataclass
class Tensors:
    """A batch on the device; fields as in `batches.Batch`, rows in the network's units, images or None."""

    hands: Tensor
    objects: Tensor
    objects_there: Tensor
    words: Tensor
    words_there: Tensor
    images: Images | None
    images_there: Tensor | None
    touch: Tensor | None
    rows: Tensor
    rows_count: Tensor
    given: Tensor
    felt: Tensor
    done: Tensor
    remaining: Tensor
    ends: Tensor

    def to(self, device: torch.device) -> "Tensors":
        """The same on a device."""
        moved = {name: _moved(value, device) for name, value in vars(self).items()}
        return Tensors(**moved)  # type: ignore[arg-type]


def _moved(value: Images | None, device: torch.device) -> Images | None:
    if isinstance(value, Mapping):
        return {name: part.to(device, non_blocking=True) for name, part in value.items()}
    return None if value is None else value.to(device, non_blocking=True)


def losses(model: nn.Module, batch: Tensors, draws: int, generator: torch.Generator) -> dict[str, Tensor]:
    """Mean losses: ``rows``, ``felt``, ``done``, ``remaining``; unweighted.

    The time of the flow is drawn as in pi-0 (arXiv:2410.24164): noisy chunks more often than nearly clean ones.
    """
    clean = batch.rows
    noisy, times = [], []
    for _ in range(draws):
        uniform = torch.rand(len(clean), 1, generator=generator).to(clean.device)
        time = 1.0 - uniform ** (1 / 1.5)
        noise = torch.randn(clean.shape, generator=generator).to(clean.device)
        noisy.append(torch.where(batch.given[..., None], clean, time[..., None] * clean + (1 - time[..., None]) * noise))
        times.append(time)
    outlook, denoised = model(**_seen(batch), noisy=noisy, times=times, given=batch.given)
    wanted = (batch.rows_count & ~batch.given)[..., None].float()
    right, felt = clean.new_zeros(()), clean.new_zeros(())
    for rows, foreseen in denoised:
        right = right + mean(torch.square(rows.float() - clean), wanted) / draws
        felt = felt + mean(torch.square(foreseen.float() - batch.felt), batch.rows_count[..., None].float()) / draws
    ends = batch.ends.float()
    outlook = outlook.float()
    remaining = torch.square(outlook[:, 1] - torch.log1p(batch.remaining))
    return {
        "rows": right,
        "felt": felt,
        "done": done_loss(outlook[:, 0], batch.done, batch.ends),
        "remaining": mean(remaining, ends),
    }


_LOOKED_AT = ("hands", "objects", "objects_there", "words", "words_there", "images", "images_there", "touch")


def _seen(batch: Tensors) -> dict[str, Any]:
    """What `TandemVla.look` takes."""
    return {name: getattr(batch, name) for name in _LOOKED_AT}


_SOON, _LATER = 4, 10


def chunk_errors(model: TandemVla, processor: TandemVlaProcessor, batch: Tensors) -> dict[str, Tensor]:
    """How far chunks drawn without noise are from the demonstrated ones: hands [mm] and fingers (in their own unit), by row."""
    context = model.look(**_seen(batch))
    known = batch.given & (torch.arange(batch.rows.shape[1], device=batch.rows.device) < 1)
    drawn = model.draw(context, torch.zeros_like(batch.rows), batch.rows, known)
    scale = torch.from_numpy(processor.row_scale).to(drawn)
    off = ((drawn - batch.rows) * scale).unflatten(-1, (2, -1))
    places = 1e3 * off[..., :3].norm(dim=-1)
    fingers = off[..., 6].abs()
    found = {}
    for word, row in (("soon", _SOON), ("later", _LATER)):
        counted = batch.rows_count[:, row, None].float()
        found[f"hands_{word}_mm"] = mean(places[:, row], counted)
        found[f"fingers_{word}"] = mean(fingers[:, row], counted)
    return found


class VlaLearner:
    """Trains `TandemVla`; see `learner.Learner`.

    Args:
        processor: of the model.
        draws: noisy chunks for each sample.
        outlook_weight, felt_weight: of the auxiliary losses.
    """

    beside_forward = ("look", "draw")

    def __init__(self, processor: TandemVlaProcessor, draws: int, outlook_weight: float, felt_weight: float) -> None:
        self.processor, self._draws = processor, draws
        self.weights = {"rows": 1.0, "felt": felt_weight, "done": outlook_weight, "remaining": outlook_weight}

    def losses(self, model: nn.Module, batch: Tensors, generator: torch.Generator) -> dict[str, Tensor]:
        """See `Learner`."""
        return losses(model, batch, self._draws, generator)

    def check(self, model: nn.Module, batch: Tensors, generator: torch.Generator) -> dict[str, Tensor]:
        """See `Learner`."""
        errors = chunk_errors(model, self.processor, batch)  # type: ignore[arg-type]
        return losses(model, batch, 1, generator) | errors
