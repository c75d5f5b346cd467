"""The network: seven small convolutions and one hidden layer."""

import torch
from torch import Tensor, nn

from tandem.perception.busybox.answers import CHANNELS, COUNT, SIDE

_WIDTHS = ((12, 1), (24, 2), (32, 1), (48, 2), (48, 1), (64, 2), (64, 1), (40, 2))
"""Channels and stride of each convolution."""

_HIDDEN = 96


class CellReader(nn.Module):
    """Pictures, shape (N, CHANNELS, SIDE, SIDE), to numbers, shape (N, COUNT), as `tandem.perception.busybox.answers` has it."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before, side = CHANNELS, SIDE
        for width, stride in _WIDTHS:
            layers += [nn.Conv2d(before, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
            before, side = width, side // stride
        self.body = nn.Sequential(*layers)
        self.head = nn.Sequential(
            nn.Flatten(), nn.Dropout(0.1), nn.Linear(before * side * side, _HIDDEN), nn.ReLU(), nn.Linear(_HIDDEN, COUNT)
        )

    def forward(self, pictures: Tensor) -> Tensor:
        """As the class says."""
        told: Tensor = self.head(self.body(pictures - 0.5))
        return told


def example() -> Tensor:
    """Any input of the right shape."""
    return torch.zeros(2, CHANNELS, SIDE, SIDE)
