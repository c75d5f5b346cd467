"""What the training loop must know of a kind of model, and nothing else of it."""

from collections.abc import Iterator, Mapping
from typing import Protocol, Self, TypeVar

import torch
from torch import Tensor, nn
from transformers import ProcessorMixin


class OnDevice(Protocol):
    """A batch."""

    def to(self, device: torch.device) -> Self:
        """The same on a device."""
        ...


BatchT = TypeVar("BatchT", bound=OnDevice)
BatchT_contra = TypeVar("BatchT_contra", contravariant=True, bound=OnDevice)
BatchT_co = TypeVar("BatchT_co", covariant=True, bound=OnDevice)


class Learner(Protocol[BatchT_contra]):
    """Tells what a model is trained to get right."""

    @property
    def processor(self) -> ProcessorMixin:
        """What the model's checkpoints are saved with."""
        ...

    @property
    def weights(self) -> Mapping[str, float]:
        """Of the parts of the loss, by name."""
        ...

    @property
    def beside_forward(self) -> tuple[str, ...]:
        """Methods of the model that `check` calls beside ``forward``."""
        ...

    def losses(self, model: nn.Module, batch: BatchT_contra, generator: torch.Generator) -> dict[str, Tensor]:
        """Parts of the loss. The model may be wrapped for many GPUs: only its ``forward`` may be called."""
        ...

    def check(self, model: nn.Module, batch: BatchT_contra, generator: torch.Generator) -> dict[str, Tensor]:
        """Losses and errors on a batch that isn't learned from; the model is in evaluation mode."""
        ...


class Batches(Protocol[BatchT_co]):
    """Makes the batch of any step of a run: the same one every time."""

    def batches(self, first: int, last: int, part: int = 0) -> Iterator[BatchT_co]:
        """Those of the steps from ``first`` up to but without ``last``; each process that trains along has its own ``part``."""
        ...


def mean(values: Tensor, weights: Tensor) -> Tensor:
    """The weighted mean; nothing is a mean of nothing."""
    weights = weights.expand_as(values)
    return (values * weights).sum() / weights.sum().clamp(min=1.0)


def done_loss(logits: Tensor, done: Tensor, ends: Tensor) -> Tensor:
    """Of telling whether a step is done, over the samples whose step's end is known; all of shape (B,)."""
    return mean(nn.functional.binary_cross_entropy_with_logits(logits.float(), done, reduction="none"), ends.float())
