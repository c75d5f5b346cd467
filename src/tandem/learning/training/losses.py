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
    """A batch on the device; fields as in `batches.Batch`, rows in the network's units, images or None.

    ``whole`` says whether the whole model learns from it, or only the expert's first guess.
    """

    hands: Tensor
    objects: Tensor
    objects_there: Tensor
    anchors: Tensor
    heed: Tensor
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
    whole: bool = True

    def to(self, device: torch.device) -> "Tensors":
        """The same on a device."""
        moved = {name: _moved(value, device) for name, value in vars(self).items()}
        return Tensors(**moved)  # type: ignore[arg-type]


def _moved(value: Images | bool | None, device: torch.device) -> Images | bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, Mapping):
        return {name: part.to(device, non_blocking=True) for name, part in value.items()}
    return None if value is None else value.to(device, non_blocking=True)


_QUADRATIC = 0.01
"""Errors below this, in the network's units, count by their square, those above it by their size."""


def robust(errors: Tensor) -> Tensor:
    """Charbonnier's loss ("Two deterministic half-quadratic regularization algorithms for computed imaging", ICIP 1994).

    With squares the large errors of fast and of unforeseeable motions would drown those of a millimetre before a grasp.
    """
    return torch.sqrt(torch.square(errors) + _QUADRATIC**2) - _QUADRATIC


def losses(model: nn.Module, batch: Tensors, draws: int, generator: torch.Generator) -> dict[str, Tensor]:
    """Mean losses, unweighted: ``guess``, ``done``, ``remaining``; for the whole model ``rows`` and ``felt`` as well.

    The first chunk of several of a sample begins from no noise at all, which is how the one that is carried out is drawn; the
    time of the others is drawn as in pi-0 (arXiv:2410.24164): noisy chunks more often than nearly clean ones.
    """
    clean = batch.rows
    noisy, times = [], []
    for number in range(draws if batch.whole else 0):
        uniform = torch.rand(len(clean), 1, generator=generator).to(clean.device)
        drawn = float(number > 0 or draws == 1)
        time = drawn * (1.0 - uniform ** (1 / 1.5))
        noise = drawn * torch.randn(clean.shape, generator=generator).to(clean.device)
        noisy.append(time[..., None] * clean + (1 - time[..., None]) * noise)
        times.append(time)
    outlook, guess, denoised = model(_seen(batch, batch.given), noisy, times)
    wanted = (batch.rows_count & ~batch.given)[..., None].float()
    heed = batch.heed.repeat_interleave(clean.shape[-1] // 2, dim=1)[:, None]
    found = {"guess": mean(heed * robust(guess.float() - clean), wanted)}
    if denoised:
        counted = batch.rows_count[..., None].float()
        parts = [(rows.float() - clean, felt.float() - batch.felt) for rows, felt in denoised]
        found["rows"] = torch.stack([mean(heed * robust(rows), wanted) for rows, _ in parts]).mean()
        found["felt"] = torch.stack([mean(torch.square(felt), counted) for _, felt in parts]).mean()
    outlook = outlook.float()
    remaining = torch.square(outlook[:, 1] - torch.log1p(batch.remaining))
    found["done"] = done_loss(outlook[:, 0], batch.done, batch.ends)
    found["remaining"] = mean(remaining, batch.ends.float())
    return found


_LOOKED_AT = ("hands", "objects", "objects_there", "anchors", "words", "words_there", "images", "images_there", "touch")


def _seen(batch: Tensors, given: Tensor) -> dict[str, Any]:
    """What `TandemVla.look` takes."""
    return {name: getattr(batch, name) for name in _LOOKED_AT} | {"known": batch.rows, "given": given}


_SOON, _LATER = 4, 10


def chunk_errors(model: TandemVla, processor: TandemVlaProcessor, batch: Tensors) -> dict[str, Tensor]:
    """How far chunks drawn without noise are from the demonstrated ones: hands [mm] and fingers (in their own unit), by row."""
    given = batch.given & (torch.arange(batch.rows.shape[1], device=batch.rows.device) < 1)
    drawn = model.draw(model.look(**_seen(batch, given)), torch.zeros_like(batch.rows))
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
        self.weights = {"guess": 1.0, "rows": 1.0, "felt": felt_weight, "done": outlook_weight, "remaining": outlook_weight}

    def losses(self, model: nn.Module, batch: Tensors, generator: torch.Generator) -> dict[str, Tensor]:
        """See `Learner`."""
        return losses(model, batch, self._draws, generator)

    def check(self, model: nn.Module, batch: Tensors, generator: torch.Generator) -> dict[str, Tensor]:
        """See `Learner`."""
        errors = chunk_errors(model, self.processor, batch)  # type: ignore[arg-type]
        return losses(model, batch, 1, generator) | errors
