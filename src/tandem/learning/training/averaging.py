"""Weights averaged over the steps of a training run, which do better than the last ones."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn


def trainable(model: nn.Module) -> Iterator[tuple[str, nn.Parameter]]:
    """Parameters that are trained, by name."""
    return ((name, value) for name, value in model.named_parameters() if value.requires_grad)


class AveragedWeights:
    """An exponential moving average of a model's parameters that are trained (Polyak and Juditsky, 1992), with a warm-up."""

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.decay = decay
        self.values = {name: value.detach().clone().float() for name, value in trainable(model)}

    @torch.no_grad()
    def update(self, model: nn.Module, step: int) -> None:
        """Take in the weights after a step."""
        keep = min(self.decay, (1 + step) / (10 + step))
        for name, value in trainable(model):
            self.values[name].lerp_(value.detach().to(self.values[name]), 1 - keep)

    @contextmanager
    def in_place_of(self, model: nn.Module) -> Iterator[None]:
        """The model has the averaged weights meanwhile."""
        own: dict[str, Tensor] = {name: value.detach().clone() for name, value in trainable(model)}
        self._put(model, self.values)
        try:
            yield
        finally:
            self._put(model, own)

    @torch.no_grad()
    def _put(self, model: nn.Module, values: dict[str, Tensor]) -> None:
        for name, value in trainable(model):
            value.copy_(values[name])
