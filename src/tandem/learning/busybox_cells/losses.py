"""What the network is to get right."""

import torch
from torch import Tensor, nn

from tandem.cell.busybox.layout import MODULES
from tandem.perception.busybox.answers import HEADS, KIND, TURNS

STATE_WEIGHT = 0.5


def losses(told: Tensor, labels: Tensor) -> dict[str, Tensor]:
    """Parts of the loss: which module and how it is turned of every sample; states of upright modules only.

    Args:
        told: the network's numbers, shape (N, COUNT).
        labels: shape (N, COUNT).
    """
    kind = labels[:, KIND].argmax(dim=1)
    parts = {"kind": nn.functional.cross_entropy(told[:, KIND], kind, label_smoothing=0.02)}
    for module, head in HEADS.items():
        own = kind == MODULES.index(module) * TURNS
        parts[module] = _state_loss(module, told[own, head], labels[own, head]) if own.any() else torch.zeros(())
    return parts


def total(parts: dict[str, Tensor]) -> Tensor:
    """The loss."""
    return parts["kind"] + STATE_WEIGHT * torch.stack([part for name, part in parts.items() if name != "kind"]).sum()


def _state_loss(module: str, told: Tensor, labels: Tensor) -> Tensor:
    """Places and directions by their distance, all else by its probability."""
    if module in ("sliders", "knob"):
        return nn.functional.smooth_l1_loss(told, labels, beta=0.1)
    return nn.functional.binary_cross_entropy_with_logits(told, labels)
