"""The small image and text encoders."""

from itertools import pairwise
from typing import Protocol

import torch
from torch import Tensor, nn

from tandem.policy.vla.configuration import TandemVlaConfig
from tandem.policy.vla.layers import EncoderLayer, key_mask


class _Stage(nn.Module):
    """Makes the image ``smaller`` times smaller and refines it once."""

    def __init__(self, channels: int, out: int, smaller: int = 2) -> None:
        super().__init__()
        shrink = nn.Conv2d(channels, out, smaller + smaller % 2 + 1, smaller, smaller // 2)
        self.down = nn.Sequential(shrink, nn.GroupNorm(8, out), nn.GELU(approximate="tanh"))
        self.refine = nn.Sequential(
            nn.Conv2d(out, out, 3, 1, 1), nn.GroupNorm(8, out), nn.GELU(approximate="tanh"), nn.Conv2d(out, out, 1)
        )

    def forward(self, image: Tensor) -> Tensor:
        smaller = self.down(image)
        return smaller + self.refine(smaller)


class ImageEncoder(nn.Module):
    """A small convolutional network; an image becomes a grid of tokens that know their place and camera."""

    def __init__(self, config: TandemVlaConfig) -> None:
        super().__init__()
        channels = config.vision_channels
        self.stages = nn.Sequential(_Stage(3, channels[0], 4), *(_Stage(a, b) for a, b in pairwise(channels)))
        grid = config.image_size // 2 ** (2 + len(channels))
        self.project = nn.Conv2d(channels[-1], config.width, 2, 2)
        self.place = nn.Parameter(0.02 * torch.randn(grid * grid, config.width))
        self.camera = nn.Parameter(0.02 * torch.randn(len(config.cameras), 1, config.width))

    def forward(self, images: Tensor) -> Tensor:
        """Images of shape (B, cameras, 3, size, size), 0 to 1; tokens of shape (B, cameras, grid, width)."""
        count = images.shape[1]
        maps = self.project(self.stages(2 * images.flatten(0, 1) - 1))
        return maps.flatten(2).transpose(1, 2).unflatten(0, (-1, count)) + self.place + self.camera


class TextShape(Protocol):
    """What a configuration must say for `TextEncoder`."""

    width: int
    heads: int
    dropout: float
    vocabulary: int
    text_length: int


class TextEncoder(nn.Module):
    """A layer of attention over word pieces."""

    def __init__(self, config: TextShape) -> None:
        super().__init__()
        self.words = nn.Embedding(config.vocabulary, config.width)
        self.place = nn.Parameter(0.02 * torch.randn(config.text_length, config.width))
        self.layer = EncoderLayer(config.width, config.heads, config.dropout)

    def forward(self, ids: Tensor, there: Tensor) -> Tensor:
        """Word pieces of shape (B, L) and which of them are there; tokens of shape (B, L, width)."""
        return self.layer(self.words(ids) + self.place[: ids.shape[1]], key_mask(there))
