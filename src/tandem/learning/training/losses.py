"""What the model is trained to get right."""

from dataclasses import dataclass

import torch
from torch import Tensor

from tandem.policy.vla.modeling import TandemVla
from tandem.policy.vla.processing import TandemVlaProcessor


@dataclass
class Tensors:
    """A batch on the device; fields as in `batches.Batch`, rows in the network's units, images or None."""

    hands: Tensor
    objects: Tensor
    objects_there: Tensor
    words: Tensor
    words_there: Tensor
    images: Tensor | None
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
        moved = {name: None if value is None else value.to(device, non_blocking=True) for name, value in vars(self).items()}
        return Tensors(**moved)  # type: ignore[arg-type]


def losses(model: TandemVla, batch: Tensors, draws: int, generator: torch.Generator) -> dict[str, Tensor]:
    """Mean losses: ``rows``, ``felt``, ``done``, ``remaining``; unweighted.

    The time of the flow is drawn as in pi-0 (arXiv:2410.24164): noisy chunks more often than nearly clean ones.
    """
    context = model.look(
        batch.hands, batch.objects, batch.objects_there, batch.words, batch.words_there, batch.images, batch.images_there
    )
    clean = batch.rows
    wanted = (batch.rows_count & ~batch.given)[..., None].float()
    right, felt = clean.new_zeros(()), clean.new_zeros(())
    for _ in range(draws):
        uniform = torch.rand(len(clean), 1, generator=generator).to(clean.device)
        time = (1.0 - uniform ** (1 / 1.5)).expand(-1, clean.shape[1])
        noise = torch.randn(clean.shape, generator=generator).to(clean.device)
        mixed = torch.where(batch.given[..., None], clean, time[..., None] * clean + (1 - time[..., None]) * noise)
        rows, foreseen = model.expert(context, batch.hands, batch.touch, mixed, time, batch.given)
        right = right + _mean(torch.square(rows.float() - clean), wanted) / draws
        felt = felt + _mean(torch.square(foreseen.float() - batch.felt), batch.rows_count[..., None].float()) / draws
    ends = batch.ends.float()
    outlook = context.outlook.float()
    done = torch.nn.functional.binary_cross_entropy_with_logits(outlook[:, 0], batch.done, reduction="none")
    remaining = torch.square(outlook[:, 1] - torch.log1p(batch.remaining))
    return {"rows": right, "felt": felt, "done": _mean(done, ends), "remaining": _mean(remaining, ends)}


_SOON, _LATER = 4, 10


def chunk_errors(model: TandemVla, processor: TandemVlaProcessor, batch: Tensors) -> dict[str, Tensor]:
    """How far chunks drawn without noise are from the demonstrated ones: hands [mm] and fingers (in their own unit), by row."""
    context = model.look(
        batch.hands, batch.objects, batch.objects_there, batch.words, batch.words_there, batch.images, batch.images_there
    )
    known = batch.given & (torch.arange(batch.rows.shape[1], device=batch.rows.device) < 1)
    drawn = model.draw(context, batch.hands, batch.touch, torch.zeros_like(batch.rows), batch.rows, known)
    scale = torch.from_numpy(processor.row_scale).to(drawn)
    off = ((drawn - batch.rows) * scale).unflatten(-1, (2, -1))
    places = 1e3 * off[..., :3].norm(dim=-1)
    fingers = off[..., 6].abs()
    found = {}
    for word, row in (("soon", _SOON), ("later", _LATER)):
        counted = batch.rows_count[:, row, None].float()
        found[f"hands_{word}_mm"] = _mean(places[:, row], counted)
        found[f"fingers_{word}"] = _mean(fingers[:, row], counted)
    return found


def _mean(values: Tensor, weights: Tensor) -> Tensor:
    weights = weights.expand_as(values)
    return (values * weights).sum() / weights.sum().clamp(min=1.0)
