"""A residual image encoder, as deep and wide as wanted (He et al., "Deep Residual Learning for Image Recognition", CVPR 2016).

It has group norm where ResNet has batch norm: it starts from random weights, not from ones whose statistics could be frozen.
"""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional

_GROUPS = 8


class _Block(nn.Module):
    """Two convolutions and a way around them."""

    def __init__(self, channels: int, out: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(channels, out, 3, stride, 1, bias=False), nn.GroupNorm(_GROUPS, out))
        self.second = nn.Sequential(nn.Conv2d(out, out, 3, 1, 1, bias=False), nn.GroupNorm(_GROUPS, out))
        same = stride == 1 and channels == out
        around = nn.Sequential(nn.Conv2d(channels, out, 1, stride, bias=False), nn.GroupNorm(_GROUPS, out))
        self.around = nn.Identity() if same else around

    def forward(self, image: Tensor) -> Tensor:
        return functional.relu(self.second(functional.relu(self.first(image))) + self.around(image))


class ResidualEncoder(nn.Module):
    """Images of shape (N, 3, size, size), 0 to 1, to maps of shape (N, channels, side, side)."""

    def __init__(self, channels: Sequence[int], blocks: int) -> None:
        super().__init__()
        first = channels[0]
        stem = nn.Conv2d(3, first, 7, 2, 3, bias=False)
        layers: list[nn.Module] = [stem, nn.GroupNorm(_GROUPS, first), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
        before = first
        for stage, out in enumerate(channels):
            for block in range(blocks):
                layers.append(_Block(before, out, 2 if stage and not block else 1))
                before = out
        self.layers = nn.Sequential(*layers)

    def forward(self, images: Tensor) -> Tensor:
        """See above."""
        return self.layers(2 * images - 1)
